"""`archive.db`: what PubMed said and when, kept as received, never overwritten."""
