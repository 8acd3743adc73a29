"""What a year is expected to bring and cost, and how far it has come."""
