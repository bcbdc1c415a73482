"""How a reference finds its record. `db/citations/look_up.py` is what other modules call."""
