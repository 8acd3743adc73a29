"""Areas as pages show them."""

from django import template

from grids import areas

register = template.Library()


@register.filter
def square_metres(area: int | None) -> str:
    """An area in 0.01 m² as `1,234.50`; a dash where nothing is known."""
    return areas.written(area) or "—"
