"""The red stewards: who they are, what they can do, when they have time."""
