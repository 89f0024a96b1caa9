"""Checks of the house: each is a small function from files to sentences, one sentence for each fault it finds."""
