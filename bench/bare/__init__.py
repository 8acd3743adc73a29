"""The bare Django project that the portal is measured against: what `startproject` gives, one table, two views."""
