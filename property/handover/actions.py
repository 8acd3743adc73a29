"""Writes of hand-overs: taken down, signed by both and before a witness, or cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from community import audit
from community.models import Appointment, User
from community.notices import notify
from community.roles import Office, Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from property.handover.snapshot import digest_of, is_stale, take
from property.models import Book, Handover

LATELY = timedelta(days=60)
SHORT = 16  # of a check code, as people compare it
WHY = "who holds and held the offices of a book found already"
LEAVING, SUCCESSOR, WITNESS = "leaving", "successor", "witness"


def appointments(book: Book) -> Any:
    """Who sits on the committee of a book's estate, did lately, or will."""
    lately = clock.today() - LATELY
    return (
        Appointment.objects.unscoped(reason=WHY)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=lately), estate=book.estate_id, role=Role.COMMITTEE)
        .select_related("user")
        .order_by("-starts_on")
    )


@transaction.atomic
def begin_handover(
    book: Book, *, by: User, office: str, leaving: User, successor: User, note: str = "", absent_reason: str = ""
) -> Handover:
    """Take down what an office hands over. Whoever leaves begins it; the chair, the supervisor or the secretary may.

    `absent_reason` is given where whoever leaves cannot sign. Both people sit on the committee, did lately, or will.
    """
    book = locked(book)
    own = by.pk == leaving.pk
    if not own and not (by.scope.offices(book.estate_id) & {Office.CHAIR, Office.SUPERVISOR} or _is_office(book, by)):
        raise Refused(_("交接由移交的人发起；本人来不了，由主任、监督或社区书记来办。"))
    rows = list(appointments(book))
    if not any(row.user_id == leaving.pk and row.office == office and row.starts_on <= clock.today() for row in rows):
        raise Refused(_("%(name)s没有担任这个职务。") % {"name": leaving})
    if successor.pk == leaving.pk or not any(row.user_id == successor.pk for row in rows):
        raise Refused(_("接收人要是本小区自管会的委员，或者已经任命、马上接任的人。请社区书记先任命。"))
    if own and absent_reason:
        raise Refused(_("您自己可以签字，不用写缺席的原因。"))
    if Handover.objects.of_book(book).open().filter(office=office).exists():
        raise Refused(_("这个职务已经有一份交接在等签字。"))
    handover = Handover(
        community_id=book.community_id,
        book=book,
        office=office,
        leaving=leaving,
        successor=successor,
        begun_by=by,
        note=note.strip(),
        absent_reason=absent_reason.strip(),
    )
    _take(handover)
    handover.save(force_insert=True)
    audit.record("handover_begun", handover, by=by, changes={"digest": [None, handover.digest[:SHORT]]})
    text = _("有一份%(office)s的交接单等您核对签字。") % {"office": handover.get_office_display()}
    told = [user for user in (leaving, successor) if user.pk != by.pk and not (user.pk == leaving.pk and absent_reason)]
    notify(told, about=handover, kind="voucher_handover", text=text)
    return handover


@transaction.atomic
def take_again(handover: Handover, *, by: User) -> Handover:
    """Take down anew what has moved meanwhile; signatures under the old list are gone."""
    handover = _locked(handover)
    if not parties(handover, by):
        raise Refused(_("重新清点由交接的人或监交人来办。"))
    before = handover.digest
    handover.leaving_at = handover.successor_at = None
    _take(handover)
    handover.save()
    audit.record("handover_taken_again", handover, by=by, changes={"digest": [before[:SHORT], handover.digest[:SHORT]]})
    return handover


@transaction.atomic
def sign_handover(handover: Handover, *, by: User, digest: str) -> Handover:
    """A signature under the list as it was seen (`digest`). The witness signs last, and with that it is done.

    Refused when the books have moved since: then the list is taken down again first.
    """
    handover = _locked(handover)
    party = next(iter(to_sign(handover, by)), None)
    if party is None:
        raise Refused(_("现在不用您签，或者您已经签过了。"))
    if digest != handover.digest or is_stale(handover):
        raise Refused(_("账本又有变动，请先重新清点，再签字。"))
    if party == WITNESS:
        handover.witness, handover.witness_at = by, clock.now()
        handover.state = Handover.State.DONE
    else:
        setattr(handover, f"{party}_at", clock.now())
    handover.save()
    verb = "handover_done" if party == WITNESS else "handover_signed"
    audit.record(verb, handover, by=by, changes={"digest": [None, handover.digest[:SHORT]]})
    return handover


@transaction.atomic
def cancel_handover(handover: Handover, *, by: User, reason: str = "") -> Handover:
    """Give a hand-over up that is not done; it stays on the list."""
    handover = _locked(handover)
    if by.pk not in {handover.leaving_id, handover.begun_by_id} and WITNESS not in parties(handover, by):
        raise Refused(_("取消由发起的人、移交的人或监交人来办。"))
    handover.state = Handover.State.CANCELLED
    handover.save()
    audit.record("handover_cancelled", handover, by=by, reason=reason)
    return handover


def parties(handover: Handover, user: User) -> frozenset[str]:
    """As what `user` has to do with a hand-over. The witness is the chair, the supervisor or the secretary."""
    if user.pk == handover.leaving_id:
        return frozenset({LEAVING})
    if user.pk == handover.successor_id:
        return frozenset({SUCCESSOR})
    watching = user.scope.offices(handover.book.estate_id) & {Office.CHAIR, Office.SUPERVISOR}
    return frozenset({WITNESS}) if watching or _is_office(handover.book, user) else frozenset()


def to_sign(handover: Handover, user: User) -> list[str]:
    """As what `user` can sign now."""
    if not handover.is_open:
        return []
    held = parties(handover, user)
    if LEAVING in held and handover.leaving_at is None:
        return [LEAVING]
    if SUCCESSOR in held and handover.successor_at is None:
        return [SUCCESSOR]
    both = handover.successor_at is not None and (handover.leaving_at is not None or handover.absent_reason)
    return [WITNESS] if WITNESS in held and both else []


def _is_office(book: Book, user: User) -> bool:
    return book.community_id in user.scope.ids("community", Role.SECRETARY)


def _take(handover: Handover) -> None:
    handover.taken_at = clock.now()
    handover.snapshot = take(handover.book)
    handover.digest = digest_of(handover)


def _locked(handover: Handover) -> Handover:
    book = locked(handover.book)
    handover = locked(handover)
    handover.book = book
    if not handover.is_open:
        raise Refused(_("这份交接已经办完或取消了。"))
    return handover
