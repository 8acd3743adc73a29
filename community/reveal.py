"""Which masked values may be looked at in plain, on the page `reveal/<label>/<pk>/<field>/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.urls import reverse

from community.access import Permission

if TYPE_CHECKING:
    from community.models import User


@dataclass(frozen=True)
class Revealable:
    fields: frozenset[str]
    permissions: tuple[Permission, ...]
    household: Callable[[Any], Any] | None = None
    within: Callable[[User], models.Q] | None = None


_models: dict[str, Revealable] = {}


def register(
    label: str,
    fields: set[str],
    *permissions: Permission,
    household: Callable[[Any], Any] | None = None,
    within: Callable[[User], models.Q] | None = None,
) -> None:
    """Let the masked `fields` of a model ("grids.resident") be revealed to whoever sees the row and has a permission.

    The row is found through `visible_to`; one of the permissions is enough. `household` gives the id of the household
    in whose record the reading stands, where the row has no household of its own. `within` narrows the rows where more
    people see one than may look at its fields.
    """
    _models[label.lower()] = Revealable(frozenset(fields), permissions, household, within)


def household_of(row: models.Model) -> Any:
    """The id of the household whose people are to see that `row` was read; None where the row says it itself."""
    known = _models.get(row._meta.label_lower)
    return known.household(row) if known and known.household else None


def find(label: str, pk: str, field: str, user: User) -> models.Model:
    """The row that `user` may reveal `field` of; 404 for all else, so that nothing can be guessed."""
    known = _models.get(label.lower())
    if known is None or field not in known.fields or not any(user.scope.may(one) for one in known.permissions):
        raise Http404
    model: Any = apps.get_model(label)
    rows = model.objects.visible_to(user)
    try:
        row: models.Model | None = (rows.filter(known.within(user)) if known.within else rows).filter(pk=pk).first()
    except (ValueError, ValidationError):
        raise Http404 from None
    if row is None:
        raise Http404
    return row


def url(row: models.Model, field: str, back: str = "") -> str:
    """The link that stands beside a masked value; `back` is the page to return to."""
    address = reverse("community:reveal", args=[row._meta.label_lower, row.pk, field])
    return f"{address}?{urlencode({'next': back})}" if back else address
