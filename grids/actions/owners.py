"""Writes of owner groups and their owners; one group is one voter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import AuditEvent
from core.refusal import Refused
from core.scoping import locked
from grids.actions.changing import only, set_fields
from grids.models import Owner, OwnerGroup, Ownership

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Estate, Resident

OWNER_FIELDS = frozenset({"name", "phone", "id_number", "share", "resident"})
_WHY = "owners of a group already found"
_WHOLE = 100


@transaction.atomic
def add_owner_group(estate: Estate, *, by: User, owner: dict[str, Any], label: str = "", note: str = "") -> OwnerGroup:
    """A new owner group with its first owner, who is also its voter until somebody says otherwise."""
    group = OwnerGroup(community_id=estate.community_id, estate=estate)
    set_fields(group, {"label": label or owner["name"], "note": note}, save=False)
    group.save(force_insert=True)
    audit.record("owner_group_added", group, by=by, changes={"label": [None, group.label]})
    group.voter = _new_owner(group, owner, by=by)
    group.save(update_fields=["voter"])
    return group


@transaction.atomic
def change_owner_group(
    group: OwnerGroup, *, by: User, version: int, label: str, note: str, voter: Owner | None
) -> OwnerGroup:
    """Name the group anew, or its voter, who must be one of its owners; None: nobody is named yet."""
    group = changing(group, version)
    if voter is not None and voter.group_id != group.pk:
        raise Refused(_("投票代表要从这一户的产权人里选。"))
    changes = set_fields(group, {"label": label, "note": note, "voter": voter})
    if changes:
        moved_on(group)
        audit.record("owner_group_changed", group, by=by, changes=changes)
    return group


@transaction.atomic
def add_owner(group: OwnerGroup, *, by: User, version: int, **fields: Any) -> Owner:
    """One more owner of a group."""
    group = changing(group, version)
    owner = _new_owner(group, fields, by=by)
    moved_on(group)
    return owner


@transaction.atomic
def change_owner(owner: Owner, *, by: User, version: int, **fields: Any) -> Owner:
    """Change an owner; fields that are not given stay."""
    only(fields, OWNER_FIELDS)
    group = changing(owner.group, version)
    owner = locked(owner)
    _check(group, fields, but=owner)
    changes = set_fields(owner, fields)
    if changes:
        moved_on(group)
        audit.record("owner_changed", group, by=by, changes=_told(owner, changes))
    return owner


@transaction.atomic
def remove_owner(owner: Owner, *, by: User, version: int, reason: str) -> OwnerGroup:
    """Take an owner out who was written down by mistake; the record keeps who it was.

    The last owner stays. Who remains alone votes; was it the voter and several remain, none until somebody is named.
    """
    group = changing(owner.group, version)
    others = list(Owner.objects.of(group).exclude(pk=owner.pk))
    if not others:
        raise Refused(_("一户业主至少要有一位产权人。房子换了业主，请在房屋页办理转移。"))
    if len(others) == 1:
        group.voter = others[0]
    elif group.voter_id == owner.pk:
        group.voter = None
    moved_on(group)
    audit.record("owner_removed", group, by=by, changes={_("产权人"): [owner.name, ""]}, reason=reason)
    locked(owner).delete()
    return group


@transaction.atomic
def join_owner_groups(
    group: OwnerGroup, *, other: OwnerGroup, by: User, version: int, other_version: int
) -> OwnerGroup:
    """Let two groups of one estate be one: `other` gives its dwellings, their history and its owners, and is gone.

    An owner who stands in both (the same resident or identity number) is kept once. Raises Refused where the two lie
    in different estates or share no owner.
    """
    first, second = sorted((group, other), key=lambda one: str(one.pk))
    versions = {group.pk: version, other.pk: other_version}
    rows = {one.pk: changing(one, versions[one.pk]) for one in (first, second)}
    group, other = rows[group.pk], rows[other.pk]
    if group.estate_id != other.estate_id:
        raise Refused(_("只有同一个小区的业主才能合并。"))
    kept, come = list(Owner.objects.of(group)), list(Owner.objects.of(other))
    double = [one for one in come if any(same_owner(one, standing) for standing in kept)]
    if not double:
        raise Refused(_("这两户没有相同的产权人，不能合并。"))
    other.voter = None
    other.save(update_fields=["voter"])
    for one in come:
        if one in double:
            one.delete()
        else:
            one.group = group
            one.save(update_fields=["group"])
    doors = Ownership.objects.unscoped(reason=_WHY).filter(group=other).update(group=group)
    audit.record(
        "owner_groups_joined", group, by=by, changes={_("并入的业主"): ["", other.label], _("房屋"): ["", doors]}
    )
    other.delete()
    if group.voter_id is None and len(kept) == 1:
        group.voter = kept[0]
    moved_on(group)
    return group


def same_owner(one: Owner, other: Owner) -> bool:
    """Whether two rows are one person: the same resident of the register, or the same identity number."""
    same_resident = one.resident_id is not None and one.resident_id == other.resident_id
    return same_resident or (one.id_hash != "" and one.id_hash == other.id_hash)


def changing(group: OwnerGroup, version: int) -> OwnerGroup:
    """The group locked, as long as it is the one that was shown; else Refused, with who was faster."""
    group = standing(group)
    if version != group.version:
        event = AuditEvent.objects.of(group).exclude(verb="reveal").first()
        name = event.actor_name if event else _("别人")
        raise Refused(_("%(name)s刚刚改过这户业主。请核对后再提交，您填的内容都还在。") % {"name": name})
    return group


def standing(group: OwnerGroup) -> OwnerGroup:
    """The group locked; Refused where it has been joined to another since it was shown."""
    try:
        return locked(group)
    except OwnerGroup.DoesNotExist:
        raise Refused(_("这户业主刚刚并到别的业主那里了，请回到名单再找一找。")) from None


def moved_on(group: OwnerGroup) -> None:
    """The next version of a group, so that other open forms know."""
    group.version += 1
    group.save(update_fields=["version", "voter"])


def _new_owner(group: OwnerGroup, fields: dict[str, Any], *, by: User) -> Owner:
    only(fields, OWNER_FIELDS)
    _check(group, fields)
    owner = Owner(community_id=group.community_id, group=group)
    set_fields(owner, fields, save=False)
    owner.save(force_insert=True)
    audit.record("owner_added", group, by=by, changes={_("产权人"): ["", owner.name]})
    return owner


def _check(group: OwnerGroup, fields: dict[str, Any], but: Owner | None = None) -> None:
    resident: Resident | None = fields.get("resident")
    if resident is not None and resident.community_id != group.community_id:
        raise Refused(_("这位居民不在本社区的登记册里。"))
    others = [one for one in Owner.objects.of(group) if but is None or one.pk != but.pk]
    if resident is not None and any(one.resident_id == resident.pk for one in others):
        raise Refused(_("%(name)s已经是这一户的产权人了。") % {"name": resident.name})
    share = fields.get("share", but.share if but else None)
    if share is not None and share + sum(one.share or 0 for one in others) > _WHOLE:
        raise Refused(_("各人的份额加起来超过了百分之一百，请核对。"))


def _told(owner: Owner, changes: audit.Changes) -> audit.Changes:
    """Changes of an owner as the group's record keeps them: whose, and which field."""
    return {
        f"{owner.name} {owner._meta.get_field(name).verbose_name}": pair  # type: ignore[union-attr]
        for name, pair in changes.items()
    }
