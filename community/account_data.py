"""What this room keeps about a person: the account, the appointments, letters, notices, and who read what."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from community import history, messages
from community.models import ActivationLetter, Appointment, AuditEvent, Choice, Delivery, Notice, User
from community.personal import Going, Room, Section, Staying
from core import clock

_FOUND = "what is kept about a person already found"
ERASED_NAME = gettext_noop("（已删除）")
NEWEST = 5000


def sections(user: User) -> list[Section]:
    """The account and what hangs on it; of the readings, those of the own households."""
    return [
        Section(
            "account", _("账号"), _columns(name=_("姓名"), phone=_("手机号"), since=_("开通时间")), [_account(user)]
        ),
        Section(
            "appointments",
            _("担任过什么"),
            _columns(role=_("角色"), place=_("范围"), first=_("起"), last=_("止")),
            [_appointment(one) for one in _appointments(user)],
        ),
        Section(
            "letters",
            _("开通信"),
            _columns(purpose=_("用途"), issued=_("开具时间"), redeemed=_("使用时间")),
            [_letter(one) for one in _letters([user])],
        ),
        Section(
            "notices",
            _("提醒"),
            _columns(at=_("时间"), text=_("内容"), read=_("已读时间")),
            [{"at": one.created_at, "text": one.text, "read": one.read_at} for one in _notices(user)[:NEWEST]],
        ),
        Section(
            "messages",
            _("消息方式"),
            _columns(address=_("邮箱"), not_wanted=_("不收的"), quiet=_("不发的时间"), since=_("选定时间")),
            [_choice(one) for one in Choice.objects.visible_to(user)],
        ),
        Section(
            "mails",
            _("发过的邮件"),
            _columns(at=_("时间"), topic=_("哪一类"), state=_("状态")),
            [_delivery(one) for one in _deliveries(user)[:NEWEST]],
        ),
        Section("readings", _("谁看过我家的信息"), _event_columns(), _events(user, reading=True)),
        Section("changes", _("谁改过我家的信息"), _event_columns(), _events(user, reading=False)),
    ]


def _columns(**words: str) -> list[tuple[str, str]]:
    return list(words.items())


def _account(user: User) -> dict[str, Any]:
    return {"name": user.name, "phone": user.phone.plain, "since": user.created_at}


def _appointments(user: User) -> Any:
    rows = Appointment.objects.visible_to(user).filter(user=user)
    places = ("grid", "building", "estate", "household__dwelling", "partner", "community")
    return rows.select_related(*places).order_by("starts_on", "pk")


def _appointment(one: Appointment) -> dict[str, Any]:
    return {"role": one.get_role_display(), "place": one.scope_label, "first": one.starts_on, "last": one.ends_on}


def _letters(users: list[User]) -> Any:
    return ActivationLetter.objects.unscoped(reason=_FOUND).filter(redeemed_by__in=users)


def _letter(one: ActivationLetter) -> dict[str, Any]:
    return {"purpose": one.get_purpose_display(), "issued": one.created_at, "redeemed": one.redeemed_at}


def _notices(user: User) -> Any:
    return Notice.objects.visible_to(user)


def _choice(one: Choice) -> dict[str, Any]:
    words = [str(topic.words) for topic in messages.topics(staff=True) if topic.slug in one.muted.split()]
    quiet = _("%(first)d 点到 %(last)d 点") % {"first": one.quiet_from, "last": one.quiet_until}
    mailbox = one.address.plain or one.pending.plain
    return {"address": mailbox, "not_wanted": "、".join(words), "quiet": quiet, "since": one.created_at}


def _deliveries(user: User) -> Any:
    return Delivery.objects.visible_to(user).filter(user=user).order_by("-pk")


def _delivery(one: Delivery) -> dict[str, Any]:
    topic = messages.topic_of(one.kind).words
    return {"at": one.ended_at or one.created_at, "topic": topic, "state": one.get_state_display()}


def _event_columns() -> list[tuple[str, str]]:
    return _columns(at=_("时间"), role=_("身份"), who=_("谁"), what=_("做了什么"), text=_("内容"))


def _events(user: User, *, reading: bool) -> list[dict[str, Any]]:
    rows = AuditEvent.objects.visible_to(user).filter(household_id__in=user.scope.households)
    newest = (rows.readings() if reading else rows.changes())[:NEWEST]
    return [
        {"at": one.at, "role": one.actor_role, "who": one.actor_name, "what": told.title, "text": told.text}
        for one, told in ((one, history.tell([one])[0]) for one in newest)
    ]


def goes(resident: Any) -> list[Going]:
    """The account of who lives here no longer, and the notices of every account that was theirs."""
    users = accounts_of(resident)
    notices = Notice.objects.unscoped(reason=_FOUND).filter(user__in=users).count()
    closing = sum(_may_close(user) for user in users)
    mailboxes = _mailboxes(users).count()
    return [
        Going(closing, _("个登录账号，关闭后不能再登录")),
        Going(notices, _("条站内提醒")),
        Going(mailboxes, _("个收消息的邮箱")),
    ]


def stays(resident: Any) -> list[Staying]:
    """The account of who lives or serves here, and the record of what was done."""
    users = accounts_of(resident)
    kept = sum(not _may_close(user) for user in users)
    events = AuditEvent.objects.unscoped(reason=_FOUND).filter(
        community_id=resident.community_id, target_type="grids.resident", target_id=str(resident.pk)
    )
    return [
        Staying(
            kept,
            _("个登录账号"),
            _("还住在这里或者还担任职务，要用它办事"),
            _("到搬走、卸任以后，或者本人到办公室注销"),
        ),
        Staying(
            events.count(),
            _("条操作和查看记录（手机号、证件号码、出生日期是遮住的）"),
            _("个人信息保护法第五十一条、第五十四条：要能查清谁动过资料；第四十七条第二款：只存不用"),
            _("长期"),
        ),
    ]


def erase(resident: Any, by: User) -> None:
    """Notices and mailboxes go; so does the account, unless its owner lives or serves here."""
    _mailboxes(accounts_of(resident)).delete()
    for user in accounts_of(resident):
        Notice.objects.unscoped(reason=_FOUND).filter(user=user, created_at__lt=clock.now()).delete()
        if _may_close(user):
            close_account(user)


def close_account(user: User) -> None:
    """Nobody signs in with it any more, and it says nobody's name or number; what it did stays done."""
    user.authenticator_set.all().delete()  # type: ignore[attr-defined]
    _mailboxes([user]).delete()
    user.name, user.is_active = ERASED_NAME, False
    user.phone = f"{user.pk:011d}"
    user.set_unusable_password()
    user.save(update_fields=["name", "phone", "is_active", "password"])


def accounts_of(resident: Any) -> list[User]:
    """The accounts that are, or were, the resident's."""
    held = resident.appointments.unscoped(reason=_FOUND).select_related("user")
    return list({one.user_id: one.user for one in held}.values())


def _mailboxes(users: list[User]) -> Any:
    return Choice.objects.unscoped(reason=_FOUND).filter(user__in=users)


def _may_close(user: User) -> bool:
    held = Appointment.objects.unscoped(reason=_FOUND).not_ended().filter(user=user)
    return not held.exists()


ROOM = Room(gettext_lazy("账号和记录"), sections, goes, stays, erase)
