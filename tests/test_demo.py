"""The invented community can be told on any day of any year: what it has behind it is as long ago then."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, time

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.quarters import Quarter
from core.workdays import ZONE
from demo.days import PUBLISHED, SIGNED_AFTER, founded_on, opened_on, published_quarters, voted_on
from property.models import Publication

days = st.dates(date(2026, 1, 1), date(2060, 12, 31))


@given(days)
def test_the_same_number_of_quarters_is_published_on_every_day(today: date) -> None:
    found = published_quarters(today)
    assert len(found) == PUBLISHED
    assert found == Quarter.range(found[0], found[-1])
    # All have signed the last of them before today; it would be too early for the one after it.
    assert found[-1].end + SIGNED_AFTER < today <= found[-1].next().end + SIGNED_AFTER


@given(days)
def test_one_thing_came_after_the_other(today: date) -> None:
    opened = opened_on(today)
    assert founded_on(today) < voted_on(opened) < opened


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("today", [date(2027, 1, 1), date(2028, 2, 29)], ids=str)
def test_it_is_told_on_days_that_are_like_no_other(today: date) -> None:
    said = io.StringIO()
    with clock.at(datetime.combine(today, time(9, 0), ZONE)):
        call_command("seed_demo", "--seed", "1", "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert {"sign_ins", "password"} < set(told)
    assert Publication.objects.filter(state="published").count() == PUBLISHED
    assert not Publication.objects.filter(published_at__date__gt=today).exists()
