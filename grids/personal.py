"""What the register keeps about a person: to take away, to erase, and what has to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.personal import Going, Room, Row, Section, Staying
from core.fields import is_filled, plain_of
from grids.actions.erasure import erase_from_register, lives_here, owns_nothing
from grids.corrections import HOUSEHOLD_FACTS, RESIDENT_FACTS, asked
from grids.models import CareTag, Consent, Household, Membership, Owner, Pairing, Proposal, Resident
from grids.own import residents_of

if TYPE_CHECKING:
    from community.models import User

_OWN = "one's own household, and oneself wherever one lived"
_FOUND = "what is kept about a resident already found"
_OPTIONAL = ("phone", "id_number", "hukou", "employment", "is_party_member", "note")


def sections(user: User) -> list[Section]:
    """One's own record in plain; of the household the facts, of the others who lives there what they see too: masks."""
    mine = set(residents_of(user, ever=True).values())
    return [
        Section("households", _("我家"), [("door", _("门牌")), *_columns(HOUSEHOLD_FACTS)], _households(user)),
        Section("people", _("家里的人"), _people_columns(), _people(user, mine), note=_others()),
        Section("care", _("关爱情况"), _care_columns(), _care(user, mine)),
        Section("pairings", _("结对的人"), _pairing_columns(), _pairings(user)),
        Section("consents", _("同意过什么"), _consent_columns(), _consents(user, mine)),
        Section("proposals", _("提过的更正"), _proposal_columns(), _proposals(user)),
    ]


def _home_or_self(user: User, mine: set[Any]) -> Q:
    """The condition that a row is of one's household, or about oneself, also after moving away."""
    return Q(household__in=user.scope.households) | Q(resident__in=mine)


def _others() -> str:
    return _("家里别人的手机号、证件号码和出生日期是遮住的，要他们自己来取。")


def _columns(facts: Any) -> list[tuple[str, str]]:
    return [(fact.name, fact.label) for fact in facts.values()]


def _people_columns() -> list[tuple[str, str]]:
    member = [("relation", _("与户主关系")), ("from", _("起")), ("to", _("止"))]
    return [*_columns(RESIDENT_FACTS), *member]


def _households(user: User) -> list[Row]:
    rows = Household.objects.own_of(user).for_list()
    return [
        {"door": row.dwelling.label, **{fact.name: _said(fact, row, own=True) for fact in HOUSEHOLD_FACTS.values()}}
        for row in rows
    ]


def _people(user: User, mine: set[Any]) -> list[Row]:
    rows = Membership.objects.unscoped(reason=_OWN).filter(_home_or_self(user, mine)).select_related("resident")
    return [
        {
            **{fact.name: _said(fact, row.resident, own=row.resident_id in mine) for fact in RESIDENT_FACTS.values()},
            "relation": row.get_relation_display(),
            "from": row.starts_on,
            "to": row.ends_on,
        }
        for row in rows
        if row.is_current or row.resident_id in mine
    ]


def _said(fact: Any, row: Any, *, own: bool) -> str:
    text = fact.text(row)
    return str(text) if own and fact.is_sensitive else str(fact.show(text))


def _care_columns() -> list[tuple[str, str]]:
    return [
        ("who", _("谁的")),
        ("category", _("类别")),
        ("level", _("等级")),
        ("evidence", _("依据")),
        ("from", _("起")),
        ("to", _("止")),
    ]


def _care(user: User, mine: set[Any]) -> list[Row]:
    rows = CareTag.objects.unscoped(reason=_OWN).filter(_home_or_self(user, mine)).select_related("resident")
    return [
        {
            "who": row.resident.name if row.resident else _("这一户"),
            "category": str(row),
            "level": row.level,
            "evidence": plain_of(row.evidence) if row.resident_id in mine else str(row.evidence),
            "from": row.starts_on,
            "to": row.ends_on,
        }
        for row in rows
    ]


def _pairing_columns() -> list[tuple[str, str]]:
    return [("kind", _("结对人")), ("name", _("姓名")), ("from", _("起")), ("to", _("止"))]


