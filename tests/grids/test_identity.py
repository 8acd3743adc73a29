"""GB 11643: length, date and check digit; never the region."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from grids import identity
from grids.identity import IdentityDoubt

GOOD = "992812193701150188"


@pytest.mark.parametrize("number", [GOOD, "99071219820728061X", "11010519491231002X"])
def test_right_numbers_pass(number: str) -> None:
    identity.check(number)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("992812193701150189", "check digit"),
        ("99281219370115018", "length"),
        ("", "length"),
        ("992812370115018", "15 digits"),
        ("99281219370115018Y", "characters"),
        ("９92812193701150188", "characters"),
        ("992812193713150188", "birth date"),
        ("992812193702300188", "birth date"),
        ("992812179901150188", "birth date"),
        ("992812299901150188", "birth date"),
    ],
)
def test_wrong_numbers_are_named(number: str, reason: str) -> None:
    with pytest.raises(IdentityDoubt) as doubt:
        identity.check(number)
    assert doubt.value.reason == reason


def test_date_and_sex_inside() -> None:
    assert identity.birth_date(GOOD) == dt.date(1937, 1, 15)
    assert identity.sex(GOOD) == "2"
    assert identity.sex("99071219820728061X") == "1"


def test_normal_form() -> None:
    assert identity.normal(" ９９0712 19820728-061x ") == "99071219820728061X"
    assert identity.normal("'" + GOOD) == GOOD


def test_born_today_is_right_and_tomorrow_is_not() -> None:
    today = f"{clock.today():%Y%m%d}"
    identity.birth_date(f"990712{today}0610")
    with pytest.raises(IdentityDoubt):
        identity.birth_date(f"990712{clock.today() + dt.timedelta(days=1):%Y%m%d}0610")


@pytest.mark.parametrize("number", ["E12345678", "H12345678", "M1234567(8)", "12345"])
def test_other_papers_pass(number: str) -> None:
    identity.check_other(number)


@pytest.mark.parametrize("number", ["1234", "ABCDEF", "E1234+5678", "9" * 21])
def test_other_papers_that_cannot_be(number: str) -> None:
    with pytest.raises(IdentityDoubt, match="format"):
        identity.check_other(number)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2020, 1, 1)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(born: dt.date, order: int, place: int, step: int) -> None:
    number = f"990712{born:%Y%m%d}{order:03d}"
    number += identity.check_digit(number)
    identity.check(number)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    with pytest.raises(IdentityDoubt):
        identity.check(wrong)
