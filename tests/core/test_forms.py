"""What every form of the portal has in common."""

from __future__ import annotations

from typing import Any

from crispy_forms.utils import render_crispy_form
from django import forms

from core.forms import PortalForm


class Asking(PortalForm):
    always = forms.CharField()
    unless = forms.CharField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["added"] = forms.CharField()
        self.drop("unless")


def test_what_is_added_is_drawn_and_what_is_dropped_is_not() -> None:
    drawn = render_crispy_form(Asking())
    assert 'name="added"' in drawn
    assert 'name="unless"' not in drawn


def test_every_form_drawn_carries_its_own_submission() -> None:
    first, second = Asking()["submission"].initial, Asking()["submission"].initial
    assert first != second


def test_a_page_may_call_something_of_its_own_a_tag() -> None:
    assert "<低保" not in render_crispy_form(Asking(), context={"tag": "低保"})
