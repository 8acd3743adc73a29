"""Areas are kept as whole numbers of 0.01 m², so that votes and fees add up to the last digit."""

from __future__ import annotations

from decimal import Decimal

# The largest dwelling anybody could mean: a typing error in the decimal point stands out.
MOST_SQUARE_METRES = Decimal("99999.99")
_CENT = Decimal("0.01")


def hundredths(square_metres: Decimal) -> int:
    """61.08 m² as 6108; raises ValueError where there are more than two decimals."""
    scaled = square_metres.scaleb(2)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{square_metres} m² has more than two decimals")
    return int(scaled)


def square_metres(area: int) -> Decimal:
    """6108 as 61.08 m²."""
    return (Decimal(area) * _CENT).quantize(_CENT)


def written(area: int | None) -> str:
    """1,234.50, or "" where nothing is known."""
    return "" if area is None else f"{square_metres(area):,}"
