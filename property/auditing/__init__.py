"""Who audits the books reads everything and says why; what was opened stands on a list."""
