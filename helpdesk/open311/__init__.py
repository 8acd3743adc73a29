"""How the systems of a city read requests and send their own: Open311 GeoReport v2, docs/open311.md."""
