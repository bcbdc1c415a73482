"""From rows to evidence: archive, schema, studies, claims."""
