"""What this part brings to the rest of the portal."""


def register() -> None:
    """Told to the other rooms once the apps are ready."""
