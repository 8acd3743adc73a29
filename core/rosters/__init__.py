"""A roster of shifts for people who may decline: knows neither stewards nor gatekeepers, and no database."""
