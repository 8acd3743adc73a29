"""Badges are kept from one page to the next; what is kept for one text never stands for another."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from core.lists import SortLink


@pytest.mark.parametrize("first", [True, False])
def test_a_badge_is_escaped_whoever_asked_for_the_same_text_before(first: bool) -> None:
    text = f"<b>{first}</b>"
    template = Template('{% state_badge tone="good" label=label %}')
    labels = [mark_safe(text), text] if first else [text, mark_safe(text)]
    for label in labels:
        assert "<b>" not in template.render(Context({"label": label}))


def test_a_badge_says_its_word_with_the_icon_of_its_tone() -> None:
    drawn = Template('{% state_badge label="已派单" %}{% state_badge label="已派单" tone="bad" icon="star" %}').render(
        Context()
    )
    assert drawn.count("已派单") == 2
    assert "is-idle" in drawn
    assert "is-bad" in drawn
    assert drawn.count("<svg") == 2


@pytest.mark.parametrize(("direction", "order"), [("", ""), ("descending", ' aria-sort="descending"')])
def test_a_heading_says_how_the_list_is_sorted_and_leads_to_the_other_way(direction: str, order: str) -> None:
    link = SortLink("/list/?sort=door&state=all", direction)
    template = Template("{% sort_heading link label num=True %}")
    drawn = template.render(Context({"link": link, "label": "<门牌>"}))
    url = "/list/?sort=door&amp;state=all"
    assert drawn == f'<th scope="col" class="num"{order}><a href="{url}">&lt;门牌&gt;</a></th>'


def test_a_table_that_cannot_be_sorted_has_bare_headings() -> None:
    assert Template('{% sort_heading sorts.day "日期" %}').render(Context()) == '<th scope="col">日期</th>'
