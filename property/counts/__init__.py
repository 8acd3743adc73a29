"""The cash in the box, counted by two people."""
