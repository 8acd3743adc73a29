"""HTML drawn once: by key and language, never more than a few, and nothing gets in through a gap."""

from __future__ import annotations

from django.utils import translation

from core.kept import Blank, Kept


def test_made_once_for_a_key_and_a_language():
    kept, made = Kept(8), []

    def make():
        made.append(translation.get_language())
        return made[-1]

    assert [kept.of("a", make), kept.of("a", make), kept.of("b", make)] == ["zh-hans", "zh-hans", "zh-hans"]
    with translation.override("en"):
        assert kept.of("a", make) == "en"
    assert made == ["zh-hans", "zh-hans", "en"]


def test_it_never_holds_more_than_it_may():
    kept = Kept(2)
    for number in range(5):
        assert kept.of(number, lambda number=number: number) == number
    assert len(kept._made) <= 2


def test_what_is_filled_in_is_escaped_and_is_no_gap_itself():
    blank = Blank('<p id="gap-key">gap-who, gap-key</p>', "gap-key", "gap-who")
    filled = blank.filled({"gap-key": "gap-who", "gap-who": '<b>"王"'})
    assert filled == '<p id="gap-who">&lt;b&gt;&quot;王&quot;, gap-who</p>'
    assert hasattr(filled, "__html__")
