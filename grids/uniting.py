"""Two rows that hang on two records which are one: which of them stays, by a rule for each kind of row.

Rooms above register the rules of their own rows; where there is none, a clash is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, UniqueConstraint
from django.utils.translation import gettext as _

from core import clock
from core.refusal import Refused
from grids.actions.journal import Journal

CARE_FILL = ("level", "evidence", "review_due", "cadence")

Rule = Callable[[Journal, Any, Any], None]
_rules: dict[str, Rule] = {}


def register(label: str, rule: Rule) -> None:
    """What is done about two rows of a model that cannot both stay: `rule(journal, of the kept, of the gone)`.

    The rule leaves one of the two behind, or ends one; it raises Refused where a person has to decide first.
    """
    _rules[label.lower()] = rule


def related(model: type[models.Model]) -> Iterator[tuple[type[models.Model], Any]]:
    """Every foreign key to the model, also those without a way back: (model, field)."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.related_model, relation.field  # type: ignore[misc, union-attr]


def repoint(journal: Journal, gone: Any, kept: Any, *, but: frozenset[str] = frozenset()) -> None:
    """Let everything that hangs on `gone` hang on `kept`; `but` names the keys ("grids.household.head") left alone."""
    for model, field in related(type(gone)):
        if f"{model._meta.label_lower}.{field.name}" in but:
            continue
        for row in model._base_manager.filter(**{field.name: gone}).order_by("pk") if _unique(model, field) else ():
            other = _clashing(row, field, kept)
            if other is not None:
                _rule_of(model)(journal, other, row)
        rows = list(model._base_manager.filter(**{field.name: gone}).order_by("pk"))
        journal.point(rows, field.name, kept)


def hanging(row: models.Model) -> list[tuple[str, int]]:
    """What hangs on a record, (kind of row, how many), in one query."""
    keys = [(model, field) for model, field in related(type(row)) if model is not type(row)]
    counts = {
        f"n{number}": Subquery(
            model._base_manager.filter(**{field.name: OuterRef("pk")})
            .order_by()
            .values(field.name)
            .annotate(n=Count("pk"))
            .values("n")
        )
        for number, (model, field) in enumerate(keys)
    }
    found = type(row)._base_manager.filter(pk=row.pk).values(**counts).get()
    named = [(str(model._meta.verbose_name), found[f"n{number}"]) for number, (model, _field) in enumerate(keys)]
    return [(name, count) for name, count in named if count]


def keep_by(weight: Callable[[Any], Any]) -> Rule:
    """A rule: what the weightier of the two says stays (where they weigh the same, the kept one); the rest follows."""

    def rule(journal: Journal, of_kept: Any, of_gone: Any) -> None:
        if weight(of_gone) > weight(of_kept):
            values = {name: getattr(of_gone, name) for name in _said(of_gone)}
            journal.set(of_kept, **values)
        absorb(journal, of_kept, of_gone)

    return rule


def absorb(journal: Journal, stays: Any, goes: Any) -> None:
    """What hangs on one row comes to hang on the other, and the row goes."""
    repoint(journal, goes, stays)
    journal.delete(goes)


def unite_terms(journal: Journal, stays: Any, goes: Any, *, fill: tuple[str, ...] = ()) -> None:
    """Two terms of the same thing: from the first day to the last, what one leaves blank said by the other."""
    journal.delete(goes)
    ends = None if stays.ends_on is None or goes.ends_on is None else max(stays.ends_on, goes.ends_on)
    values = {"starts_on": min(stays.starts_on, goes.starts_on), "ends_on": ends}
    values |= {name: getattr(goes, name) for name in fill if not getattr(stays, name)}
    differs = {name: value for name, value in values.items() if getattr(stays, name) != value}
    if differs:
        journal.set(stays, **differs)


def end_second(journal: Journal, of_kept: Any, of_gone: Any) -> None:
    """Two pairings of one household: the same person's are one; of two people the second's ends."""
    if (of_kept.steward_id, of_kept.member_id) == (of_gone.steward_id, of_gone.member_id):
        unite_terms(journal, of_kept, of_gone)
        return
    last = max(clock.today() - timedelta(days=1), of_gone.starts_on)
    journal.set(of_gone, ends_on=last, end_reason=_("两户合并为一户"))


def _refuse(journal: Journal, of_kept: Any, of_gone: Any) -> None:
    kind = str(of_gone._meta.verbose_name)
    raise Refused(_("两边都有“%(kind)s”，系统不知道留哪一个。请先处理好其中一个，再来合并。") % {"kind": kind})


def _rule_of(model: type[models.Model]) -> Rule:
    return _rules.get(model._meta.label_lower, _refuse)


def _unique(model: type[models.Model], field: Any) -> list[tuple[tuple[str, ...], Q]]:
    """The unique constraints that the field is part of: the other fields, and the condition."""
    found = [
        (tuple(name for name in one.fields if name != field.name), one.condition or Q())
        for one in model._meta.constraints
        if isinstance(one, UniqueConstraint) and field.name in one.fields
    ]
    return [*found, ((), Q())] if field.unique else found


def _clashing(row: models.Model, field: Any, kept: Any) -> models.Model | None:
    """The row of `kept` beside which this one cannot stand."""
    model = type(row)
    for others, condition in _unique(model, field):
        same = {name: getattr(row, model._meta.get_field(name).attname) for name in others}  # type: ignore[union-attr]
        if None in same.values() or not model._base_manager.filter(condition, pk=row.pk).exists():
            continue
        found = model._base_manager.filter(condition, **same, **{field.name: kept}).exclude(pk=row.pk).first()
        if found is not None:
            return found
    return None


def _said(row: models.Model) -> list[str]:
    """The plain fields of a row: what it says, without what it hangs on and what it is called by."""
    return [
        field.name
        for field in row._meta.concrete_fields
        if not (field.is_relation or field.primary_key or isinstance(field, models.GeneratedField))
        and field.name != "created_at"
    ]


register("grids.consent", unite_terms)
register("grids.pairing", end_second)
register("grids.caretag", lambda journal, stays, goes: unite_terms(journal, stays, goes, fill=CARE_FILL))
