"""Readers of references: one module a family of formats; `text` and `files` find out which one a text or file needs."""
