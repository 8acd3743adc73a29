"""Two records of one person, or of one household, made one; taken back within the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from core.scoping import locked
from grids import homes, uniting
from grids.actions.belonging import Relations
from grids.actions.changing import HOUSEHOLD_FIELDS, RESIDENT_FIELDS, bump
from grids.actions.journal import Journal
from grids.codes import Relation
from grids.models import Household, Membership, Merge, NotSame, Resident

if TYPE_CHECKING:
    from community.models import User

Row = TypeVar("Row", Resident, Household)
BLANKED = ("id_number", "birth_date", "phone")
_WHY = "rows of two records that the office has found"
_BY_HAND = frozenset({"grids.membership.resident", "grids.caretag.resident", "grids.household.head"})


@transaction.atomic
def merge_residents(
    kept: Resident, gone: Resident, *, by: User, fields: Mapping[str, str] | None = None, home: Household | None = None
) -> Merge:
    """Make two records of one person one: everything that hangs on `gone` comes to hang on `kept`.

    `fields` says of which record a field stays, {"phone": "gone"}; what is not said stays as `kept` has it, or as
    `gone` has it where `kept` is blank. `home` is where the person lives, where both are registered somewhere. What
    stays of `gone` is a row without papers, phone and birth date that leads to `kept`. Raises Refused where the two
    exclude each other in a way that a person has to decide first.
    """
    kept, gone = _both(kept, gone)
    journal = Journal()
    with _no_clash():
        _take_fields(journal, kept, gone, fields or {}, RESIDENT_FIELDS)
        touched = homes.unite(journal, kept, gone, home=home)
        if kept.deceased_on is not None and homes.open_home(kept) is not None:
            raise Refused(_("其中一份登记为已去世，另一份还住在这里。请先把住处或去世日期核对清楚。"))
        homes.unite_care(journal, kept, gone)
        uniting.repoint(journal, gone, kept, but=_BY_HAND)
        homes.unite_heads(journal, kept, gone, touched)
        journal.set(gone, merged_into=kept)
    return _written(journal, Merge.Kind.RESIDENT, kept, gone, label=kept.name, by=by, touched=touched)


@transaction.atomic
def merge_households(
    kept: Household,
    gone: Household,
    *,
    by: User,
    fields: Mapping[str, str] | None = None,
    relations: Relations | None = None,
) -> Merge:
    """Make two records of one household of one building one. `kept` keeps its door and its head.

    `relations`: of those who come from `gone`, their relation to that head. Raises Refused as `merge_residents`.
    """
    kept, gone = _both(kept, gone)
    if kept.building_id != gone.building_id:
        raise Refused(_("不在同一幢楼的两户不是重复登记。要一起住，请用“并到另一户”。"))
    if kept.left_on is not None:
        raise Refused(_("留下的那一户已经迁出。请把另一户作为留下的一户。"))
    journal = Journal()
    with _no_clash():
        _take_fields(journal, kept, gone, fields or {}, HOUSEHOLD_FIELDS - {"head"})
        if kept.head_id is None and gone.head_id is not None:
            journal.set(kept, head=gone.head)
        _unite_members(journal, kept, gone, relations or {})
        uniting.repoint(journal, gone, kept, but=frozenset({"grids.membership.household"}))
        journal.set(gone, merged_into=kept, head=None, left_on=gone.left_on or clock.today())
    return _written(journal, Merge.Kind.HOUSEHOLD, kept, gone, label=str(kept), by=by, touched={kept.pk, gone.pk})


@transaction.atomic
def undo_merge(merge: Merge, *, by: User) -> Merge:
    """Put back exactly what was, on the day of the merge; Refused where something has changed since."""
    merge = locked(merge)
    if merge.undone_at is not None:
        raise Refused(_("这次合并已经撤销了。"))
    if not can_undo(merge):
        raise Refused(_("合并只能在当天撤销。现在请直接修改资料。"))
    model = Resident if merge.kind == Merge.Kind.RESIDENT else Household
    for pk in sorted([merge.kept_id, merge.gone_id]):
        locked(model(pk=pk))
    journal = Journal.opened(merge.sealed)
    if journal.changed_since():
        raise Refused(_("合并以后这里的资料又有人改过，不能原样撤销。请直接修改资料。"))
    try:
        with transaction.atomic():
            journal.take_back()
    except IntegrityError as clash:
        raise Refused(_("合并以后这里的资料又有人改过，不能原样撤销。请直接修改资料。")) from clash
    merge.undone_at, merge.undone_by, merge.sealed = clock.now(), by, ""
    merge.save(update_fields=["undone_at", "undone_by", "sealed"])
    touched = _households_of(merge)
    for household in touched:
        bump(household)
        audit.record("merge_undone", household, by=by, reason=merge.label)
    audit.record("merge_undone", merge, by=by)
    return merge


def can_undo(merge: Merge) -> bool:
    """Whether it is still the day of the merge, as the community counts days."""
    return merge.undone_at is None and bool(merge.sealed) and clock.local(merge.merged_at).date() == clock.today()


@transaction.atomic
def not_the_same(one: Row, other: Row, *, by: User) -> NotSame:
    """Remember that two records are of two people, or households, so that they are not asked about again."""
    first, second = sorted([one.pk, other.pk])
    kind = {"resident": Merge.Kind.RESIDENT, "household": Merge.Kind.HOUSEHOLD}[str(one._meta.model_name)]
    given = {"community_id": one.community_id, "kind": kind, "first_id": first, "second_id": second}
    said: NotSame = NotSame.objects.unscoped(reason=_WHY).get_or_create(**given, defaults={"said_by": by})[0]
    return said


def forget_sealed() -> int:
    """Destroy what yesterday's merges could have been undone with; gives how many."""
    old = Merge.objects.unscoped(reason="the daily tidying up").exclude(sealed="")
    done = [one for one in old if not can_undo(one)]
    return (
        Merge.objects.unscoped(reason="the daily tidying up").filter(pk__in=[one.pk for one in done]).update(sealed="")
    )


