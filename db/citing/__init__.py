"""How a reference finds its record. `db/citations.py` is what other modules call."""
