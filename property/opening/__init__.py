"""What households owed, had prepaid and had deposited when the book began, taken from a small table."""
