"""A roster that somebody sent: kept only until it is applied or given up."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from community.sealed import SealedUpload
from core.fields import EncryptedCharField, decrypt, encrypt
from core.ids import uuid7
from grids.querysets import (
    RosterDoubtQuerySet,
    RosterHeadingQuerySet,
    RosterPageQuerySet,
    RosterUploadQuerySet,
)


class RosterUpload(SealedUpload):
    """One uploaded roster 花名册. The file and its preview are encrypted, and erased as soon as they are not needed;
    what stays is who sent what, when, how its columns were understood and what came of it in numbers."""

    class State(models.TextChoices):
        READING = "reading", _("正在读取")
        READY = "ready", _("等您确认")
        APPLYING = "applying", _("正在登记")
        APPLIED = "applied", _("已登记")
        ABANDONED = "abandoned", _("已放弃")
        UNREADABLE = "unreadable", _("读不出来")

    OVER = (State.APPLIED, State.ABANDONED, State.UNREADABLE)
    TONES = {State.APPLIED: "good", State.ABANDONED: "idle", State.UNREADABLE: "bad"}

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    state = models.CharField(_("进展"), max_length=12, choices=State.choices, default=State.READING)
    full = models.JSONField(_("全册范围"), default=dict, blank=True)

    objects = RosterUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("花名册")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "abandoned", "unreadable"])
                | Q(sealed_content="", sealed_preview="", finished_at__isnull=False),
                name="roster_erased_when_over",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("grids:roster", args=[self.pk])


class RosterPage(CommunityRow):
    """One page of what a roster would do, encrypted: a preview of ten thousand households opens as fast as one of ten.

    Made when the roster is read, gone when it is applied or given up.
    """

    class Part(models.TextChoices):
        CHANGED = "changed", _("有更新的户")
        NEW = "new", _("新登记的户")
        MISSING = "missing", _("名册里没有的人")
        DOUBTS = "doubts", _("存疑")

    upload = models.ForeignKey(RosterUpload, models.CASCADE, related_name="pages", verbose_name=_("花名册"))
    part = models.CharField(_("内容"), max_length=8, choices=Part.choices)
    number = models.PositiveIntegerField(_("页"))
    sealed = models.TextField(editable=False)

    objects = RosterPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("花名册预览")
        ordering = ["upload", "part", "number"]
        constraints = [models.UniqueConstraint(fields=["upload", "part", "number"], name="roster_page_once")]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.number}"

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What stands on this page; sensitive values are masked already."""
        return list(json.loads(decrypt(self.sealed)))

    @entries.setter
    def entries(self, entries: list[dict[str, Any]]) -> None:
        self.sealed = encrypt(json.dumps(entries, ensure_ascii=False))


class RosterHeading(CommunityRow):
    """How a community's rosters name a column: remembered once a person has corrected it."""

    heading = models.CharField(_("表头"), max_length=80)
    column = models.CharField(_("栏目"), max_length=32, blank=True)

    objects = RosterHeadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("记住的表头")
        ordering = ["heading"]
        constraints = [models.UniqueConstraint(fields=["community", "heading"], name="roster_heading_once")]

    def __str__(self) -> str:
        return self.heading


class RosterDoubt(CommunityRow):
    """A row of an applied roster that somebody has to look at: an address that does not parse, a person in doubt."""

    class State(models.TextChoices):
        OPEN = "open", _("等待核对")
        DONE = "done", _("已处理")
        DISMISSED = "dismissed", _("不用处理")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    upload = models.ForeignKey(RosterUpload, models.PROTECT, related_name="doubts", verbose_name=_("花名册"))
    sheet = models.CharField(_("表"), max_length=60)
    row = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("栏目"), max_length=60, blank=True)
    reason = models.CharField(_("情况"), max_length=60)
    severity = models.CharField(_("怎样处理"), max_length=16)
    content = EncryptedCharField(_("这一行写的"), max_length=4000, blank=True)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    note = models.CharField(_("说明"), max_length=120, blank=True)

    objects = RosterDoubtQuerySet.as_manager()

    class Meta:
        verbose_name = _("花名册存疑")
        ordering = ["created_at", "sheet", "row", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=["done", "dismissed"], decided_at__isnull=False, decided_by__isnull=False),
                name="roster_doubt_decided_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["community", "state", "created_at"])]

    def __str__(self) -> str:
        return gettext("%(sheet)s第 %(row)s 行") % {"sheet": self.sheet, "row": self.row}

    def get_absolute_url(self) -> str:
        return reverse("grids:roster_doubt", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.state == self.State.OPEN

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        return {self.State.DONE: "good", self.State.DISMISSED: "idle"}.get(self.State(self.state), "wait")
