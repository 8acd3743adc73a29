"""The form in which the bookkeeper types sections 6 to 8: as many rows as there are, and a few empty ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields as parts_of
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from core.money import yuan
from property.models import Publication
from property.publication.forms import SignedYuanField
from property.publication.rows import AssetKind, AssetRow, ResolutionRow, Row, Section, StaffRow

EMPTY = 2
LEAST = Decimal(0)


class AmountField(SignedYuanField):
    """As SignedYuanField, nothing below zero."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found is not None and found < LEAST:
            raise forms.ValidationError(gettext("不能小于零。"))
        return found


def _text(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **options)


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=1_000_000)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _columns(section: Section) -> dict[str, forms.Field]:
    """The fields of one row, by the name of the part of the row; the first one is what the row is called."""
    match section:
        case Section.STAFF:
            return {
                "post": _text(_("岗位"), 30),
                "people": _number(_("人数")),
                "wages": AmountField(label=_("本季工资（元）")),
                "note": _text(_("备注"), 60),
            }
        case Section.ASSETS:
            return {
                "name": _text(_("名称"), 60),
                "kind": forms.ChoiceField(label=_("类别"), choices=AssetKind.choices, required=False),
                "source": _text(_("资金来源"), 40),
                "approved_by": _text(_("谁批准的"), 60),
                "amount": AmountField(label=_("金额（元）")),
                "state": _text(_("现在的状态"), 40),
                "custodian": _text(_("保管人"), 40),
            }
    return {
        "ref": _text(_("决议编号"), 40),
        "title": _text(_("决定了什么"), 100),
        "decided_on": _day(_("哪天通过")),
        "people_for": _number(_("同意的人数")),
        "people_all": _number(_("全体人数")),
        "area_for": AmountField(label=_("同意的面积（平方米）")),
        "area_all": AmountField(label=_("全体面积（平方米）")),
    }


ROW_OF: dict[Section, type[Row]] = {
    Section.STAFF: StaffRow,
    Section.ASSETS: AssetRow,
    Section.RESOLUTIONS: ResolutionRow,
}
# What a row says when it is left out: all the rest is None or "".
MEANS = {"people": 0, "kind": AssetKind.ASSET.value}


class RowsForm(PortalForm):
    """Rows of sections 6 to 8. A row of which nothing is filled in is no row."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, publication: Publication, rows: Iterable[Row], offered: Sequence[str] = (), **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"revision": publication.revision})
        super().__init__(*args, **kwargs)
        self.counts: dict[Section, int] = {}
        given = list(rows)
        known = {row.ref for row in given if isinstance(row, ResolutionRow)}
        given += [
            ResolutionRow(ref, "", None, None, None, None, None) for ref in dict.fromkeys(offered) if ref not in known
        ]
        for section, kind in ROW_OF.items():
            self._add(section, [row for row in given if isinstance(row, kind)])

    def _add(self, section: Section, rows: list[Row]) -> None:
        """The fields of one section; a form that was sent has as many rows as were sent."""
        count = len(rows) + EMPTY
        if self.is_bound:
            first = next(iter(_columns(section)))
            while f"{first}_{section.value}_{count}" in self.data and count < 200:
                count += 1
        self.counts[section] = count
        for number in range(count):
            for part, field in _columns(section).items():
                if number < len(rows):
                    field.initial = _shown(getattr(rows[number], part))
                self.fields[f"{part}_{section.value}_{number}"] = field

    @property
    def sections(self) -> dict[str, list[list[Any]]]:
        """The fields row by row, by the name of the section, for the template."""
        return {
            section.name.lower(): [
                [self[f"{part}_{section.value}_{number}"] for part in _columns(section)] for number in range(count)
            ]
            for section, count in self.counts.items()
        }

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for section, count in self.counts.items():
            for number in range(count):
                self._check(section, number, given)
        return given

    def _check(self, section: Section, number: int, given: dict[str, Any]) -> None:
        """A row that says something has its name, and no part is more than the whole."""
        row = self._row(section, number, given)
        key = f"{next(iter(row))}_{section.value}_{number}"
        if _says(row) and not next(iter(row.values())) and key not in self.errors:
            self.add_error(key, gettext("请写上名称，或者把这一行都清空。"))
        for part, whole in (("people_for", "people_all"), ("area_for", "area_all")):
            few, all_ = row.get(part), row.get(whole)
            if few is not None and all_ is not None and few > all_:
                self.add_error(f"{part}_{section.value}_{number}", gettext("同意的不能比全体还多。"))

    def _row(self, section: Section, number: int, given: dict[str, Any]) -> dict[str, Any]:
        return {part: given.get(f"{part}_{section.value}_{number}") for part in _columns(section)}

    def rows(self) -> list[Row]:
        """What was typed, in order; rows of which nothing is filled in are left out."""
        found: list[Row] = []
        for section, count in self.counts.items():
            kind = ROW_OF[section]
            texts = {part.name for part in parts_of(kind) if part.type == "str"}
            for number in range(count):
                row = self._row(section, number, self.cleaned_data)
                if _says(row):
                    found.append(kind(**{part: _meant(part, value, texts) for part, value in row.items()}))
        return found


def _says(row: dict[str, Any]) -> bool:
    """Whether anything is filled in; the kind always is."""
    return any(value not in (None, "") for part, value in row.items() if part != "kind")


def _meant(part: str, value: Any, texts: set[str]) -> Any:
    if value in (None, ""):
        return MEANS.get(part, "" if part in texts else None)
    return value


def _shown(value: Any) -> Any:
    return yuan(value) if isinstance(value, Decimal) else value