def _both(kept: Row, gone: Row) -> tuple[Row, Row]:
    if kept.pk == gone.pk:
        raise Refused(_("这是同一条登记，不用合并。"))
    fresh = {row.pk: locked(row) for row in sorted([kept, gone], key=lambda row: row.pk)}
    kept, gone = fresh[kept.pk], fresh[gone.pk]
    if kept.community_id != gone.community_id:
        raise Refused(_("不能跨社区办理。"))
    if kept.merged_into_id or gone.merged_into_id:
        raise Refused(_("其中一份刚刚已经合并过了，请重新打开页面看看。"))
    if getattr(kept, "forgotten_on", None) or getattr(gone, "forgotten_on", None):
        raise Refused(_("其中一份的资料已经依法删除，不能再合并。"))
    return kept, gone


def _take_fields(journal: Journal, kept: Any, gone: Any, said: Mapping[str, str], known: frozenset[str]) -> None:
    """The fields that `kept` takes over; `gone` lets go of what is sensitive, and of the number that is unique."""
    taken = {}
    for name in sorted(known):
        mine, theirs = plain_of(getattr(kept, name)), plain_of(getattr(gone, name))
        if theirs != mine and theirs not in (None, "") and (said.get(name) == "gone" or mine in (None, "")):
            taken[name] = getattr(gone, name)
    if "id_number" in taken:
        taken["id_type"] = gone.id_type
    if "name" in taken:
        taken |= {"pinyin": gone.pinyin, "initials": gone.initials}
    blanked = {name: "" for name in BLANKED if name in known and getattr(gone, name)}
    if blanked:
        journal.set(gone, **blanked)
    if taken:
        journal.set(kept, **taken)


def _unite_members(journal: Journal, kept: Household, gone: Household, relations: Relations) -> None:
    """Those of `gone` belong to `kept` from the day they began; nobody stands in it twice on one day."""
    mine = list(Membership.objects.unscoped(reason=_WHY).filter(household=kept))
    theirs = Membership.objects.unscoped(reason=_WHY).filter(household=gone).select_related("resident")
    for row in theirs.order_by("pk"):
        same = next((one for one in mine if one.resident_id == row.resident_id and homes.overlap(one, row)), None)
        if same is not None:
            uniting.unite_terms(journal, same, row)
            continue
        if row.ends_on is None and row.resident_id != kept.head_id:
            relation = relations.get(row.resident_id, "" if row.relation == Relation.HEAD else row.relation)
            if relation in ("", Relation.HEAD, Relation.SELF):
                raise Refused(_("请写明%(name)s和留下的户主的关系。") % {"name": row.resident.name})
            if relation != row.relation:
                journal.set(row, relation=relation)
        journal.point([row], "household", kept)


def _written(
    journal: Journal, kind: Merge.Kind, kept: Any, gone: Any, *, label: str, by: User, touched: set[Any]
) -> Merge:
    merge = Merge.objects.create(
        community_id=kept.community_id,
        kind=kind,
        kept_id=kept.pk,
        gone_id=gone.pk,
        label=label[:160],
        moved=journal.moved,
        sealed=journal.sealed(),
        merged_at=clock.now(),
        merged_by=by,
    )
    NotSame.objects.unscoped(reason=_WHY).filter(
        second_id__in=[kept.pk, gone.pk], first_id__in=[kept.pk, gone.pk]
    ).delete()
    for household in Household.objects.unscoped(reason=_WHY).filter(pk__in=touched):
        bump(household)
        audit.record("merged", household, by=by, reason=label)
    audit.record("merged", merge, by=by)
    return merge


def _households_of(merge: Merge) -> list[Household]:
    """The households whose history tells of the merge."""
    rows = Household.objects.unscoped(reason=_WHY)
    if merge.kind == Merge.Kind.HOUSEHOLD:
        return list(rows.filter(pk__in=[merge.kept_id, merge.gone_id]))
    return list(rows.filter(memberships__resident__in=[merge.kept_id, merge.gone_id]).distinct())


class _no_clash:
    """What the database refuses while two records are made one is a clash that a person has to settle first."""

    def __enter__(self) -> None:
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._savepoint.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            raise Refused(
                _("两份登记里有互相矛盾的内容（例如同一段时间住在两处），系统合不起来。请先把它们改一致。")
            ) from error
