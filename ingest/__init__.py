"""From PubMed to rows: search, fetch, read, tag, build."""
