"""The face of the portal: every component draws, every form can be used by ear, every switch works without a script."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from crispy_forms.bootstrap import AppendedText, InlineRadios
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings as django_settings
from django.http import Http404, HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import clock, errors, gallery
from core.gallery import SampleFilter, SampleForm
from core.templatetags import portal

ROOT = Path(django_settings.BASE_DIR)
CSS = (ROOT / "static/css/portal.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates/components").glob("*.html"))
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=timezone.get_default_timezone())


class Elements(HTMLParser):
    """The elements of a page in order: (tag, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, name: str) -> dict[str, str]:
        """The attributes of the first control of this name."""
        return next(attrs for _tag, attrs in self.found if attrs.get("name") == name)

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _tag, attrs in self.found if "id" in attrs]


def draw(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def gallery_page(**query: str) -> str:
    return gallery.gallery(RequestFactory().get("/gallery/", query)).content.decode()


# ---- Days and icons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(minutes=5), "今天 13:55"),
        (timedelta(hours=15), "昨天 23:00"),
        (timedelta(days=3), "3 天前（11月17日）"),
        (timedelta(days=6), "6 天前（11月14日）"),
        (timedelta(days=7), "11月13日"),
        (timedelta(days=400), "2025年10月16日"),
        (timedelta(days=-1), "明天 14:00"),
        (timedelta(days=-3), "3 天后（11月23日）"),
        (timedelta(days=-50), "2027年1月9日"),
    ],
)
def test_when_speaks_as_people_do(ago: timedelta, said: str) -> None:
    with clock.at(NOW):
        assert portal.when(NOW - ago) == said


def test_a_time_is_told_by_the_clock_on_the_wall() -> None:
    with clock.at(NOW):
        assert portal.when(datetime(2026, 11, 19, 16, 5, tzinfo=UTC)) == "今天 0:05"
        assert portal.moment(datetime(2026, 11, 18, 12, 14, tzinfo=UTC)) == "11月18日 周三 20:14"


def test_a_day_has_no_time() -> None:
    with clock.at(NOW):
        assert portal.when(date(2026, 11, 20)) == "今天"
        assert portal.day(date(2025, 11, 3)) == "2025年11月3日"
        assert [portal.when(None), portal.day(None), portal.weekday(None), portal.moment(None)] == [""] * 4


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_when_never_lies_about_today(moment: datetime) -> None:
    with clock.at(NOW):
        said = portal.when(moment)
        assert said.startswith("今天") == (timezone.localtime(moment).date() == NOW.date())
        assert said


def test_icons_are_drawn_into_the_page_and_hidden_from_readers() -> None:
    drawn = draw('{% icon "house" %}')
    assert 'aria-hidden="true"' in drawn
    assert "<path" in drawn
    assert draw('{% icon "no-such-icon" %}') == ""


