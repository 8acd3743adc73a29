"""Controls drawn in Python are Django's own, attribute by attribute."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from core import renderer
from core.renderer import QuickRenderer

NASTY = "<b class='x'>\"&"
FLAT = [("", "—"), ("1", NASTY), (2, gettext_lazy("中文")), ("3", mark_safe("<i>safe</i>")), (date(2026, 9, 1), 1234.5)]
GROUPED = [("first", [("a", "A"), ("b", NASTY)]), (NASTY, [("c", date(2026, 9, 1))]), ("d", "D")]
HEADED = [("", "—"), ("first", [("a", "A"), ("b", NASTY)]), (NASTY, [("1", "C")]), ("d", "D")]
ATTRS = {"id": "id_x", "class": NASTY, "required": True, "disabled": False, "data-n": 1234567, "rows": None}


def cases() -> list[Any]:
    inputs = [
        forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.ColorInput, forms.SearchInput,
        forms.TelInput, forms.PasswordInput, forms.HiddenInput, forms.DateInput, forms.DateTimeInput, forms.TimeInput,
        forms.FileInput, forms.CheckboxInput, forms.Textarea,
    ]  # fmt: skip
    values = [None, "", NASTY, mark_safe("<i>safe</i>"), 0, 1234567, Decimal("1234.50"), date(2026, 9, 1), True]
    choosers = [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple]
    return [
        *((widget(attrs), value) for widget in inputs for attrs in (None, ATTRS) for value in values),
        *(
            (widget(attrs, choices), value)
            for widget in choosers
            for choices in (FLAT, GROUPED, [])
            for attrs in (None, ATTRS)
            for value in (None, "1", 2, "c", ["1", "a"])
        ),
        (forms.NullBooleanSelect(), True),
        (forms.SelectDateWidget(years=[2026, 2027]), date(2026, 9, 1)),
        (forms.SplitDateTimeWidget(), None),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_control_is_what_django_draws(language: str) -> None:
    with translation.override(language):
        for widget, value in cases():
            ours = widget.render("x", value, ATTRS, QuickRenderer())
            theirs = widget.render("x", value, ATTRS, DjangoTemplates())
            assert parse_html(ours) == parse_html(theirs), (widget, value)


def test_a_single_option_with_and_without_its_label() -> None:
    class Form(forms.Form):
        one = forms.ChoiceField(choices=FLAT, widget=forms.RadioSelect)

    for quick, plain in zip(
        Form(renderer=QuickRenderer())["one"].subwidgets,
        Form(renderer=DjangoTemplates())["one"].subwidgets,
        strict=True,
    ):
        assert parse_html(quick.tag()) == parse_html(plain.tag())
        assert parse_html(quick.tag(wrap_label=True)) == parse_html(plain.tag(wrap_label=True))


def test_a_widget_with_its_own_template_keeps_it() -> None:
    class Own(forms.TextInput):
        template_name = "django/forms/widgets/clearable_file_input.html"

        def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context(name, value, attrs)
            context["widget"] |= {"is_initial": False}
            return context

    assert Own.template_name not in renderer._DRAWN
    assert parse_html(Own().render("x", None, None, QuickRenderer())) == parse_html(
        Own().render("x", None, None, DjangoTemplates())
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("value", [None, "", "1", "2", "b", "none of them"])
@pytest.mark.parametrize(
    "choices", [FLAT, FLAT[:3], [*FLAT[:3], ("1", "again"), (None, "nothing")], GROUPED, HEADED, []]
)
def test_a_list_whose_options_are_kept_is_what_django_draws(language: str, value: str | None, choices: Any) -> None:
    class Form(forms.Form):
        one = forms.ChoiceField(choices=choices, widget=forms.Select({"class": NASTY}))
        two = forms.ChoiceField(choices=choices, required=False, disabled=True)

    form = Form({"one": value, "two": value}, initial={"two": value}, auto_id="id_%s")
    with translation.override(language):
        for field in form:
            for _again in range(2):
                kept = renderer.plain_select(field)
                assert kept is None or parse_html(kept) == parse_html(str(field))
            assert (kept is None) == (choices in (FLAT, GROUPED))


def test_only_a_plain_list_is_kept() -> None:
    class Form(forms.Form):
        several = forms.MultipleChoiceField(choices=FLAT[:2])
        unknown = forms.NullBooleanField()
        text = forms.CharField()

    assert [renderer.plain_select(field) for field in Form()] == [None, None, None]
