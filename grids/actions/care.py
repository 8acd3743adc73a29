"""Writes of care: who is cared for, how, and why no longer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.actions.changing import bump, only, set_fields, stale
from grids.actions.pairing import end_all
from grids.codes import LEVELS, CareCategory
from grids.models import CareTag, Household, Membership, Resident

if TYPE_CHECKING:
    from community.models import User

CARE_FIELDS = frozenset({"level", "evidence", "starts_on", "review_due", "cadence"})
_FOUND = "the care of a household already found"


@transaction.atomic
def set_care(
    household: Household,
    *,
    category: str,
    by: User,
    resident: Resident | None = None,
    starts_on: date | None = None,
    version: int | None = None,
    **fields: Any,
) -> CareTag:
    """Mark a resident, or the household as a whole, as cared for; `fields` are level, evidence, review_due, cadence.

    To mark again without saying more changes nothing. Raises Refused where the tag stands already and more is said,
    where the resident does not live here, and where the days do not fit.
    """
    only(fields, CARE_FIELDS)
    household = locked(household)
    if version is not None and version != household.version:
        raise Refused(stale(household))
    tags = CareTag.objects.unscoped(reason=_FOUND).filter(
        household=household, resident=resident, category=category, ends_on__isnull=True
    )
    standing: CareTag | None = tags.first()
    if standing is not None:
        if any(fields.values()):
            raise Refused(_("%(category)s的标签已经有了，要改内容，请修改那一个。") % {"category": standing})
        return standing
    if resident is not None:
        _check_lives_here(resident, household)
    tag = CareTag(
        community_id=household.community_id,
        household=household,
        resident=resident,
        category=category,
        starts_on=starts_on or clock.today(),
    )
    changes = set_fields(tag, {name: value for name, value in fields.items() if value}, save=False)
    _check(tag)
    tag.save(force_insert=True)
    bump(household)
    words = {"category": [None, CareCategory(category).label]}
    audit.record("care_set", tag, by=by, changes={**words, **changes}, reason=str(resident or ""))
    return tag


@transaction.atomic
def change_care(tag: CareTag, *, by: User, version: int | None = None, **fields: Any) -> CareTag:
    """Change level, evidence, beginning, review or cadence of an open tag.

    `version` is the household's that the person saw: when somebody else was faster, Refused says what that was.
    """
    only(fields, CARE_FIELDS)
    household = locked(tag.household)
    tag = locked(tag)
    if version is not None and version != household.version:
        raise Refused(stale(household))
    if not tag.is_current:
        raise Refused(_("这个标签已经结束了，不能再改。"))
    changes = set_fields(tag, fields, save=False)
    _check(tag)
    if changes:
        tag.save(update_fields=list(changes))
        bump(household)
        audit.record("care_changed", tag, by=by, changes=changes, reason=str(tag.resident or ""))
    return tag


@transaction.atomic
def end_care(tag: CareTag, *, by: User, reason: str, last_day: date | None = None) -> CareTag:
    """End a care tag, with the reason; without a last day it holds no longer from today.

    A tag that began today was a mistake and goes; the record keeps it. With a household's last tag its pairings end.
    Raises Refused where the last day lies before the beginning or to come.
    """
    household = locked(tag.household)
    found = CareTag.objects.unscoped(reason=_FOUND).select_for_update().filter(pk=tag.pk, ends_on=None).first()
    if found is None:
        return tag
    tag = found
    day = last_day or clock.today() - timedelta(days=1)
    if last_day is not None and not tag.starts_on <= last_day <= clock.today():
        raise Refused(_("最后一天要在 %(from)s 和今天之间。") % {"from": tag.starts_on})
    changes = {"category": [tag.title, None]}
    if day < tag.starts_on:
        audit.record("care_ended", tag, by=by, changes=changes, reason=reason)
        tag.delete()
    else:
        tag.ends_on = day
        tag.save(update_fields=["ends_on"])
        audit.record("care_ended", tag, by=by, changes=changes, reason=reason)
    bump(household)
    if not CareTag.objects.unscoped(reason=_FOUND).current().filter(household=household).exists():
        end_all(household, by=by, reason=_("不再是关爱户：%(reason)s") % {"reason": reason})
    return tag


def _check(tag: CareTag) -> None:
    if tag.level and tag.category in LEVELS and tag.level not in LEVELS[tag.category].values:
        raise Refused(_("没有这个等级，请重新选一个。"))
    if tag.level and tag.category not in LEVELS:
        raise Refused(_("%(category)s不分等级，请把等级留空。") % {"category": tag})
    if tag.starts_on > clock.today():
        raise Refused(_("开始的日子还没有到，请填今天或以前。"))
    if tag.review_due is not None and tag.review_due <= tag.starts_on:
        raise Refused(_("复核日期要在开始的日子以后。"))


def _check_lives_here(resident: Resident, household: Household) -> None:
    here = Membership.objects.unscoped(reason=_FOUND).current().filter(household=household, resident=resident)
    if not here.exists() or (resident.deceased_on is not None and resident.deceased_on <= clock.today()):
        raise Refused(_("%(name)s不是这一户现在的成员，请先核对家庭成员。") % {"name": resident})
