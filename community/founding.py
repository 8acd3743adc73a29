"""A community comes into being: its row, what every room lays down for it, its first secretary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from community.actions import appoint, make_account
from community.models import Community, User
from community.roles import Role
from core.refusal import Refused

_beginnings: list[Callable[[Community], Any]] = []


def register(begin: Callable[[Community], Any]) -> None:
    """What a room lays down for a new community (its categories of requests); registered when the app is ready."""
    _beginnings.append(begin)


@transaction.atomic
def found_community(*, code: str, name: str, **fields: Any) -> Community:
    """A new community with this 12-digit statistical code; Refused where the code is there already."""
    try:
        with transaction.atomic():
            community = Community.objects.create(code=code, name=name, **fields)
    except IntegrityError:
        raise Refused(_("代码是 %(code)s 的社区已经有了。") % {"code": code}) from None
    audit.record("community_founded", community, by=None, changes={"name": [None, name]})
    for begin in _beginnings:
        begin(community)
    return community


@transaction.atomic
def appoint_secretary(community: Community, *, phone: str, name: str, password: str) -> User:
    """The community's first secretary, with the password to sign in by; all others she appoints herself."""
    secretary = make_account(phone=phone, name=name, by=None)
    secretary.set_password(password)
    secretary.save(update_fields=["password"])
    appoint(secretary, role=Role.SECRETARY, place=community, by=None)
    return secretary
