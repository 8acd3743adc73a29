"""What partners and neighbours do together: who comes, what it was like before and after."""
