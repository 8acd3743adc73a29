"""Several statements asked as one answer what each would have answered alone, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from config.settings import _database
from core import clock
from core.sql import Given, Now, Within, written, written_within
from core.together import together
from core.whole import Whole, write_whole
from grids.models import CareTag, Grid, Household
from helpdesk.models import ServiceRequest
from property.models import MonthlyBalance
from stewards.models import Job
from tests.factories import GridFactory, household_in, in_care
from tests.stewards.errands import an_errand

pytestmark = pytest.mark.django_db
WHY = "a test"


def rows_of(model):
    return model.objects.unscoped(reason=WHY)


def test_each_keeps_its_rows_and_their_types():
    grid = GridFactory(name='一"格\\')
    tag = in_care(household_in(grid))
    rows_of(CareTag).filter(pk=tag.pk).update(review_due=date(2026, 11, 30))
    errand = an_errand()
    errand.hire()
    errand.ask()
    asked = [
        written(rows_of(Grid).order_by("pk").values_list("pk", "name", "created_at")),
        written(rows_of(Household).filter(pk__in=[]).values_list("pk")),
        written(rows_of(Job).values_list("pk", "wishes", "needs_two", "starts_at", "asked_at")),
        written(rows_of(CareTag).filter(pk=tag.pk).values_list("review_due", "household__building__grid")),
        written_within(
            [
                Within(rows_of(Grid).values_list("pk"), "id", "SELECT 'grids', COUNT(*) FROM narrowed", width=2),
                Within(rows_of(Job).values_list("pk"), "id", "SELECT 'jobs', COUNT(*) FROM narrowed", width=2),
            ]
        ),
    ]
    alone = [one.rows() for one in asked]
    assert alone[0][0][1] == '一"格\\'
    assert alone[1] == []
    assert alone[2]
    assert type(alone[3][0][0]) is date
    with CaptureQueriesContext(connection) as queries:
        found = together(asked).rows_of_each()
    assert len(queries) == 1
    assert [sorted(map(repr, rows)) for rows in found] == [sorted(map(repr, rows)) for rows in alone]


def test_nothing_asked_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert together([written(rows_of(Grid).none().values_list("pk"))] * 2).rows_of_each() == [[], []]


def test_a_sum_of_money_does_not_travel_as_json():
    with pytest.raises(TypeError, match="does not travel"):
        together([written(rows_of(MonthlyBalance).values_list("pk", "balance"))])


def test_a_statement_by_hand_says_how_many_columns_it_answers_with():
    part = Within(rows_of(Grid).values_list("pk"), "id", "SELECT COUNT(*) FROM narrowed")
    with pytest.raises(TypeError, match="width"):
        together([written_within([part])])


def test_now_is_the_moment_of_asking_not_of_writing():
    request = an_errand().request
    rows = rows_of(ServiceRequest).filter(due_at__lt=Now(timedelta(hours=1))).order_by()
    kept = written(rows.values_list("pk", Value(1)))
    for ahead, found in ((timedelta(hours=2), 0), (timedelta(minutes=59), 1), (timedelta(0), 1)):
        with clock.at(request.due_at - ahead):
            assert len(kept.rows()) == len(together([kept]).rows_of_each()[0]) == rows.count() == found


def test_what_is_given_goes_into_every_place_of_it(django_assert_num_queries):
    first, second = GridFactory(), GridFactory()
    named = written(rows_of(Grid).filter(community=Given(0), pk=Given(1)).values_list("name"))
    same = written(rows_of(Grid).filter(pk=Given(1)).exclude(community=Given(0)).values_list("name"))
    assert named.rows(first.community_id, first.pk) == [(first.name,)]
    assert named.rows(first.community_id, second.pk) == []
    with django_assert_num_queries(1):
        found = together([named, same]).rows_of_each(first.community_id, second.pk)
    assert found == [[], [(second.name,)]]
    with pytest.raises(IndexError):
        named.rows(first.community_id)


def test_whole_rows_are_those_of_the_orm(django_assert_num_queries):
    home = household_in(GridFactory())
    nowhere = household_in(GridFactory())
    rows = rows_of(Household).filter(pk=Given())
    kept = write_whole(Whole(rows, ("dwelling", "building", "memberships")))
    for one in (home, nowhere):
        expected = rows_of(Household).select_related("dwelling", "building").get(pk=one.pk)
        with django_assert_num_queries(1):
            ((found, dwelling, building, member),) = kept.rows_of_parts(one.pk)
        assert found == expected
        assert vars(found).keys() >= {field.attname for field in Household._meta.concrete_fields}
        for field in Household._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(expected, field.attname)
        assert (dwelling, building, member) == (expected.dwelling, expected.building, None)
    joined = write_whole(Whole(rows, ("dwelling", "building")))
    with django_assert_num_queries(1):
        (found,) = joined.rows(home.pk)
        assert str(found.dwelling.label) == home.dwelling.label
        assert found.building.pk == home.building_id


@pytest.mark.parametrize(
    ("url", "options"), [("postgres:///portal", "-c jit=off"), ("postgres:///portal?options=-c work_mem=8MB", None)]
)
def test_postgresql_does_not_compile_what_a_page_asks(monkeypatch, url, options):
    """All of Today in one statement looks dear enough to be compiled, which takes longer than to answer it."""
    monkeypatch.setenv("DATABASE_URL", url)
    assert _database()["OPTIONS"]["options"] == (options or "-c work_mem=8MB")
