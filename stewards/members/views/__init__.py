"""Pages around who the red stewards are."""
