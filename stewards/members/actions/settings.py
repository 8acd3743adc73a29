"""The skills that a community asks its stewards for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from helpdesk.actions.settings import seen_of
from stewards.members.actions.allowed import office
from stewards.models import Skill

if TYPE_CHECKING:
    from community.models import Community, User
    from helpdesk.models import Category

SKILL_FIELDS = ("name", "hint", "needs_evidence", "is_active")
_OWN = "the skills of one's own office"
# What a community's own skills are called after: s1, s2, …
OWN = "s"


@transaction.atomic
def add_kind(community: Community, *, name: str, categories: Collection[Category], by: User, **fields: Any) -> Skill:
    """A skill of the community's own, behind the others. Refused where one of this name is there."""
    office(community.pk, by)
    rows = Skill.objects.unscoped(reason=_OWN).filter(community=community)
    _check_name(rows, name)
    slugs = rows.filter(slug__startswith=OWN).values_list("slug", flat=True)
    used = [int(slug.removeprefix(OWN)) for slug in slugs if slug.removeprefix(OWN).isdigit()]
    last = rows.aggregate(last=Max("order"))["last"] or 0
    slug = f"{OWN}{max(used, default=0) + 1}"
    made = Skill.objects.create(community=community, slug=slug, name=name, order=last + 1, **fields)
    _link(made, categories)
    audit.record("skill_added", made, by=by, changes={"name": [None, name]})
    return made


@transaction.atomic
def change_kind(
    skill: Skill, *, name: str, categories: Collection[Category], by: User, expected: str = "", **fields: Any
) -> Skill:
    """Change what a skill is called, when it is called for, whether it takes evidence, whether it is in use.

    `expected` is `seen_of` what the person saw. Refused where somebody was faster, or the name is taken.
    """
    row = locked(skill)
    office(row.community_id, by)
    if expected and expected != seen_of(row, SKILL_FIELDS):
        raise Refused(_("刚才有人改过这一页，请看一看新的再改。"))
    _check_name(Skill.objects.unscoped(reason=_OWN).filter(community=row.community_id).exclude(pk=row.pk), name)
    given = {"name": name, **fields}
    changes = {key: [getattr(row, key), value] for key, value in given.items() if getattr(row, key) != value}
    for key, value in given.items():
        setattr(row, key, value)
    row.save(update_fields=list(given))
    _link(row, categories)
    audit.record("skill_changed", row, by=by, changes=changes)
    return row


def _link(skill: Skill, categories: Collection[Category]) -> None:
    """The kinds of request that call for the skill: these and no others."""
    rows = Skill.categories.through.objects
    rows.filter(skill=skill).exclude(category__in=categories).delete()
    links = [Skill.categories.through(skill_id=skill.pk, category_id=one.pk) for one in categories]
    rows.bulk_create(links, ignore_conflicts=True)


def _check_name(others: Any, name: str) -> None:
    if others.filter(name=name).exists():
        raise Refused(_("已经有一项技能叫“%(name)s”了。") % {"name": name})
