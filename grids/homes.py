"""Where somebody has lived who stood in the register twice: two lists of homes made one that could have been."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.refusal import Refused
from core.terms import Term
from grids import departed, uniting
from grids.codes import Departure, Relation
from grids.models import CareTag, Household, Membership, Pairing

if TYPE_CHECKING:
    from grids.actions.journal import Journal
    from grids.models import Resident

_WHY = "the homes of a person whom the office merges"


def overlap(one: Term, other: Term) -> bool:
    """Whether two terms have a day in common."""
    return (one.ends_on is None or other.starts_on <= one.ends_on) and (
        other.ends_on is None or one.starts_on <= other.ends_on
    )


def open_home(resident: Resident) -> Membership | None:
    """The membership in force of the household where somebody lives."""
    rows = Membership.objects.unscoped(reason=_WHY).filter(resident=resident, is_primary=True, ends_on__isnull=True)
    return rows.select_related("household__dwelling").first()


def unite(journal: Journal, kept: Resident, gone: Resident, *, home: Household | None) -> set[Any]:
    """Give `kept` the homes of `gone`; gives the ids of the households that this touches.

    Twice in one household is once, from the first day to the last. In two at one time: the one that began later holds
    from its first day, the other ended the day before; unless `home` says that the later one was never true.
    """
    mine = list(Membership.objects.unscoped(reason=_WHY).filter(resident=kept).order_by("starts_on", "pk"))
    theirs = list(Membership.objects.unscoped(reason=_WHY).filter(resident=gone).order_by("starts_on", "pk"))
    touched = {row.household_id for row in [*mine, *theirs]}
    for row in theirs:
        for other in [one for one in mine if overlap(one, row)]:
            if row.pk is None:
                break
            if other.household_id == row.household_id:
                _one_home(journal, other, row)
            elif row.is_primary and other.is_primary:
                _two_homes(journal, mine, other, row, home)
        if row.pk is not None:
            journal.point([row], "resident", kept)
            mine.append(row)
    for pk in touched:
        _close_if_empty(journal, pk)
    return touched


def _one_home(journal: Journal, stays: Membership, goes: Membership) -> None:
    relation = Relation.HEAD if Relation.HEAD in (stays.relation, goes.relation) else stays.relation
    if relation == Relation.NON_RELATIVE:
        relation = goes.relation
    uniting.unite_terms(journal, stays, goes)
    if stays.relation != relation:
        journal.set(stays, relation=relation)
    goes.pk = None


def _two_homes(
    journal: Journal, mine: list[Membership], one: Membership, row: Membership, home: Household | None
) -> None:
    """Two homes at one time; what is taken away has no key afterwards."""
    earlier, later = sorted([one, row], key=lambda each: (each.starts_on, each.pk))
    both_open = earlier.ends_on is None and later.ends_on is None
    if both_open and home is None:
        raise Refused(_("两份登记现在住在不同的地方。请选他现在住在哪一户。"))
    never_true = both_open and home is not None and earlier.household_id == home.pk
    if never_true or earlier.starts_on == later.starts_on:
        wrong = later if never_true or not both_open else _not_at(home, earlier, later)
        journal.delete(wrong)
        if wrong in mine:
            mine.remove(wrong)
        wrong.pk = None
        return
    if not both_open and (earlier.ends_on is None or (later.ends_on is not None and earlier.ends_on > later.ends_on)):
        words = {"day": later.starts_on}
        raise Refused(_("从 %(day)s 起两份登记住在不同的地方，系统分不清先后。请先把住处的日期改对。") % words)
    journal.set(earlier, ends_on=later.starts_on - timedelta(days=1), left_by=Departure.MOVED_WITHIN)


def _not_at(home: Household | None, one: Membership, other: Membership) -> Membership:
    return other if home is not None and one.household_id == home.pk else one


def _close_if_empty(journal: Journal, pk: Any) -> None:
    """A household that nobody belongs to any more has left, with its own care and its pairings."""
    household = Household.objects.unscoped(reason=_WHY).get(pk=pk)
    rows = Membership.objects.unscoped(reason=_WHY).filter(household=household)
    if household.left_on is not None or rows.filter(ends_on__isnull=True).exists():
        return
    last = rows.order_by("-ends_on").values_list("ends_on", flat=True).first()
    day = last + timedelta(days=1) if last else clock.today()
    journal.set(household, left_on=min(day, clock.today()), head=None)
    yesterday = clock.today() - timedelta(days=1)
    for model in (CareTag, Pairing):
        open_rows: Any = model.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True)
        for row in open_rows if model is Pairing else open_rows.filter(resident__isnull=True):
            more = {"end_reason": _("这一户是重复登记")} if model is Pairing else {}
            journal.set(row, ends_on=max(yesterday, row.starts_on), **more)
    departed.tell(household, journal)


def unite_care(journal: Journal, kept: Resident, gone: Resident) -> None:
    """Personal care once a category, at the home where the person lives."""
    lives = open_home(kept)
    tags = CareTag.objects.unscoped(reason=_WHY)
    mine = {tag.category: tag for tag in tags.filter(resident=kept, ends_on__isnull=True)}
    for tag in tags.filter(resident=gone).order_by("pk"):
        same = mine.get(tag.category) if tag.ends_on is None else None
        if same is not None:
            uniting.unite_terms(journal, same, tag, fill=uniting.CARE_FILL)
            continue
        journal.point([tag], "resident", kept)
        if tag.ends_on is None:
            mine[tag.category] = tag
    for tag in mine.values():
        if lives is not None and tag.household_id != lives.household_id:
            journal.set(tag, household=lives.household)


def unite_heads(journal: Journal, kept: Resident, gone: Resident, touched: set[Any]) -> None:
    """Whoever of the two was a head: the person is, where they live; elsewhere the office names another."""
    led = Q(pk__in=touched) | Q(head__in=[kept, gone])
    for household in Household.objects.unscoped(reason=_WHY).filter(led).order_by("pk"):
        rows = Membership.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True)
        here = rows.filter(resident=kept).first()
        if household.head_id in (kept.pk, gone.pk):
            head = kept if here is not None else None
            if household.head_id != (head.pk if head else None):
                journal.set(household, head=head)
        if here is None:
            continue
        if household.head_id == kept.pk and here.relation != Relation.HEAD:
            journal.set(here, relation=Relation.HEAD)
        elif household.head_id != kept.pk and here.relation == Relation.HEAD and household.head_id is not None:
            journal.set(here, relation=Relation.OTHER_RELATIVE)
