"""What the office keeps of a steward, and what a steward says of themselves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from helpdesk.actions.settings import seen_of
from stewards.members.actions.allowed import office, own_or_office
from stewards.models import BlockedPair, Steward, TwoTogether

if TYPE_CHECKING:
    from community.models import Community, User
    from grids.models import Household

ABOUT = ("about", "weekly_minutes", "by_phone")
NOTED = ("trained_on", "insurer", "insured_until")
_OWN = "rows of one's own office"


@transaction.atomic
def change_about(
    steward: Steward, *, about: str, weekly_minutes: int, by_phone: bool, by: User, expected: str = ""
) -> Steward:
    """What a steward says of themselves: a few words, how much time a week, whether to ring them up.

    `expected` is `seen_of` what the person saw; Refused where somebody was faster.
    """
    row = locked(steward)
    own_or_office(row, by)
    _unchanged(row, ABOUT, expected)
    given = {"about": about, "weekly_minutes": weekly_minutes, "by_phone": by_phone}
    return _saved(row, "steward_changed", given, by)


@transaction.atomic
def note(
    steward: Steward,
    *,
    trained_on: date | None,
    insurer: str,
    insured_until: date | None,
    by: User,
    policy: str = "",
    expected: str = "",
) -> Steward:
    """What the office keeps: training and insurance. An empty `policy` leaves the number as it is."""
    row = locked(steward)
    office(row.community_id, by)
    _unchanged(row, NOTED, expected)
    given: dict[str, Any] = {"trained_on": trained_on, "insurer": insurer, "insured_until": insured_until}
    return _saved(row, "steward_noted", given | ({"policy": policy} if policy else {}), by)


def _saved(row: Steward, verb: str, given: dict[str, Any], by: User) -> Steward:
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        setattr(row, name, value)
    changes = {name: [old, getattr(row, name)] for name, old in before.items() if old != getattr(row, name)}
    if changes:
        row.save(update_fields=list(changes))
        audit.record(verb, row, by=by, changes=changes)
    return row


def _unchanged(row: Steward, fields: tuple[str, ...], expected: str) -> None:
    if expected and expected != seen_of(row, fields):
        raise Refused(_("刚才有人改过这一页，请看一看新的再改。"))


@transaction.atomic
def keep_apart(
    steward: Steward, *, reason: str, by: User, other: Steward | None = None, home: Household | None = None
) -> BlockedPair:
    """Never bring a steward together with another one, or with a household. Neither of the two is told.

    Raises Refused where they are kept apart already, or somebody would be kept apart from themselves.
    """
    row = locked(steward)
    office(row.community_id, by)
    named = other or home
    if named is None or named.pk == row.pk or named.community_id != row.community_id:
        raise Refused(_("请选另一位红管家，或者写一户人家。"))
    pairs = BlockedPair.objects.unscoped(reason=_OWN)
    if other is not None and pairs.filter(steward=other, other=row).exists():
        raise Refused(_("这两边已经不安排在一起了。"))
    made = BlockedPair(community_id=row.community_id, steward=row, other=other, home=home, reason=reason)
    _save(made, _("这两边已经不安排在一起了。"))
    audit.record("kept_apart", made, by=by)
    return made


@transaction.atomic
def bring_together(pair: BlockedPair, *, by: User) -> None:
    """The two may be brought together again; the reason is gone with the row."""
    row = locked(pair)
    office(row.community_id, by)
    audit.record("kept_apart_no_more", row, by=by)
    BlockedPair.objects.unscoped(reason=_OWN).filter(pk=row.pk).delete()


@transaction.atomic
def two_for(community: Community, *, categories: set[str], by: User) -> None:
    """To households with a care tag of these categories two go together, to others one."""
    office(community.pk, by)
    rows = TwoTogether.objects.unscoped(reason=_OWN).filter(community=community, home=None)
    before = set(rows.values_list("category", flat=True))
    rows.exclude(category__in=categories).delete()
    TwoTogether.objects.bulk_create(
        TwoTogether(community=community, category=category) for category in sorted(categories - before)
    )
    if before != categories:
        audit.record("two_together_set", community, by=by, changes={"count": [len(before), len(categories)]})


@transaction.atomic
def two_at(home: Household, *, reason: str, by: User) -> TwoTogether:
    """To this door two go together, whatever its tags say."""
    office(home.community_id, by)
    made = TwoTogether(community_id=home.community_id, home=home, reason=reason)
    _save(made, _("这一户已经是两个人一起上门了。"))
    audit.record("two_together_added", made, by=by)
    return made


@transaction.atomic
def one_at(rule: TwoTogether, *, by: User) -> None:
    """The door is like any other again."""
    row = locked(rule)
    office(row.community_id, by)
    if row.home_id is None:
        raise Refused(_("请在上面按类别来改。"))
    audit.record("two_together_dropped", row, by=by)
    TwoTogether.objects.unscoped(reason=_OWN).filter(pk=row.pk).delete()


def _save(made: BlockedPair | TwoTogether, sentence: str) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(sentence) from None
