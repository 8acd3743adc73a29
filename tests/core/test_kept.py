"""HTML drawn once: by key and language, never more than a few, and nothing gets in through a gap."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from core import kept as module
from core.kept import Blank, Kept, piece


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


def test_without_a_gap_it_stays_as_it_is():
    assert Blank("<p>ab</p>").filled({}) == "<p>ab</p>"


SEARCH = "frame/search.html"


def drawn(url="/search/", token="token", words="王"):
    return piece(SEARCH, {"search_url": url}, {"csrf_token": token, "search_words": words})


def test_a_piece_is_drawn_once_for_what_it_is_given(monkeypatch):
    monkeypatch.setattr(module, "_pieces", Kept(8))
    draw, made = module.render_to_string, []
    monkeypatch.setattr(module, "render_to_string", lambda *given: made.append(given) or draw(*given))
    first, again = drawn(token="mine", words="<b>"), drawn(token="another", words="李")
    assert 'value="mine"' in first
    assert 'value="&lt;b&gt;"' in first
    assert 'value="another"' in again
    assert 'value="李"' in again
    assert "mine" not in again
    assert len(made) == 1
    assert 'action="/elsewhere/"' in drawn(url="/elsewhere/")
    assert len(made) == 2
    with translation.override("en"):
        assert "查找" not in drawn()
        assert len(made) == 3


def test_a_piece_keeps_no_word_that_is_filled_in_nor_what_it_was_worked_out_from(monkeypatch):
    monkeypatch.setattr(module, "_pieces", Kept(8))
    worked_out = SimpleLazyObject(lambda: "/search/")
    drawn(url=worked_out, token="mine", words="王秀英")
    (key,) = module._pieces._made
    assert "mine" not in repr(vars(module._pieces._made[key])) + repr(key)
    assert "王秀英" not in repr(vars(module._pieces._made[key])) + repr(key)
    assert all(type(value) is str for _name, value in key[1][1:])


def test_a_safe_text_is_not_kept_for_an_equal_one_that_is_not():
    assert "&lt;i&gt;" in drawn(url=SafeString("<i>"))
    assert "&lt;i&gt;" in drawn(url="<i>")


def test_the_tag_fills_the_gaps_from_its_page():
    page = Template('{% kept "frame/search.html" gaps="csrf_token search_words" search_url=url %}')
    assert page.render(Context({"url": "/s/", "csrf_token": "t1", "search_words": "a"})) == drawn("/s/", "t1", "a")
    assert page.render(Context({"url": "/s/", "csrf_token": "t2"})) == drawn("/s/", "t2", "")
