"""The article's claims: their file, the kinds of test, and how they fare against the evidence."""
