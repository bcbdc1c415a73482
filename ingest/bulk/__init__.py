"""NLM's baseline and update files, looked through for what a topic wants."""
