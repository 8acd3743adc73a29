import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import charts
from core.charts import Chart, Series, ticks

SVG = "{http://www.w3.org/2000/svg}"
KINDS = [charts.bars, charts.stacked_bars, charts.lines, charts.horizontal_bars]
INCOME: Series = [("收入", [Decimal("52340.50"), Decimal(0), Decimal("-300.00")]), ("支出", [41000, None, 20])]
amounts = st.none() | st.integers(-(10**9), 10**9) | st.decimals(-(10**9), 10**9, places=2)
Make = Callable[..., Chart]


def tree(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.svg)


@pytest.mark.parametrize("make", KINDS)
def test_a_chart_names_itself_and_needs_no_style_or_script(make: Make):
    chart = make("收入与支出", "近三个季度", ["一", "二", "三"], INCOME, unit="元")
    root = tree(chart)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (title.text, desc.text) == ("收入与支出", "近三个季度")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"
    assert "width" not in root.attrib
    assert not re.search(r"style=|<style|<script| on\w+=", chart.svg)


@pytest.mark.parametrize("make", KINDS)
def test_the_table_has_the_same_figures(make: Make):
    chart = make("收支", "", ["一", "二", "三"], INCOME)
    assert chart.columns == ("", "收入", "支出")
    assert chart.rows == (("一", "52,340.50", "41,000"), ("二", "0", "—"), ("三", "-300.00", "20"))


@pytest.mark.parametrize("make", KINDS)
def test_what_people_wrote_stays_text(make: Make):
    chart = make("<b>&", '"', ["<script>alert(1)</script>"], [("a<b", [1]), ("c", [2])], unit="<元>")
    assert "<script" not in chart.svg
    assert "<script>alert(1)</script>" in "".join(tree(chart).itertext())


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(("labels", "series"), [([], []), ([], [("收入", [])]), (["一"], [("收入", [None])])])
def test_nothing_to_draw_is_said(make: Make, labels: list[str], series: Series):
    assert "还没有可以画的数据" in make("收支", "", labels, series).svg


@pytest.mark.parametrize("make", KINDS)
def test_series_differ_by_more_than_colour(make: Make):
    chart = make("t", "", ["一"], [(str(number), [number + 1]) for number in range(6)])
    if make is charts.lines:
        assert all(f"<{mark}" in chart.svg for mark in ("circle", "rect", "polygon"))
    else:
        assert len(set(re.findall(r"url\(#([\w-]+)\)", chart.svg))) == 5
    with pytest.raises(ValueError, match="told apart"):
        make("t", "", ["一"], [(str(number), [number]) for number in range(7)])


@pytest.mark.parametrize("make", KINDS)
def test_uneven_series_are_a_mistake(make: Make):
    with pytest.raises(ValueError, match="as many values"):
        make("t", "", ["一", "二"], [("a", [1])])


def test_ids_are_the_same_for_the_same_chart_and_others_for_another():
    first, again = (charts.bars("t", "", ["一"], [("a", [1])]).svg for _ in range(2))
    assert first == again
    assert first[:400] != charts.bars("t", "", ["一"], [("a", [2])]).svg[:400]
    assert first[:400] != charts.lines("t", "", ["一"], [("a", [1])]).svg[:400]


def test_large_amounts_are_counted_in_wan():
    chart = charts.bars("t", "", ["一"], [("a", [Decimal("1234567.00")])], unit="元")
    assert "单位：万元" in chart.svg
    assert chart.rows == (("一", "1,234,567.00"),)


def test_a_line_breaks_where_there_is_no_value():
    chart = charts.lines("t", "", list("abcde"), [("a", [1, 2, None, 4, 5])])
    assert chart.svg.count("<polyline") == 2


def test_layers_stand_upon_each_other_and_hang_below_the_line():
    chart = charts.stacked_bars("t", "", ["一"], [("a", [3]), ("b", [5]), ("c", [-4])])
    boxes = [box.attrib for box in tree(chart).findall(f"{SVG}rect") if float(box.attrib["width"]) > 20]
    a, b, c = ((float(box["y"]), float(box["y"]) + float(box["height"])) for box in boxes)
    assert b[1] == pytest.approx(a[0], abs=0.02)
    assert c[0] == pytest.approx(a[1], abs=0.02)
    assert (b[1] - b[0]) / (a[1] - a[0]) == pytest.approx(5 / 3, rel=0.01)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 0, ["0", "0.25", "0.5", "0.75", "1"]),
        (0, 70, ["0", "20", "40", "60", "80"]),
        (12, 61234, ["0", "20000", "40000", "60000", "80000"]),
        (-5, 100, ["-50", "0", "50", "100"]),
        (-8, -2, ["-8", "-6", "-4", "-2", "0"]),
    ],
)
def test_ticks(low: int, high: int, expected: list[str]):
    assert ticks(Decimal(low), Decimal(high)) == [Decimal(mark) for mark in expected]


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-(10**9), 10**9, places=2))
def test_ticks_hold_everything_in_few_round_steps(a: Decimal, b: Decimal):
    low, high = sorted((a, b))
    marks = ticks(low, high)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 0 in marks
    assert 2 <= len(marks) <= 7
    assert len({after - before for before, after in pairwise(marks)}) == 1


@given(st.data(), st.sampled_from(KINDS))
def test_everything_drawn_lies_within_the_picture(data: st.DataObject, make: Make):
    count = data.draw(st.integers(1, 30))
    labels = data.draw(st.lists(st.text("走访网格ab1", min_size=1, max_size=9), min_size=count, max_size=count))
    series = [
        (name, data.draw(st.lists(amounts, min_size=count, max_size=count)))
        for name in data.draw(st.sampled_from(["a", "ab"]))
    ]
    root = tree(make("t", "d", labels, series, unit="元"))
    _left, _top, width, height = map(float, root.attrib["viewBox"].split())
    for box in root.findall(f"{SVG}rect"):
        x, y, w, h = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        assert w > 0
        assert h > 0
        assert -0.1 <= x <= x + w <= width + 1
        assert -0.1 <= y <= y + h <= height + 0.1
    for text in root.findall(f"{SVG}text"):
        assert 0 <= float(text.attrib["y"]) <= height
