"""What the forms of requests have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.files import Cleaned, clean_upload
from core.forms import PortalForm, SeveralFilesInput
from grids.models import Household
from helpdesk import words

if TYPE_CHECKING:
    from grids.querysets import HouseholdQuerySet
    from helpdesk.querysets import Candidate


FEW_HOUSEHOLDS = 6


PICK = gettext_lazy("请选一项。")
AGAIN = gettext_lazy("照片要请您再选一次，浏览器不会替您留着。")


class RowField(forms.ChoiceField):
    """A choice among rows: gives the row. All are read when somebody looks at them, once; one that is sent, alone."""

    def __init__(self, *, empty: Any = None, **kwargs: Any) -> None:
        self.empty = empty
        self._offered: Iterable[Any] | Callable[[], Iterable[Any]] = ()
        self._by_key: Callable[[str], Any] | None = None
        super().__init__(**kwargs)

    def offer(
        self,
        rows: Iterable[Any] | Callable[[], Iterable[Any]],
        label: Callable[[Any], str] = str,
        group: Callable[[Any], str] | None = None,
        by_key: Callable[[str], Any] | None = None,
    ) -> None:
        """The rows to choose from, in order, or what gives them; `group` puts neighbours of one heading under it.

        `by_key` gives the one that is sent, or None, where that is had for less.
        """
        self._offered, self._by_key = rows, by_key
        self.__dict__.pop("rows", None)
        self.choices = lambda: self._as_choices(label, group)

    @cached_property
    def rows(self) -> dict[str, Any]:
        """What can be chosen, by what the form sends."""
        return {str(row.pk): row for row in self._among()}

    def _among(self) -> Iterable[Any]:
        return self._offered() if callable(self._offered) else self._offered

    def clean(self, value: Any) -> Any:
        key = self.to_python(value)
        forms.Field.validate(self, key)
        chosen = self._sent(key) if key else None
        if key and chosen is None:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return chosen

    def _sent(self, key: str) -> Any:
        """The row of this key; None where it is not among those to choose from."""
        if self._by_key is not None:
            return self._by_key(key)
        if "rows" in self.__dict__ or not isinstance(among := self._among(), QuerySet):
            return self.rows.get(key)
        try:
            return next(iter(among.filter(pk=key).order_by()), None)
        except (ValueError, forms.ValidationError):
            return None

    def _as_choices(self, label: Callable[[Any], str], group: Callable[[Any], str] | None) -> list[Any]:
        start = [("", self.empty)] if self.empty is not None else []
        if group is None:
            return [*start, *((pk, label(row)) for pk, row in self.rows.items())]
        parts = groupby(self.rows.items(), key=lambda item: group(item[1]))
        return [*start, *((name, [(pk, label(row)) for pk, row in part]) for name, part in parts)]


class RowsField(RowField):
    """A choice of several rows, at most `most`: gives them in a list."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[Any]:
        keys = [str(key) for key in value or []]
        if self.required and not keys:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(keys) > self.most:
            raise forms.ValidationError(_("最多选 %(most)d 位。"), params={"most": self.most})
        return [super(RowsField, self).clean(key) for key in dict.fromkeys(keys)]


def text_area(rows: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class PhotoForm(PortalForm):
    """A form that takes photos: a browser forgets them when a form comes back, so that the form has to say so."""

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        if self.files and field != "photos" and "photos" in self.fields:
            # The field may have been looked at already, and then remembers its words.
            self.fields["photos"].help_text = self["photos"].help_text = AGAIN


class AgreementField(forms.FileField):
    """What two households have signed: up to four photos or PDFs, each cleaned or refused; gives a list of Cleaned."""

    MOST = 4

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", SeveralFilesInput(attrs={"accept": "image/*,application/pdf"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Cleaned]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.MOST:
            raise forms.ValidationError(_("协议最多 %(most)d 页或份，请合在一起。"), params={"most": self.MOST})
        return [clean_upload(super(AgreementField, self).clean(file, initial)) for file in files]


def where_from(one: Candidate) -> str:
    """Somebody who can be asked, with the role and the place it is held in."""
    name = words.person(one.name, one.role)
    return f"{name} · {one.place}" if one.place else name


def household_named(rows: HouseholdQuerySet, asked: str, *, missing: str) -> Household:
    """The one household of `rows` that lives behind this door or has this name; raises ValidationError otherwise."""
    found = list(rows.matching(asked.strip()).for_list()[: FEW_HOUSEHOLDS + 1])
    if not found:
        raise forms.ValidationError(missing)
    if len(found) > 1:
        doors = _("、").join(_door_and_head(one) for one in found[:FEW_HOUSEHOLDS])
        raise forms.ValidationError(_("不止一户符合，请写完整门牌：%(doors)s。"), params={"doors": doors})
    one: Household = found[0]
    return one


def _door_and_head(household: Household) -> str:
    return f"{household} {household.head or ''}".strip()
