"""Writes around activation letters: issue, hand over, void, redeem."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit, letters
from community.access import Scope
from community.models import ActivationLetter, Appointment, User
from community.roles import STAFF_ROLES, Role
from core import clock
from core.refusal import Refused
from core.scoping import locked

CONSENT = "2026-11"
Purpose = ActivationLetter.Purpose
Issued = list[tuple[ActivationLetter, str]]


@transaction.atomic
def issue_letters(households: Iterable[Any], *, by: User) -> Issued:
    """A new letter for each household (given with dwelling and building), with its code; older open ones are void.

    Raises Refused where a household is not in the duty of `by`, or nobody lives there any more.
    """
    rows = list(households)
    for household in rows:
        if not _in_duty(household, by.scope):
            raise Refused(_("%(door)s 不归您管，请让那里的网格长或社区办公室来开。") % {"door": household})
        if household.left_on is not None:
            raise Refused(_("%(door)s 这一户已经迁出，不能再开信。") % {"door": household})
    _void_open(household__in=rows)
    return _issue([ActivationLetter(community_id=row.community_id, household=row) for row in rows], by=by)


@transaction.atomic
def issue_password_letter(user: User, *, by: User) -> tuple[ActivationLetter, str]:
    """A letter that sets a new password, or the first one of a staff account; handed over in person.

    For somebody with a staff role only the secretary issues it, and nobody for himself.
    """
    community_id = _community_of(user, by)
    _void_open(user=user)
    letter = ActivationLetter(community_id=community_id, user=user, purpose=Purpose.NEW_PASSWORD)
    return _issue([letter], by=by)[0]


@transaction.atomic
def hand_over(letter: ActivationLetter, *, by: User) -> None:
    """It was put into the hands of the person it is for, who showed an identity card and signed the slip."""
    letter = locked(letter)
    if not letter.is_open:
        raise Refused(_("这封信已经用过、作废或者过期了，请另开一封。"))
    if letter.handed_over_at is None:
        letter.handed_over_at, letter.handed_over_by = clock.now(), by
        letter.save(update_fields=["handed_over_at", "handed_over_by"])
        audit.record("hand_over_letter", letter, by=by)


@transaction.atomic
def void_letter(letter: ActivationLetter, *, by: User, reason: str) -> None:
    """Take a letter out of use that was lost or misprinted."""
    letter = locked(letter)
    if not letter.is_open:
        raise Refused(_("这封信已经用过、作废或者过期了。"))
    letter.voided_at = clock.now()
    letter.save(update_fields=["voided_at"])
    audit.record("void_letter", letter, by=by, reason=reason)


@transaction.atomic
def open_account(letter: ActivationLetter, *, phone: str, password: str, name: str = "", resident: Any = None) -> User:
    """Redeem a household's letter with a new account; `resident` is the person of the register, else `name`."""
    letter = _redeemable(letter)
    try:
        with transaction.atomic():
            user = User.objects.create_user(phone, password, name=(resident.name if resident else name)[:40])
    except IntegrityError:
        raise Refused(_("这个手机号刚刚开通了账号。请用它的密码登录，再绑定这一户。")) from None
    _bind(letter, user, resident)
    return user


@transaction.atomic
def join_household(letter: ActivationLetter, *, by: User, resident: Any = None) -> None:
    """Redeem a household's letter with the account that is there already."""
    letter = _redeemable(letter)
    if letter.household_id in by.scope.households:
        raise Refused(_("您的账号已经绑定了这一户，不用再绑。"))
    _bind(letter, by, resident)


@transaction.atomic
def set_new_password(letter: ActivationLetter, *, password: str) -> User:
    """Redeem a password letter. Every open session of the account ends; its second factors stay and are asked for."""
    letter = _redeemable(letter)
    user = locked(letter.user) if letter.user else None
    if user is None or letter.handed_over_at is None or not user.is_active:
        raise Refused(unusable())
    first = not user.has_usable_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _redeem(letter, user)
    audit.record("set_password", letter, by=user, changes={"first": first, "consent": CONSENT})
    return user


@transaction.atomic
def drop_second_factor(user: User, *, by: User, reason: str) -> None:
    """Forget the TOTP, passkeys and recovery codes of somebody who lost the phone; in person, by the secretary."""
    community_id = _community_of(user, by)
    if community_id not in by.scope.ids("community", Role.SECRETARY):
        raise Refused(_("取消两步验证要由社区书记当面办理。"))
    user.authenticator_set.all().delete()  # type: ignore[attr-defined]
    audit.record("drop_second_factor", _someone(user, community_id), by=by, reason=reason)


