"""What red stewards have paid for parts, paid back by the estate's committee."""
