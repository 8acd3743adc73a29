"""Badges are kept from one page to the next; what is kept for one text never stands for another."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe


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