def test_every_icon_that_is_asked_for_is_there() -> None:
    asked = {
        (path.name, name)
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([^"]+)"|\bicon="([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
        for name in name
        if name
    }
    assert asked
    missing = {(file, name) for file, name in asked if name not in portal.sprite()}
    assert not missing
    assert set(portal.TONE_ICONS.values()) <= set(portal.sprite())


# ---- The style sheet and the templates -------------------------------------------------------------------------


def _light(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    dark, bright = sorted((_light(one), _light(other)))
    return (bright + 0.05) / (dark + 0.05)


def token(name: str) -> str:
    colour = re.search(rf"--{name}: (#[0-9a-f]{{3,6}});", CSS)
    assert colour, name
    value = colour[1]
    return value if len(value) == 7 else "#" + "".join(digit * 2 for digit in value[1:])


@pytest.mark.parametrize("tone", gallery.TONES)
def test_states_can_be_read_on_paper_on_cards_and_on_their_own_tint(tone: str) -> None:
    for ground in ("paper", "card", f"{tone}-tint"):
        assert contrast(token(tone), token(ground)) >= 4.5


def test_brand_and_ink_can_be_read() -> None:
    assert contrast(token("brand"), "#ffffff") >= 7
    assert contrast(token("soft"), token("paper")) >= 4.5
    assert contrast(token("ink"), token("paper")) >= 7
    assert contrast(token("edge"), token("card")) >= 3
    assert contrast(token("focus"), token("paper")) >= 3


def test_the_style_sheet_stays_calm() -> None:
    assert "!important" not in CSS
    assert "@import" not in CSS
    assert "url(" not in CSS
    assert CSS.count("{") == CSS.count("}")


# Not pages but files that are handed over: they carry all they need and stand under no policy.
HANDED_OVER = {ROOT / "templates/community/take_away.html"}


@pytest.mark.parametrize(
    "path", sorted(set(TEMPLATES) - HANDED_OVER), ids=lambda path: str(path.relative_to(ROOT / "templates"))
)
def test_no_template_carries_what_the_content_policy_forbids(path: Path) -> None:
    text = re.sub(r"{%.*?%}", "", path.read_text(encoding="utf-8"))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_says_what_it_takes_and_stands_in_the_gallery(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{# ")
    assert path.stem in (ROOT / "templates/core/gallery.html").read_text(encoding="utf-8")


# ---- The gallery and the frame ------------------------------------------------------------------------------------


def test_the_gallery_is_there_for_engineers_only(rf: RequestFactory, settings: Any) -> None:
    with pytest.raises(Http404):
        gallery.gallery(rf.get("/gallery/"))
    settings.DEBUG = True
    assert "ZF225-2026-000123" in gallery_page()


def test_a_page_has_one_heading_one_main_and_no_id_twice(settings: Any) -> None:
    settings.DEBUG = True
    page = Elements(gallery_page())
    tags = [tag for tag, _attrs in page.found]
    assert tags.count("h1") == tags.count("main") == 1
    assert len(page.ids) == len(set(page.ids))
    skip = next(attrs for tag, attrs in page.found if tag == "a")
    assert skip["href"] == "#main"
    assert all("alt" in attrs for tag, attrs in page.found if tag == "img")


def test_care_mode_is_a_class_of_the_page(rf: RequestFactory, settings: Any) -> None:
    settings.DEBUG = True
    request = rf.get("/gallery/")
    assert 'class="care"' not in gallery.gallery(request).content.decode().split("<head>")[0]
    request.COOKIES["care"] = "1"
    assert 'class="care"' in gallery.gallery(request).content.decode().split("<head>")[0]


# ---- Switches ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "kept"), [("1", "1"), ("0", "0"), ("", "0"), ("yes", "0")])
def test_care_mode_is_remembered_and_returns_to_the_page(client: Client, asked: str, kept: str) -> None:
    answer = client.post("/preferences/care/", {"care": asked, "next": "/requests/?state=open"})
    assert answer.status_code == 302
    assert answer["Location"] == "/requests/?state=open"
    assert answer.cookies["care"].value == kept
    assert answer.cookies["care"]["max-age"] == 365 * 24 * 3600


@pytest.mark.django_db
@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", "", "\\\\x.org"]
)
@pytest.mark.parametrize("switch", ["care", "language"])
def test_a_switch_leads_nowhere_else(client: Client, switch: str, elsewhere: str) -> None:
    answer = client.post(f"/preferences/{switch}/", {"care": "1", "language": "en", "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_the_language_is_remembered(client: Client) -> None:
    answer = client.post("/preferences/language/", {"language": "en", "next": "/requests/"})
    assert answer["Location"] == "/requests/"
    assert answer.cookies["django_language"].value == "en"
    assert answer.cookies["django_language"]["max-age"] == 365 * 24 * 3600


@pytest.mark.django_db
@pytest.mark.parametrize("switch", ["care", "language"])
def test_a_link_throws_no_switch(client: Client, switch: str) -> None:
    assert client.get(f"/preferences/{switch}/").status_code == 405


# ---- Forms -------------------------------------------------------------------------------------------------------


def crispy(form: forms.Form) -> Elements:
    return Elements(draw("{% load crispy_forms_tags %}{% crispy form %}", form=form))


def test_a_control_names_its_help_and_its_error() -> None:
    page = crispy(SampleForm(data={"text": ""}))
    control = page.named("text")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "id_text_helptext id_text_error"
    assert {"id_text_helptext", "id_text_error"} <= set(page.ids)


def test_the_summary_takes_the_focus_and_leads_to_each_control() -> None:
    page = crispy(SampleForm(data={"text": ""}))
    summary = next(attrs for _tag, attrs in page.found if attrs.get("class") == "errors")
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary
    targets = [attrs["href"][1:] for tag, attrs in page.found if tag == "a"]
    assert targets == ["id_category", "id_place_0", "id_text", "id_phone"]
    assert set(targets) <= set(page.ids)


def test_a_form_that_is_right_has_no_summary() -> None:
    assert not [attrs for _tag, attrs in crispy(SampleForm()).found if attrs.get("class") == "errors"]


def test_an_error_of_the_whole_form_is_told() -> None:
    form = SampleForm(data={})
    form.add_error(None, "有人先办了一步。")
    assert "有人先办了一步。" in draw("{% load crispy_forms_tags %}{% crispy form %}", form=form)


def test_groups_of_choices_have_a_legend_and_rows_that_can_be_tapped() -> None:
    page = crispy(SampleForm())
    tags = [tag for tag, _attrs in page.found]
    assert tags.count("fieldset") == tags.count("legend") == 2
    labels = [attrs["for"] for tag, attrs in page.found if tag == "label" and attrs.get("class") == "choice"]
    assert labels == ["id_place_0", "id_place_1", "id_place_2", "id_times_0", "id_times_1", "id_times_2", "id_agree"]
    assert set(labels) <= set(page.ids)


def test_layouts_keep_the_same_shape() -> None:
    form = SampleForm(data={})
    form.helper.layout = Layout(Fieldset("<b>", AppendedText("phone", "元"), InlineRadios("place")))
    page = crispy(form)
    assert page.named("phone")["aria-describedby"] == "id_phone_helptext id_phone_error"
    assert {"id_phone_error", "id_place_error"} <= set(page.ids)
    assert any(attrs.get("class") == "choices inline" for _tag, attrs in page.found)


def test_what_was_chosen_stays_chosen() -> None:
    page = crispy(SampleForm(data={"place": "yard", "times": ["am", "eve"]}))
    checked = [attrs["value"] for _tag, attrs in page.found if "checked" in attrs]
    assert checked == ["yard", "am", "eve"]


def test_what_may_be_left_out_says_so_except_in_a_filter() -> None:
    assert draw("{% load crispy_forms_tags %}{{ form|crispy }}", form=SampleForm()).count("（选填）") == 3
    page = SimpleNamespace(form=SampleFilter(), count=2)
    bar = draw('{% include "components/filter_bar.html" with page=page only %}', page=page)
    assert "（选填）" not in bar
    assert "共 2 条" in bar


def test_several_photos_may_be_chosen_and_the_camera_is_left_to_the_phone() -> None:
    control = crispy(SampleForm()).named("photos")
    assert control["type"] == "file"
    assert control["accept"] == "image/*"
    assert "multiple" in control
    assert "capture" not in control


def test_what_people_type_is_never_markup() -> None:
    form = SampleForm(data={"text": "<script>alert(1)</script>", "phone": '"><b>'})
    drawn = draw("{% load crispy_forms_tags %}{% crispy form %}", form=form)
    assert "<script>" not in drawn
    assert '"><b>' not in drawn
    entry = draw('{% include "components/timeline_entry.html" with title=t text=t only %}', t="<script>")
    assert "<script>" not in entry


# ---- Error pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_needs_neither_database_nor_request(name: str) -> None:
    page = Elements(render_to_string(f"{name}.html"))
    assert [tag for tag, _attrs in page.found].count("h1") == 1
    assert any(tag == "a" and attrs.get("href") == "/" for tag, attrs in page.found)


def test_the_last_resort_asks_nobody(rf: RequestFactory) -> None:
    class Broken(HttpRequest):
        @property
        def user(self) -> None:
            raise RuntimeError("the database is away")

    answer = errors.server_error(Broken())
    assert answer.status_code == 500
    assert "出了点问题" in answer.content.decode()
    assert "Something went wrong" in answer.content.decode()
    linked = re.findall(r'href="/static/([^"]+)"', answer.content.decode())
    assert linked
    assert all((ROOT / "static" / file).is_file() for file in linked)
