"""Text -> Understanding: normalise, features, classify, look closer, decide. Pure: no clock, disk or network."""
