"""Pages of the hours."""
