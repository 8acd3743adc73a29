"""The duty roster: shifts that come again, who takes which, swaps, and who came."""
