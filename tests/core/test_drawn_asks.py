"""The lines of Today: what they say, and that nothing in them is taken for HTML."""

from __future__ import annotations

from datetime import UTC, datetime

from django.template.loader import render_to_string

from community.today import Ask
from core import clock

AT = datetime(2026, 11, 20, 1, 5, tzinfo=UTC)


def lines(*asks: Ask, **given: object) -> str:
    with clock.at(AT):
        return render_to_string("components/ask_rows.html", {"asks": asks, **given})


def test_a_line_says_what_where_since_when_and_has_its_button():
    html = lines(Ask("灯坏了", "/requests/1/", "去办理", detail="2 单元", since=AT, urgent=True))
    assert "</svg> 请先办</span> · 2 单元 · 今天 9:05</span>" in html
    assert (
        '<a class="btn btn-secondary" href="/requests/1/">去办理<span class="visually-hidden">：灯坏了</span></a>'
        in html
    )


def test_what_is_missing_leaves_no_dot_behind():
    assert '<span class="soft"></span>' in lines(Ask("灯坏了", "/", "去办理"))
    assert '<span class="soft">2 单元</span>' in lines(Ask("灯坏了", "/", "去办理", detail="2 单元"))


def test_the_first_button_of_the_page_is_the_red_one():
    asks = [Ask(str(number), "/", "看") for number in range(3)]
    assert lines(*asks, main=True).count("btn-primary") == 1
    assert "btn-primary" not in lines(*asks)


def test_what_people_typed_stays_text():
    html = lines(Ask("<b>&</b>", '/?"x', "<i>", detail="<script>"))
    assert "<script>" not in html
    assert "<i>" not in html
    assert html.count("&lt;b&gt;&amp;&lt;/b&gt;") == 2
    assert 'href="/?&quot;x"' in html
