"""Pages of our own, each a Datasette route."""
