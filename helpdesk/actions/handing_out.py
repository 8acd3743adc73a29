"""A request is taken up and given into somebody's hands, at once where that is clear."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import User
from community.roles import Role
from core.refusal import Refused
from helpdesk.actions.steps import step
from helpdesk.models import Category, ServiceRequest


@transaction.atomic
def accept(
    request: ServiceRequest,
    *,
    by: User,
    category: Category,
    version: int | None = None,
    text: str = "",
    note: str = "",
    handler: User | None = None,
    co_handlers: Iterable[User] = (),
) -> ServiceRequest:
    """Take up a request, and where `handler` is named hand it out: both steps or neither, both in its course.

    People hear of the second alone. Raises Refused as each of the two does.
    """
    if handler is None:
        return step(request, "accept", by=by, version=version, category=category, text=text, note=note)
    if category.is_confidential and category.community_id not in by.scope.ids("community", Role.SECRETARY):
        raise Refused(_("这一类由社区书记来派人，请先只受理。"))
    row = step(request, "accept", by=by, version=version, category=category, text=text, tells=False)
    return step(row, "dispatch", by=by, handler=handler, co_handlers=co_handlers, note=note)