def check_account(user: User, *, by: User) -> None:
    """Raise Refused where `by` may not issue a password letter for `user`."""
    _community_of(user, by)


def unusable() -> str:
    """The one sentence for a code that cannot be used, whatever the reason."""
    return _("这个码用不了：可能打错了、已经用过，或者过期了。请对照信纸再看一遍；还是不行，请到社区办公室换一封。")


def find_letter(code: str) -> ActivationLetter:
    """The open letter with this code (as typed); raises Refused with the one sentence otherwise."""
    found = ActivationLetter.objects.unscoped(reason="whoever holds the code holds the letter").filter(
        code_hash=letters.hash_of(letters.read_code(code) or "-")
    )
    letter: ActivationLetter | None = found.select_related("household__dwelling", "user", "community").first()
    if letter is None or not is_usable(letter):
        raise Refused(unusable())
    return letter


def is_usable(letter: ActivationLetter) -> bool:
    """Whether it can be redeemed now; a password letter only after it was handed over in person."""
    return letter.is_open and (letter.purpose == Purpose.ACTIVATE or letter.handed_over_at is not None)


def _redeemable(letter: ActivationLetter) -> ActivationLetter:
    letter = locked(letter)
    if not is_usable(letter):
        raise Refused(unusable())
    return letter


def _bind(letter: ActivationLetter, user: User, resident: Any) -> None:
    household = letter.household
    if household is None:
        raise Refused(unusable())
    if (
        resident is not None
        and not household.memberships.unscoped(reason="whether the chosen person belongs to the letter's household")
        .current()
        .filter(resident=resident)
        .exists()
    ):
        raise Refused(_("请在名单里重新选一下您是谁。"))
    Appointment.objects.create(
        community_id=letter.community_id,
        user=user,
        role=Role.RESIDENT,
        household=household,
        resident=resident,
        starts_on=clock.today(),
        appointed_by=letter.issued_by,
    )
    user.__dict__.pop("scope", None)
    _redeem(letter, user)
    audit.record("redeem_letter", letter, by=user, changes={"consent": CONSENT})


def _redeem(letter: ActivationLetter, user: User) -> None:
    letter.redeemed_at, letter.redeemed_by = clock.now(), user
    letter.save(update_fields=["redeemed_at", "redeemed_by"])


def _in_duty(household: Any, scope: Scope) -> bool:
    return household.community_id in scope.offices_communities or household.building.grid_id in scope.grids


def _void_open(**whose: Any) -> None:
    ActivationLetter.objects.unscoped(reason="older letters of the same household or account").filter(
        redeemed_at__isnull=True, voided_at__isnull=True, **whose
    ).update(voided_at=clock.now())


def _issue(rows: list[ActivationLetter], *, by: User) -> Issued:
    expires = clock.now() + timedelta(days=letters.VALID_DAYS)
    issued = []
    for row in rows:
        code = letters.new_code()
        row.code_hash, row.issued_by, row.expires_at = letters.hash_of(code), by, expires
        issued.append((row, code))
    ActivationLetter.objects.bulk_create(rows, batch_size=500)
    audit.record_many("issue_letter", [(row, {"purpose": row.purpose}) for row in rows], by=by)
    return issued


def _community_of(user: User, by: User) -> int:
    """The community in which `by` may look after the account of `user`; raises Refused where there is none."""
    if user == by:
        raise Refused(_("自己的密码请在“修改密码”里改；忘了就请别的同志给您开信。"))
    held = Appointment.objects.unscoped(reason="whose account it is").filter(user=user).not_ended()
    rows = list(held.values_list("community_id", "role", "household__building__grid_id"))
    if any(role in STAFF_ROLES for _community, role, _grid in rows):
        secretary = by.scope.ids("community", Role.SECRETARY)
        may = [community for community, _role, _grid in rows if community in secretary]
    else:
        office, grids = by.scope.offices_communities, by.scope.grids
        may = [community for community, _role, grid in rows if community in office or grid in grids]
    if not may:
        raise Refused(_("这个账号不归您管。居民的请网格长或社区办公室来开，工作人员的请社区书记来开。"))
    return int(may[0])


def _someone(user: User, community_id: int) -> Appointment:
    """The appointment under which an act upon an account is recorded."""
    rows = Appointment.objects.unscoped(reason="an account already found")
    found: Appointment = rows.filter(user=user, community_id=community_id).latest("pk")
    return found
