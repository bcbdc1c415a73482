"""PubMed asked: searches planned, sent, counted and fetched into the archive."""
