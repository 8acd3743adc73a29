"""The hours that volunteers gave: written once, confirmed by a second person, certified and thanked for."""
