"""A write that is not legal now."""


class Refused(Exception):
    """Raised by an action; its text is a translated sentence that the person who acts can read."""
