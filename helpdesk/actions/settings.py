"""What the office sets up about requests: categories, rules of whom to ask, words kept ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import F, Max, Model
from django.utils.translation import gettext as _

from community import audit
from community.calendar import work_calendar
from community.roles import Role
from core import clock
from core.hashing import digest
from core.refusal import Refused
from core.scoping import locked
from helpdesk import deadlines
from helpdesk.models import Category, ReplyTemplate, RoutingRule
from helpdesk.querysets import possible_handlers

if TYPE_CHECKING:
    from community.models import Community, User

Row = TypeVar("Row", bound=Model)
Aid = TypeVar("Aid", RoutingRule, ReplyTemplate)

CATEGORY_FIELDS = (
    "name",
    "hint",
    "group",
    "icon",
    "banner",
    "sign_kind",
    "sign_amount",
    "finish_kind",
    "finish_amount",
    "is_for_stewards",
    "needs_secretary",
    "needs_photo",
    "never_public",
    "is_confidential",
    "is_active",
    "order",
)
RULE_FIELDS = ("category", "grid", "building", "hours", "handler", "is_active")
REPLY_FIELDS = ("title", "action", "category", "text", "is_active")
# Whom a community begins to name its own categories after: c1, c2, …
OWN = "c"


def seen_of(row: Model, fields: tuple[str, ...]) -> str:
    """What a form carries of what it showed, for `expected`: the second of two people is told."""
    return digest({name: str(getattr(row, name)) for name in fields})


@transaction.atomic
def change_category(category: Category, *, by: User, expected: str = "", **fields: Any) -> Category:
    """Change what a category asks and promises. What runs already keeps what it was promised, and who may read it.

    `expected` is `seen_of` what the person saw. Raises Refused where somebody else was faster, where the limits make
    no sense, and where somebody but the secretary makes a category confidential or takes that away.
    """
    row = _unchanged(category, CATEGORY_FIELDS, expected)
    changes = _set(row, fields)
    if not changes:
        return row
    _check_category(row, by, changes)
    row.save(update_fields=list(changes))
    audit.record("category_changed", row, by=by, changes=changes)
    return row


@transaction.atomic
def add_category(community: Community, *, by: User, **fields: Any) -> Category:
    """A category of the community's own, behind the others. Raises Refused as `change_category` does."""
    rows = Category.objects.unscoped(reason="the categories of one's own office").filter(community=community)
    own = rows.filter(slug__startswith=OWN).values_list("slug", flat=True)
    used = [int(slug.removeprefix(OWN)) for slug in own if slug.removeprefix(OWN).isdigit()]
    row = Category(community=community, slug=f"{OWN}{max(used, default=0) + 1}")
    fields.setdefault("order", (rows.aggregate(last=Max("order"))["last"] or 0) + 1)
    changes = _set(row, fields)
    _check_category(row, by, {"is_confidential": [False, True]} if row.is_confidential else {})
    row.has_aids = rows.filter(has_aids=True).exists()
    row.save()
    audit.record("category_added", row, by=by, changes=changes)
    return row


def _check_category(row: Category, by: User, changes: audit.Changes) -> None:
    secretary = row.community_id in by.scope.ids("community", Role.SECRETARY)
    if "is_confidential" in changes and not secretary:
        raise Refused(_("保密不保密，由社区书记来定。"))
    if row.is_confidential and row.is_mediation:
        raise Refused(_("调解有两家人要看，不能设成保密。"))
    if row.is_confidential and not row.never_public:
        raise Refused(_("保密的类别不能给邻居看，请勾上“从不给邻居看”。"))
    start, calendar = clock.now(), work_calendar()
    sign = deadlines.due(row.sign_kind, row.sign_amount, start, calendar)
    if sign > deadlines.due(row.finish_kind, row.finish_amount, start, calendar):
        raise Refused(_("联系期限比办结期限还长，请核对。"))


@transaction.atomic
def add_rule(community: Community, *, by: User, **fields: Any) -> RoutingRule:
    """A rule of whom to ask, behind the others. Raises Refused where it names what is not the community's."""
    row = _behind_others(RoutingRule, community)
    return _kept_aid(row, "rule_added", by=by, changes=_set(row, fields), check=_check_rule)


@transaction.atomic
def change_rule(rule: RoutingRule, *, by: User, expected: str = "", **fields: Any) -> RoutingRule:
    """Change a rule; `expected` is `seen_of` what the person saw. Raises Refused as `add_rule` does."""
    row = _unchanged(rule, RULE_FIELDS, expected)
    return _kept_aid(row, "rule_changed", by=by, changes=_set(row, fields), check=_check_rule)


