"""What a steward can do: said by themselves or for them, looked at by the office where it takes evidence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit, files
from community.models import Attachment
from community.notices import notify
from core import clock
from core.files import Cleaned
from core.refusal import Refused
from core.scoping import locked
from stewards.members.actions.allowed import is_office, office, own_or_office
from stewards.models import StewardSkill

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Skill, Steward

MINE = "stewards:mine"


@transaction.atomic
def add_skill(
    steward: Steward,
    *,
    skill: Skill,
    level: int,
    by: User,
    paper: Cleaned | None = None,
    valid_until: date | None = None,
) -> StewardSkill:
    """The steward can do this. What the office writes down it has looked at; else evidence waits to be looked at.

    Raises Refused where the skill is there already, is no longer in use, or the paper has run out.
    """
    row = locked(steward)
    own_or_office(row, by)
    if skill.community_id != row.community_id or not skill.is_active:
        raise Refused(_("这项技能现在不用了，请选别的。"))
    _check_day(valid_until)
    held = StewardSkill(community_id=row.community_id, steward=row, skill=skill, level=level, valid_until=valid_until)
    held.paper = _kept(held, paper, by)
    _vouch(held, by)
    try:
        with transaction.atomic():
            held.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("%(skill)s已经在名单里了，要改就点它。") % {"skill": skill.label}) from None
    changes = {"skill": [None, skill.label], "level": [None, held.get_level_display()]}
    audit.record("steward_skill_added", row, by=by, changes=changes)
    return held


@transaction.atomic
def change_skill(
    held: StewardSkill,
    *,
    level: int,
    by: User,
    paper: Cleaned | None = None,
    valid_until: date | None = None,
) -> StewardSkill:
    """Another level, a newer paper, another last day.

    What a steward hands in anew waits beside what the office has looked at and still counts; what does not count any
    more, or never did, is replaced at once. Raises Refused where the new paper has run out.
    """
    row = locked(held)
    own_or_office(row.steward, by)
    if valid_until != row.valid_until:
        _check_day(valid_until)
    new_evidence = paper is not None or valid_until != row.valid_until
    changes: audit.Changes = {"skill": [None, row.skill.label]}
    if level != row.level:
        changes["level"] = [row.get_level_display(), str(StewardSkill.Level(level).label)]
        row.level = level
    replaced: list[Attachment] = []
    if new_evidence:
        changes["valid_until"] = [str(row.valid_until or ""), str(valid_until or "")]
        replaced = _hand_in(row, _kept(row, paper, by), valid_until, by)
    _vouch(row, by)
    row.save()
    files.forget(replaced)
    audit.record("steward_skill_changed", row.steward, by=by, changes=changes)
    return row


@transaction.atomic
def confirm_skill(held: StewardSkill, *, by: User, valid_until: date | None = None) -> StewardSkill:
    """The office has looked at the evidence; it counts until `valid_until`, that day included.

    Raises Refused where somebody would confirm a skill of their own, or the paper has run out.
    """
    row = locked(held)
    office(row.community_id, by)
    if row.steward.user_id == by.pk:
        raise Refused(_("自己的技能请别的同事来核实。"))
    _check_day(valid_until)
    replaced = row.paper if row.new_paper_id is not None else None
    if row.new_paper_id is not None:
        row.paper, row.new_paper = row.new_paper, None
    row.new_until, row.valid_until, row.returned = None, valid_until, ""
    row.confirmed_by, row.confirmed_at = by, clock.now()
    row.save()
    files.forget([replaced] if replaced else [])
    changes = {"skill": [None, row.skill.label], "valid_until": [None, str(valid_until or "")]}
    audit.record("steward_skill_confirmed", row.steward, by=by, changes=changes)
    text = _("办公室核实了您的技能：%(skill)s。谢谢您。") % {"skill": row.skill.label}
    notify([row.steward.user], about=row.steward, kind="steward_skill", text=text, url=MINE)
    return row


@transaction.atomic
def send_back(held: StewardSkill, *, asks: str, by: User) -> StewardSkill:
    """The office asks the steward to add something before it can confirm."""
    row = locked(held)
    office(row.community_id, by)
    if row.confirmed_at is not None and not row.is_renewed:
        raise Refused(_("这项技能已经核实过了。"))
    row.returned = asks
    row.save(update_fields=["returned"])
    audit.record("steward_skill_returned", row.steward, by=by, changes={"skill": [None, row.skill.label]}, reason=asks)
    text = _("您的%(skill)s还差一点：%(asks)s") % {"skill": row.skill.label, "asks": asks}
    notify([row.steward.user], about=row.steward, kind="steward_skill", text=text, url=MINE)
    return row


@transaction.atomic
def drop_skill(held: StewardSkill, *, by: User) -> None:
    """The steward does this no more; the papers go too."""
    row = locked(held)
    own_or_office(row.steward, by)
    papers = [paper for paper in (row.paper, row.new_paper) if paper is not None]
    StewardSkill.objects.unscoped(reason="a skill already found").filter(pk=row.pk).delete()
    files.forget(papers)
    audit.record("steward_skill_dropped", row.steward, by=by, changes={"skill": [row.skill.label, None]})


def _hand_in(row: StewardSkill, paper: Attachment | None, valid_until: date | None, by: User) -> list[Attachment]:
    """Beside what counts, or in its place; gives the papers that no row needs any more."""
    row.returned = ""
    counts = row.confirmed_at is not None and (row.valid_until is None or row.valid_until >= clock.today())
    beside = row.skill.needs_evidence and counts and not _vouches(row, by)
    replaced = row.new_paper if beside else row.paper
    if beside:
        row.new_until = valid_until
        row.new_paper = paper or row.new_paper
    else:
        row.valid_until = valid_until
        row.paper = paper or row.paper
        row.confirmed_by = row.confirmed_at = None
    return [replaced] if paper is not None and replaced is not None else []


def _vouch(row: StewardSkill, by: User) -> None:
    """What the office writes down for somebody else it has looked at."""
    if _vouches(row, by):
        row.confirmed_by, row.confirmed_at, row.returned = by, clock.now(), ""


def _vouches(row: StewardSkill, by: User) -> bool:
    return is_office(row.community_id, by) and row.steward.user_id != by.pk


def _check_day(valid_until: date | None) -> None:
    if valid_until is not None and valid_until < clock.today():
        raise Refused(_("这张证已经过期了，请换了新证再登记。"))


def _kept(row: StewardSkill, paper: Cleaned | None, by: User) -> Attachment | None:
    if paper is None:
        return None
    name = f"{row.skill.label}{paper.suffix}"
    return files.store(
        paper.content, name=name, content_type=paper.content_type, community=row.steward.community, by=by
    )
