"""`archive.db`: what PubMed said and when, kept as it came, never overwritten."""
