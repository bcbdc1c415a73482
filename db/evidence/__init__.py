"""`evidence.db`: its shape, how it is written, and how it goes live."""
