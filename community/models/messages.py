"""Messages that leave the portal: who wants which by e-mail, the groups with a robot, and the outbox."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models.papers import Notice
from community.models.people import User
from community.querysets_messages import ChannelQuerySet, ChoiceQuerySet, DeliveryQuerySet
from community.rows import CommunityRow
from core.fields import EncryptedCharField, is_filled
from core.ids import uuid7
from core.quiet import FROM, UNTIL


def mask_address(plain: str) -> str:
    """wa****@qq.com"""
    name, _at, host = plain.rpartition("@")
    return f"{name[:2]}****@{host}" if name else "****"


class Channel(CommunityRow):
    """A work group with a robot; its address is a key and is shown to nobody again."""

    class Kind(models.TextChoices):
        WECOM = "wecom", _("企业微信群")
        DINGTALK = "dingtalk", _("钉钉群")
        FEISHU = "feishu", _("飞书群")
        OTHER = "other", _("别的接收端")

    name = models.CharField(_("群名"), max_length=40)
    kind = models.CharField(_("哪一种"), max_length=10, choices=Kind.choices)
    address = EncryptedCharField(_("机器人地址"), max_length=1000)
    muted = models.CharField(_("不发的种类"), max_length=200, blank=True, help_text=_("用空格隔开。"))
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作群")
        indexes = [models.Index(fields=["community"])]

    def __str__(self) -> str:
        return self.name


class Choice(CommunityRow):
    """How one person is told besides in the portal. `address` has been confirmed by a code, `pending` not yet."""

    user = models.OneToOneField(User, models.CASCADE, related_name="message_choice")
    address = EncryptedCharField(_("邮箱"), max_length=600, blank=True, mask=mask_address)
    pending = EncryptedCharField(_("待验证的邮箱"), max_length=600, blank=True, mask=mask_address)
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    muted = models.CharField(_("不发的种类"), max_length=200, blank=True, help_text=_("用空格隔开。"))
    brief = models.BooleanField(_("邮件里不写内容，只写有新消息"), default=False)
    quiet_from = models.PositiveSmallIntegerField(_("几点以后不发"), default=FROM)
    quiet_until = models.PositiveSmallIntegerField(_("到几点再发"), default=UNTIL)
    language = models.CharField(max_length=10, default="zh-hans")

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息方式")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__lte=FROM, quiet_from__gt=12, quiet_until__gte=UNTIL, quiet_until__lte=12),
                name="nights_are_quiet",
            ),
            models.CheckConstraint(
                condition=Q(code_until__isnull=True, code_hash="") | Q(code_until__isnull=False) & is_filled("pending"),
                name="a_code_confirms_an_address",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Delivery(CommunityRow):
    """One message on its way out of the portal: a notice to its reader by e-mail, or a text to a group's robot.

    `next_at` is when it is due, also while somebody is sending it: then it is the moment at which whoever claimed it
    must have died. It is empty as soon as it is over.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等着发")
        SENT = "sent", _("发出去了")
        GIVEN_UP = "given_up", _("没有送到")
        DROPPED = "dropped", _("不用发了")

    class Problem(models.TextChoices):
        UNREACHED = "unreached", _("连不上对方的服务器")
        REFUSED = "refused", _("对方没有收下")
        ADDRESS = "address", _("对方说没有这个地址")
        SIGN_IN = "sign_in", _("邮件服务器不认本平台的账号")
        UNREADABLE = "unreadable", _("地址认不出来")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", verbose_name=_("发给谁"))
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+", verbose_name=_("工作群"))
    grid = models.ForeignKey("grids.Grid", models.CASCADE, null=True, related_name="+", verbose_name=_("网格的工作群"))
    kind = models.CharField(max_length=40)
    text = models.CharField(_("内容"), max_length=2000, blank=True)
    url = models.CharField(max_length=200, blank=True)
    urgent = models.BooleanField(_("夜里也发"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    next_at = models.DateTimeField(_("什么时候发"), null=True)
    claim = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(_("试了几次"), default=0)
    problem = models.CharField(_("为什么"), max_length=10, choices=Problem.choices, blank=True)
    answer = models.CharField(_("对方的回答"), max_length=10, blank=True)
    ended_at = models.DateTimeField(_("什么时候有结果"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("发出的消息")
        indexes = [
            models.Index(fields=["community", "next_at"], condition=Q(next_at__isnull=False), name="deliveries_due"),
            models.Index(fields=["community", "state", "ended_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, notice__isnull=False, channel__isnull=True, grid__isnull=True, text="")
                | Q(user__isnull=True, notice__isnull=True, channel__isnull=False, grid__isnull=True)
                | Q(user__isnull=True, notice__isnull=True, channel__isnull=True, grid__isnull=False),
                name="delivery_goes_to_one",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False, ended_at__isnull=True)
                | ~Q(state="waiting") & Q(next_at__isnull=True, ended_at__isnull=False),
                name="delivery_is_due_or_over",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def to(self) -> str:
        """Whom it is for, as the office reads it."""
        return str(self.user or self.channel or self.grid)

    @property
    def why(self) -> str:
        """Why it has not arrived, in words, with the number that the other side answered."""
        words = self.get_problem_display()
        return (
            gettext("%(words)s（%(answer)s）") % {"words": words, "answer": self.answer} if self.answer else str(words)
        )
