"""Watching: is it alive, is it ready, how much is it doing, and log lines without personal data."""
