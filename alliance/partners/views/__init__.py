"""Pages of the units, and of what is needed, offered, done together and pledged."""
