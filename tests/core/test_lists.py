import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import django_filters
import pytest
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.fields import Masked, decrypt, encrypt
from core.lists import ListPage, list_page
from core.scoping import ScopedQuerySet, UnscopedQuery, armed
from core.spreadsheets import read_sheets

with isolate_apps("core"):

    class Grid(models.Model):
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "core"
            db_table = "list_test_grid"
            managed = False

        def __str__(self) -> str:
            return self.name

    class Case(models.Model):
        name = models.CharField(max_length=20)
        rank = models.IntegerField(null=True)
        fee = models.DecimalField(max_digits=10, decimal_places=2, null=True)
        due_at = models.DateTimeField(null=True)
        grid = models.ForeignKey(Grid, models.DO_NOTHING, null=True, db_constraint=False)
        objects = ScopedQuerySet.as_manager()

        class Meta:
            app_label = "core"
            db_table = "list_test_case"
            managed = False

        def __str__(self) -> str:
            return self.name

        def shout(self) -> str:
            return self.name.upper()


class CaseFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains")
    rank = django_filters.NumberFilter()

    class Meta:
        model = Case
        fields = ("name", "rank")


SORTS = {
    "name": ("name",),
    "rank": ("rank", "-name"),
    "fee": ("fee",),
    "due": ("due_at", "rank", "pk"),
    "grid": ("grid__name", "name"),
    "doubled": ("doubled",),
}
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001
cases = st.fixed_dictionaries(
    {
        "name": st.text("abA甲乙", max_size=2),
        "rank": st.none() | st.integers(0, 3),
        "fee": st.none() | st.decimals(0, 2, places=2),
        "due_at": st.none() | moments,
        "grid_id": st.none() | st.sampled_from([1, 2]),
    }
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables(db: None) -> None:
    """Two tables that vanish with the test's transaction."""
    key = "bigserial PRIMARY KEY" if connection.vendor == "postgresql" else "integer PRIMARY KEY AUTOINCREMENT"
    moment = "timestamptz" if connection.vendor == "postgresql" else "datetime"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE list_test_grid (id {key}, name varchar(20) NOT NULL)")
        cursor.execute(
            f"CREATE TABLE list_test_case (id {key}, name varchar(20) NOT NULL, rank integer NULL,"
            f" fee numeric(10, 2) NULL, due_at {moment} NULL, grid_id bigint NULL)"
        )
    Grid.objects.bulk_create([Grid(id=1, name="一"), Grid(id=2, name="二")])


def fill(rows: list[dict[str, object]]) -> None:
    Case.objects.all().delete()
    Case.objects.bulk_create(Case(**row) for row in rows)


def page(query: str = "", size: int = 3, **options: object) -> ListPage:
    path = query if query.startswith("/") else f"/cases/?{query}"
    queryset = Case.objects.annotate(doubled=models.F("rank") * 2).select_related("grid")
    options = {"sorts": SORTS, "default_sort": "name", "filterset_class": CaseFilter} | options
    return list_page(RequestFactory().get(path), queryset, size=size, **options)


def walk(first: ListPage, step: Callable[[ListPage], str]) -> Iterator[ListPage]:
    current = first
    yield current
    while step(current):
        current = page(step(current))
        yield current


@given(st.lists(cases, max_size=12), st.sampled_from(sorted(SORTS)), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_walking_on_visits_each_row_once_in_order_and_back_again(rows: list, sort: str, backwards: bool):
    fill(rows)
    first = page(f"sort={'-' if backwards else ''}{sort}")
    in_order = [row.pk for row in first.queryset]
    assert sorted(in_order) == sorted(Case.objects.values_list("pk", flat=True))
    pages = list(walk(first, lambda current: current.next_url))
    assert [row.pk for part in pages for row in part.rows] == in_order
    assert all(len(part.rows) == 3 for part in pages[:-1])
    back = list(walk(pages[-1], lambda current: current.previous_url))
    assert [row.pk for part in reversed(back) for row in part.rows] == in_order
    assert all(part.count == len(rows) for part in pages)


def test_rows_without_a_value_stand_at_the_end_both_ways():
    fill([{"name": str(rank), "rank": rank} for rank in (2, None, 1, None, 3)])
    assert [row.rank for row in page("sort=rank").queryset] == [1, 2, 3, None, None]
    assert [row.rank for row in page("sort=-rank").queryset] == [3, 2, 1, None, None]
    assert [row.rank for row in page(default_sort="-rank").queryset] == [3, 2, 1, None, None]


def test_a_row_that_comes_meanwhile_shifts_nothing():
    fill([{"name": name} for name in "abcdef"])
    first = page()
    assert [row.name for row in first.rows] == ["a", "b", "c"]
    Case.objects.create(name="aa")
    Case.objects.filter(name="c").delete()
    assert [row.name for row in page(first.next_url).rows] == ["d", "e", "f"]


def test_a_page_whose_rows_are_gone_leads_back_to_the_first():
    fill([{"name": name} for name in "abcd"])
    onward = page().next_url
    Case.objects.filter(name="d").delete()
    gone = page(onward)
    assert gone.rows == []
    assert [row.name for row in page(gone.previous_url).rows] == ["a", "b", "c"]


def cursor_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["after"][0]


def test_a_cursor_that_is_not_ours_shows_the_first_page():
    fill([{"name": name, "rank": 1} for name in "abcdef"])
    token = cursor_of(page().next_url)
    broken = [
        "after=",
        "after=garbage",
        f"after={token[:-4]}AAA%3D",
        f"sort=rank&after={token}",
        f"after={encrypt('[]')}",
        f"after={encrypt('{}')}",
        f"after={encrypt('not json')}",
        f'after={encrypt("""["name", ["a"]]""")}',
        f'after={encrypt("""["name", ["a", "x"]]""")}',
        f'sort=due&after={encrypt("""["due", ["soon", 1, 1]]""")}',
        "before=garbage",
    ]
    for query in broken:
        assert page(query).rows[0].name in {"a", "f"}, query
        assert len(page(query).rows) == 3
        assert page(query).previous_url == ""


def test_what_the_url_carries_cannot_be_read_in_a_log():
    fill([{"name": name} for name in ("王小明", "王小红", "王小刚", "李四")])
    url = page().next_url
    assert "王小" not in url
    assert "%E7%8E%8B" not in url
    assert "name" in decrypt(cursor_of(url))


def test_two_queries_however_many_rows():
    for number in (1, 40):
        fill([{"name": str(index), "grid_id": 1} for index in range(number)])
        with CaptureQueriesContext(connection) as queries:
            current = page("sort=grid")
            assert [row.grid.name for row in current.rows]
            assert current.count == number
            assert bool(current.next_url) == (number > 3)
            assert current.previous_url == ""
            assert current.sorts
        assert len(queries) == 2


def test_filter_sort_and_links_stay_together():
    fill([{"name": f"a{index}", "rank": index} for index in range(8)] + [{"name": "b"}])
    current = page("name=A&sort=-rank")
    assert current.active
    assert current.count == 8
    assert [row.rank for row in current.rows] == [7, 6, 5]
    following = page(current.next_url)
    assert [row.rank for row in following.rows] == [4, 3, 2]
    assert following.form is not None
    assert following.form.cleaned_data["name"] == "A"
    assert "name=A" in following.xlsx_url
    assert "after" not in following.xlsx_url
    assert following.reset_url == "/cases/"
    assert following.sorts["rank"].direction == "descending"
    assert "after" not in following.sorts["rank"].url
    assert [row.rank for row in page(following.sorts["rank"].url).rows] == [0, 1, 2]
    assert following.sorts["name"].direction == ""
    assert page("sort=nonsense").sort == "name"
    assert not page("name=&sort=name").active


def test_a_filter_that_cannot_be_read_is_said_at_its_field():
    fill([{"name": "a"}])
    current = page("rank=many")
    assert current.form is not None
    assert "rank" in current.form.errors
    assert len(current.rows) == 1


def test_without_a_filter():
    fill([{"name": "a"}])
    current = page(filterset_class=None)
    assert (current.form, current.active, current.count) == (None, False, 1)


def test_the_spreadsheet_holds_all_that_is_filtered_in_the_same_order():
    fill([{"name": f"a{index}", "rank": index, "grid_id": 1} for index in range(8)] + [{"name": "b"}])
    current = page("name=a&sort=-rank&format=xlsx")
    assert current.wants_xlsx
    columns = [
        ("名称", "name"),
        ("大写", "shout"),
        ("网格", "grid.name"),
        ("电话", lambda row: Masked("13812345678", lambda _: "138****5678")),
        ("无", "grid.nothing.at_all"),
    ]
    answer = current.as_xlsx("事项清单", columns)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    (sheet,) = read_sheets(io.BytesIO(answer.content))
    assert sheet.rows[0] == ["名称", "大写", "网格", "电话", "无"]
    assert [row[0] for row in sheet.rows[1:]] == [f"a{index}" for index in range(7, -1, -1)]
    assert sheet.rows[1][1:4] == ["A7", "一", "138****5678"]


def test_the_csv_holds_the_same_rows_where_the_list_offers_one():
    fill([{"name": f"a{index}", "rank": index} for index in range(3)] + [{"name": "b"}])
    current = page("name=a&sort=-rank&format=csv", csv=True)
    assert current.wants_csv
    assert "format=csv" in current.csv_url
    answer = current.as_csv("事项", [("名称", "name"), ("数", "rank"), ("式", lambda row: "=1+1")])
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    text = b"".join(answer.streaming_content).decode()
    assert text == "\ufeff名称,数,式\r\na2,2,'=1+1\r\na1,1,'=1+1\r\na0,0,'=1+1\r\n"
    plain = page("format=csv")
    assert (plain.wants_csv, plain.csv_url) == (False, "")


def test_the_guard_of_scoped_rows_holds():
    fill([{"name": "a"}])
    with armed():
        with pytest.raises(UnscopedQuery):
            _ = page().rows
        with pytest.raises(UnscopedQuery):
            _ = page().count
        narrowed = list_page(
            RequestFactory().get("/"), Case.objects.all().scoped(), sorts=SORTS | {}, default_sort="name"
        )
        assert [row.name for row in narrowed.rows] == ["a"]
        assert narrowed.count == 1


def test_beyond_a_thousand_nobody_counts():
    fill([{"name": "a"} for _ in range(1000)])
    assert page().count == 1000
    Case.objects.create(name="b")
    assert page().count == "1000+"


def test_the_condition_that_all_rows_fulfil_changes_nothing_but_how_they_are_found():
    fill([{"name": f"a{index}", "rank": 1} for index in range(5)])
    with CaptureQueriesContext(connection) as queries:
        assert [row.name for row in page(within=models.Q(rank=1)).rows] == [row.name for row in page().rows]
    assert ["WHERE" in query["sql"] for query in queries] == [True, False]
