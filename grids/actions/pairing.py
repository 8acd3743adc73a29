"""Writes of pairings: who looks after which care household, and why no longer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.models import CareTag, Household, Pairing

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Resident

    Person = User | Resident

_FOUND = "the pairings of households already found"
NOBODY = ""


@transaction.atomic
def pair(
    household: Household,
    *,
    kind: str,
    person: Person,
    by: User,
    reason: str = "",
    seen: str | None = None,
) -> Pairing:
    """Let `person` look after a care household; who did so before ends yesterday, with the reason.

    `seen` is whom the page showed as paired (`Pairing.person_id`, or "" for nobody): when somebody else was faster,
    Refused says whom they chose. Raises Refused where the person does not fit (see `Pairing.holds`).
    """
    household = locked(household)
    if seen is not None:
        _check_seen(household, kind, seen)
    return pair_all([(household, person)], kind=kind, by=by, reason=reason)[0]


@transaction.atomic
def pair_all(chosen: Sequence[tuple[Household, Person]], *, kind: str, by: User, reason: str = "") -> list[Pairing]:
    """Let each household be looked after by the person beside it; all of them, or Refused and none. Few statements."""
    wanted = {household.pk: person for household, person in chosen}
    rows = Household.objects.unscoped(reason=_FOUND).filter(pk__in=wanted).select_for_update(of=("self",))
    homes: list[Household] = list(rows.select_related("dwelling").order_by("pk"))
    _check_in_care(homes)
    standing = {row.household_id: row for row in _open(wanted, kind)}
    kept = [row for key, row in standing.items() if row.person_id == str(wanted[key].pk)]
    _end([row for row in standing.values() if row not in kept], by=by, reason=reason or _("换人结对"))
    name = _field(kind)
    made = [
        Pairing(
            community_id=home.community_id,
            household=home,
            kind=kind,
            starts_on=clock.today(),
            **{name: wanted[home.pk]},
        )
        for home in homes
        if home.pk not in standing or standing[home.pk] not in kept
    ]
    _save(made)
    _check_fits([*kept, *made], kind)
    audit.record_many("paired", [(row, {name: [_before(standing, row), row.person]}) for row in made], by=by)
    if kind == Pairing.Kind.STEWARD:
        _tell(made)
    return [*kept, *made]


@transaction.atomic
def end_pairing(pairing: Pairing, *, by: User, reason: str) -> Pairing:
    """End a pairing, with the reason: it holds no longer from today. One that began today goes; the record keeps it."""
    locked(pairing.household)
    row = Pairing.objects.unscoped(reason=_FOUND).select_related("household__dwelling", "steward", "member")
    pairing = row.get(pk=pairing.pk)
    if pairing.ends_on is not None:
        raise Refused(_("这个结对已经结束了。"))
    _end([pairing], by=by, reason=reason)
    return pairing


def end_all(household: Household, *, by: User, reason: str) -> int:
    """End whatever pairings a household has, inside the caller's transaction; gives how many."""
    rows = list(_open([household.pk]))
    _end(rows, by=by, reason=reason)
    return len(rows)


def _open(households: Iterable[object], kind: str = "") -> list[Pairing]:
    rows = Pairing.objects.unscoped(reason=_FOUND).filter(household__in=households, ends_on__isnull=True)
    rows = rows.filter(kind=kind) if kind else rows
    return list(rows.select_related("household__dwelling", "steward", "member"))


def _end(rows: list[Pairing], *, by: User, reason: str) -> None:
    """Until yesterday; a row that began today is deleted, so that its day belongs to the one that follows."""
    if not rows:
        return
    audit.record_many(
        "pairing_ended", [(row, {_field(row.kind): [row.person, None]}) for row in rows], by=by, reason=reason
    )
    begun_today = [row.pk for row in rows if row.starts_on >= clock.today()]
    before = [row for row in rows if row.starts_on < clock.today()]
    for row in before:
        row.ends_on = clock.today() - timedelta(days=1)
        row.end_reason = reason[:120]
    rows_of = Pairing.objects.unscoped(reason=_FOUND)
    rows_of.filter(pk__in=begun_today).delete()
    rows_of.bulk_update(before, ["ends_on", "end_reason"], batch_size=500)


def _save(made: list[Pairing]) -> None:
    try:
        with transaction.atomic():
            Pairing.objects.unscoped(reason=_FOUND).bulk_create(made, batch_size=500)
    except IntegrityError as error:
        raise Refused(_("刚刚有人给这一户结了对，请重新看一看再决定。")) from error


def _check_seen(household: Household, kind: str, seen: str) -> None:
    now = next(iter(_open([household.pk], kind)), None)
    if (now.person_id if now else NOBODY) != seen:
        if now is None:
            raise Refused(_("刚刚有人结束了这一户的结对，请重新看一看再决定。"))
        raise Refused(_("刚刚有人让%(name)s和这一户结了对，请重新看一看再决定。") % {"name": now.person})


def _check_in_care(homes: list[Household]) -> None:
    tags = CareTag.objects.unscoped(reason=_FOUND).open().filter(household__in=homes)
    cared = set(tags.values_list("household", flat=True))
    stranger = next((home for home in homes if home.pk not in cared), None)
    if stranger is not None:
        raise Refused(_("%(door)s没有关爱标签，不用结对。") % {"door": stranger})


def _check_fits(rows: list[Pairing], kind: str) -> None:
    """Whoever does not fit takes back everything: the caller's transaction ends with the Refused."""
    fitting = Pairing.objects.unscoped(reason=_FOUND).holding().filter(pk__in=[row.pk for row in rows])
    kept = set(fitting.values_list("pk", flat=True))
    wrong = next((row for row in rows if row.pk not in kept), None)
    if wrong is None:
        return
    if kind == Pairing.Kind.STEWARD:
        raise Refused(_("%(name)s不是这幢楼现任的楼栋管家，请先任命，或者换一位。") % {"name": wrong.person})
    raise Refused(_("%(name)s不能结对：要是党员，现在住在同一幢楼，又不是这一户的人。") % {"name": wrong.person})


def _before(standing: dict[UUID, Pairing], row: Pairing) -> str | None:
    before = standing.get(row.household_id)
    return before.person if before else None


def _field(kind: str) -> str:
    return "steward" if kind == Pairing.Kind.STEWARD else "member"


def _tell(made: list[Pairing]) -> None:
    """One notice a steward, however many households."""
    taken: dict[User, list[Pairing]] = defaultdict(list)
    for row in made:
        if row.steward is not None:
            taken[row.steward].append(row)
    for steward, rows in taken.items():
        text = _("请您照看 %(door)s，您和这一户结了对。") % {"door": rows[0].household}
        if len(rows) > 1:
            text = _("请您照看 %(count)d 户关爱户，您和他们结了对。") % {"count": len(rows)}
        notify([steward], about=rows[0].household, kind="paired", text=text, url="grids:my_pairings")
