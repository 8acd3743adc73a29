"""The pages of the advisory group."""
