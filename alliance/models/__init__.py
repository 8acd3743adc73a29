from alliance.models.partners import Partner

__all__ = ["Partner"]