def _pairings(user: User) -> list[Row]:
    rows = Pairing.objects.visible_to(user).filter(household__in=user.scope.households)
    return [
        {"kind": row.get_kind_display(), "name": row.person, "from": row.starts_on, "to": row.ends_on}
        for row in rows.select_related("steward", "member")
    ]


def _consent_columns() -> list[tuple[str, str]]:
    return [("kind", _("同意什么")), ("how", _("怎样同意的")), ("from", _("起")), ("to", _("止"))]


def _consents(user: User, mine: set[Any]) -> list[Row]:
    rows = Consent.objects.unscoped(reason=_OWN).filter(resident__in=mine)
    return [{"kind": row.get_kind_display(), "how": row.how, "from": row.starts_on, "to": row.ends_on} for row in rows]


def _proposal_columns() -> list[tuple[str, str]]:
    return [
        ("day", _("提出时间")),
        ("who", _("谁的")),
        ("what", _("事项")),
        ("after", _("应为")),
        ("note", _("说明")),
        ("state", _("进展")),
        ("answer", _("答复")),
    ]


def _proposals(user: User) -> list[Row]:
    """One's own, in plain what one wrote oneself."""
    rows = Proposal.objects.visible_to(user).filter(proposed_by=user, household__in=user.scope.households)
    return [
        {
            "day": row.created_at,
            "who": told.subject,
            "what": told.what,
            "after": plain_of(row.after) if told.has_secret else told.after,
            "note": row.note,
            "state": row.get_state_display(),
            "answer": row.answer,
        }
        for row, told in ((row, asked(row)) for row in rows.for_list())
    ]


def goes(resident: Resident) -> list[Going]:
    """What an erasure takes out of the register."""
    here = lives_here(resident)
    found = [
        Going(
            sum(bool(getattr(resident, name)) for name in _OPTIONAL), _("项个人资料：手机号、证件号码、户籍地、就业等")
        ),
        Going(int(bool(resident.birth_date)), _("个出生日期，只留年份") if here else _("个出生日期")),
    ]
    if not here:
        found.append(Going(1, _("个姓名，登记里改写成“（已删除）”")))
    tags = CareTag.objects.unscoped(reason=_FOUND).filter(resident=resident).exclude(evidence="")
    proposals = Proposal.objects.unscoped(reason=_FOUND).filter(resident=resident)
    consents = Consent.objects.unscoped(reason=_FOUND).given().filter(resident=resident)
    return [
        *found,
        Going(tags.count(), _("条关爱对象的依据材料")),
        Going(proposals.filter(is_filled("after")).count(), _("件更正申请里填写的内容")),
        Going(consents.count(), _("项还有效的同意，一并撤回")),
    ]


def _filled(resident: Resident) -> int:
    """How many of the optional fields hold something; "no" is something."""
    return sum(getattr(resident, name) is not None and getattr(resident, name) != "" for name in _OPTIONAL)


def stays(resident: Resident) -> list[Staying]:
    """What has to stay in the register, and why."""
    memberships = Membership.objects.unscoped(reason=_FOUND).filter(resident=resident).count()
    owned = Owner.objects.unscoped(reason=_FOUND).filter(resident=resident).exclude(owns_nothing()).count()
    tags = CareTag.objects.unscoped(reason=_FOUND).filter(resident=resident, ends_on__isnull=True).count()
    found = [
        Staying(
            owned,
            _("处房屋的业主登记"),
            _("民法典第二百七十一条至第二百八十七条：业主共有和共同管理的权利"),
            _("到不再是业主为止"),
        ),
    ]
    if lives_here(resident):
        duty = _("个人信息保护法第十三条第一款第三项：居委会依法办理本地居民的公共事务")
        until = _("到搬走为止")
        return [
            Staying(1, _("个姓名，连同性别、出生年份、与户主关系"), duty, until),
            Staying(tags, _("项还在享受的关爱"), duty, _("到不再享受为止")),
            *found,
        ]
    nameless = _("只有门牌和日子，看不出是谁")
    return [Staying(memberships, _("段居住的起止日期"), nameless, _("长期")), *found]


ROOM = Room(gettext_lazy("住户名册"), sections, goes, stays, erase_from_register)
