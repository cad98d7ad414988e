"""Understanding -> Reply: region overlay, citations, follow-ups. Pure."""
