"""Two visits that began from the same household end with both brought in, or with the difference listed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.fields import plain_of
from tests.factories import family_of, household_in, report_of
from visits import actions
from visits.models import Conflict, Verification, Visit
from visits.report import Answer
from visits.sheet import sheet_for

VALUES = {
    "phone": ["13900000001", "13900000002"],
    "employment": ["11", "51"],
    "hukou": ["本社区", "外地"],
    "is_party_member": ["yes", "no"],
}
BEFORE = {"phone": "13812345678", "employment": "80", "hukou": "镇江", "is_party_member": None}

answers = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(
            st.sampled_from([Answer("confirmed"), Answer("unknown"), Answer("refused")]),
            st.sampled_from(values).map(lambda value: Answer("changed", value)),
        )
        for name, values in VALUES.items()
    },
)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=answers, second=answers)
def test_nothing_is_overwritten_and_nothing_is_lost(first, second, grid, leader):
    household = household_in(grid)
    (resident,) = family_of(household, {"name": "王秀英", **BEFORE})
    seen = sheet_for(leader, household).seen

    def report(chosen):
        keyed = {f"r-{resident.pk.hex}-{name}": answer for name, answer in chosen.items()}
        return report_of(household, answers=keyed, seen=seen)

    reports = [report(first), report(second)]
    for one in [*reports, *reports]:
        actions.record_visit(household, by=leader, report=one)

    assert Visit.objects.filter(household=household).count() == 2
    assert Verification.objects.filter(household=household).count() == len(first) + len(second)
    resident.refresh_from_db()
    conflicts = {one.field: plain_of(one.brought) for one in Conflict.objects.filter(household=household)}
    for name in VALUES:
        changed = [one[name].value for one in (first, second) if name in one and one[name].result == "changed"]
        now = {True: "yes", False: "no"}.get(getattr(resident, name), plain_of(getattr(resident, name)))
        assert now == (changed[0] if changed else BEFORE[name])
        assert conflicts.get(name) == (changed[1] if len(set(changed)) == 2 else None)