@transaction.atomic
def move_rule(rule: RoutingRule, *, by: User, up: bool) -> None:
    """Put a rule one place before or behind its neighbour; at the end of the list nothing happens."""
    rows = RoutingRule.objects.unscoped(reason="the rules of one's own office")
    others = list(rows.filter(community=rule.community_id).select_for_update())
    at = next((place for place, one in enumerate(others) if one.pk == rule.pk), None)
    to = None if at is None else at + (-1 if up else 1)
    if at is None or to is None or not 0 <= to < len(others):
        return
    others[at], others[to] = others[to], others[at]
    for place, one in enumerate(others, start=1):
        one.order = place
    rows.bulk_update(others, ["order"])
    audit.record("rule_moved", others[to], by=by, changes={"order": [at + 1, to + 1]})


@transaction.atomic
def drop_rule(rule: RoutingRule, *, by: User) -> None:
    """Take a rule away; the record keeps what it said."""
    row = locked(rule)
    audit.record("rule_dropped", row, by=by, changes={name: [getattr(row, name), ""] for name in RULE_FIELDS})
    rows = RoutingRule.objects.unscoped(reason="the rules behind the one that goes")
    rows.filter(community=row.community_id, order__gt=row.order).update(order=F("order") - 1)
    row.delete()
    _mark_aids(row.community_id)


def _check_rule(row: RoutingRule) -> None:
    placed = (row.category, row.grid, row.building)
    if any(one is not None and one.community_id != row.community_id for one in placed):
        raise Refused(_("请从本社区里选。"))
    if row.building and row.grid and row.building.grid_id != row.grid_id:
        raise Refused(_("这幢楼不在选的网格里，请只选一样。"))
    if row.is_active and row.handler_id not in {one.user_id for one in possible_handlers(row.community_id)}:
        raise Refused(_("请从名单里选一位办理人。"))


@transaction.atomic
def add_reply(community: Community, *, by: User, **fields: Any) -> ReplyTemplate:
    """Words kept ready, behind the others. Raises Refused where its category is another community's."""
    row = _behind_others(ReplyTemplate, community)
    return _kept_aid(row, "reply_added", by=by, changes=_set(row, fields), check=_check_reply)


@transaction.atomic
def change_reply(reply: ReplyTemplate, *, by: User, expected: str = "", **fields: Any) -> ReplyTemplate:
    """Change ready words; `expected` is `seen_of` what the person saw. Raises Refused as `add_reply` does."""
    row = _unchanged(reply, REPLY_FIELDS, expected)
    return _kept_aid(row, "reply_changed", by=by, changes=_set(row, fields), check=_check_reply)


@transaction.atomic
def drop_reply(reply: ReplyTemplate, *, by: User) -> None:
    """Take ready words away; the record keeps them."""
    row = locked(reply)
    audit.record("reply_dropped", row, by=by, changes={"title": [row.title, ""], "text": [row.text, ""]})
    row.delete()
    _mark_aids(row.community_id)


def _check_reply(row: ReplyTemplate) -> None:
    if row.category and row.category.community_id != row.community_id:
        raise Refused(_("请从本社区的类别里选一个。"))


def _behind_others(model: type[Aid], community: Community) -> Aid:
    """A new row behind those that the community has."""
    rows = model.objects.unscoped(reason="those of one's own office").filter(community=community)
    return model(community=community, order=(rows.aggregate(last=Max("order"))["last"] or 0) + 1)


def _kept_aid(row: Aid, verb: str, *, by: User, changes: audit.Changes, check: Callable[[Aid], None]) -> Aid:
    """Keep a rule or ready words that were added or changed, once `check` finds nothing wrong."""
    if changes:
        check(row)
        row.save()
        _mark_aids(row.community_id)
        audit.record(verb, row, by=by, changes=changes)
    return row


def _mark_aids(community_id: int) -> None:
    """Say in the categories whether there is anything to ask for: pages of requests read them anyway."""
    kept = any(
        model.objects.unscoped(reason="whether the community keeps any")
        .filter(community=community_id)
        .in_use()
        .exists()
        for model in (RoutingRule, ReplyTemplate)
    )
    rows = Category.objects.unscoped(reason="a mark that follows from rules and ready words")
    rows.filter(community=community_id).exclude(has_aids=kept).update(has_aids=kept)


def _unchanged(row: Row, fields: tuple[str, ...], expected: str) -> Row:
    """The row locked; Refused where somebody changed it since it was shown."""
    fresh = locked(row)
    if expected and expected != seen_of(fresh, fields):
        raise Refused(_("刚刚有人改过“%(name)s”。请核对后再提交，您填的内容都还在。") % {"name": fresh})
    return fresh


def _set(row: Model, fields: dict[str, Any]) -> audit.Changes:
    """Set what differs; gives {field: [before, after]}, of a new row only what is said."""
    changes: audit.Changes = {}
    for name, value in fields.items():
        before = None if row._state.adding else getattr(row, name)
        if before != value:
            setattr(row, name, value)
            changes[name] = [before, value]
    return changes
