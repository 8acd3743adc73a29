"""The published quarter: its head, its frozen lines, its signatures, and the proof of the money that is there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.roles import Office
from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from core.quarters import Quarter
from core.states import StateTable, Transition
from property.models.ledger import Account, Book, signed
from property.publication.querysets import PartQuerySet, PublicationQuerySet

# Who signs, in this order, and the word that stands above each name on the sheet.
SIGNATORIES: dict[str, Any] = {
    Office.BOOKKEEPER: pgettext_lazy("signature", "制表"),
    Office.CASHIER: pgettext_lazy("signature", "出纳"),
    Office.REVIEWER: pgettext_lazy("signature", "审核"),
    Office.CHAIR: pgettext_lazy("signature", "负责人"),
    Office.SUPERVISOR: pgettext_lazy("signature", "监督"),
}


class Publication(CommunityRow):
    """A quarter of a book as it is published; `quarter` is "2026Q3".

    While it is a draft the lines are made from the books each time they are shown. The first signature freezes them
    and sets `content_hash`; publishing sets `hash` and `check_code`, and nothing changes any more. A correction is the
    next version, which `supersedes` this one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("publication", "编制中")
        SIGNING = "signing", pgettext_lazy("publication", "签字中")
        PUBLISHED = "published", pgettext_lazy("publication", "已公示")
        SUPERSEDED = "superseded", pgettext_lazy("publication", "已有更正版")

    TONES = {State.DRAFT: "idle", State.SIGNING: "wait", State.PUBLISHED: "good", State.SUPERSEDED: "warn"}
    UNFINISHED = (State.DRAFT, State.SIGNING)
    OUT = (State.PUBLISHED, State.SUPERSEDED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="publications", verbose_name=_("账本"))
    quarter = models.CharField(_("季度"), max_length=6)
    version = models.PositiveSmallIntegerField(_("第几版"), default=1)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=60)
    issuer = models.CharField(_("公示单位"), max_length=80)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="corrected_by", verbose_name=_("更正的是哪一版")
    )
    reason = models.CharField(_("更正的原因"), max_length=200, blank=True)
    places = models.CharField(_("张贴地点"), max_length=120, blank=True)
    contact = models.CharField(_("咨询电话"), max_length=40, blank=True)
    inspection_hours = models.CharField(_("查账时间和地点"), max_length=120, blank=True)
    notes = models.TextField(_("说明"), max_length=2000, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    drafted_at = models.DateTimeField(_("编制时间"), default=clock.now)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("编制人"))
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(_("校验码"), max_length=64, blank=True, editable=False)
    check_code = models.CharField(_("查验码"), max_length=12, null=True, unique=True, editable=False)
    notice_from = models.DateField(_("公示开始"), null=True)
    notice_to = models.DateField(_("公示结束"), null=True)
    published_at = models.DateTimeField(_("公示时间"), null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("公示人"))
    pdf = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+", verbose_name=_("张贴的文件"))

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("季度公示")
        ordering = ["-quarter", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["book", "quarter", "version"], name="publication_version_once"),
            models.UniqueConstraint(
                fields=["book", "quarter"],
                condition=Q(state__in=["draft", "signing"]),
                name="publication_one_in_the_making",
            ),
            models.UniqueConstraint(
                fields=["book", "quarter"], condition=Q(state="published"), name="publication_one_valid"
            ),
            signed("published"),
            models.CheckConstraint(
                condition=Q(state="draft", content_hash="") | ~Q(state="draft") & ~Q(content_hash=""),
                name="publication_frozen_when_signed",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["published", "superseded"],
                    published_at__isnull=False,
                    check_code__isnull=False,
                    notice_from__isnull=False,
                    notice_to__isnull=False,
                    pdf__isnull=False,
                )
                & ~Q(hash="")
                | Q(
                    state__in=["draft", "signing"],
                    published_at__isnull=True,
                    check_code__isnull=True,
                    notice_from__isnull=True,
                    notice_to__isnull=True,
                    pdf__isnull=True,
                    hash="",
                ),
                name="publication_sealed_when_published",
            ),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True) | Q(version__gt=1, supersedes__isnull=False),
                name="publication_correction_names_its_version",
            ),
            models.CheckConstraint(
                condition=Q(notice_to__isnull=True) | Q(notice_to__gt=F("notice_from")), name="publication_notice_order"
            ),
        ]
        indexes = [models.Index(fields=["community", "book", "state", "quarter"])]

    def __str__(self) -> str:
        return f"{self.book.estate} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("property:quarter", args=[self.pk])

    @property
    def period(self) -> Quarter:
        return Quarter.parse(self.quarter)

    @property
    def label(self) -> str:
        """The quarter in the reader's language; the title on the sheet is in the language of the books."""
        return gettext("%(quarter)s收支公示") % {"quarter": self.period.label}

    @property
    def version_label(self) -> str:
        return gettext("第 %(version)d 版") % {"version": self.version}

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_out(self) -> bool:
        """Whether it has been published, corrected since or not."""
        return self.state in self.OUT

    def steps(self, user: User) -> list[Transition]:
        """What `user` can do with it now."""
        return PUBLICATION_STEPS.steps(self.state, user.scope.offices(self.book.estate_id))


_S = Publication.State
_ALL = tuple(SIGNATORIES)
_WRITERS = (Office.BOOKKEEPER, Office.CASHIER)
PUBLICATION_STEPS = StateTable(
    [
        Transition("", _S.DRAFT, "draft", _("编制公示"), (Office.BOOKKEEPER,)),
        Transition("", _S.DRAFT, "correct", _("出更正版"), (Office.BOOKKEEPER, Office.CHAIR), ("reason",)),
        Transition(_S.DRAFT, _S.SIGNING, "sign", _("签字"), (Office.BOOKKEEPER,)),
        Transition(_S.DRAFT, _S.DRAFT, "change", _("填写公示内容"), _WRITERS),
        Transition(_S.SIGNING, _S.SIGNING, "sign", _("签字"), _ALL),
        Transition(_S.SIGNING, _S.PUBLISHED, "publish", _("公示"), (Office.CHAIR,)),
        Transition(_S.SIGNING, _S.DRAFT, "change", _("改内容（重新签字）"), _WRITERS),
        Transition(_S.PUBLISHED, _S.SUPERSEDED, "supersede", _("由更正版代替"), (Office.CHAIR,)),
    ]
)


class PublicationLine(CommunityRow):
    """A frozen row; `cells` is its canonical JSON, read by `publication.rows`, `hash` its leaf in the lines' tree."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="lines", db_index=False)
    section = models.PositiveSmallIntegerField(_("部分"))
    position = models.PositiveIntegerField(_("行"))
    cells = models.TextField()
    hash = models.CharField(max_length=64)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示内容")
        ordering = ["section", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "section", "position"], name="publication_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.section}.{self.position}"


class PublicationSignature(CommunityRow):
    """A signature under the lines whose hash is `content_hash`; the name is kept as it was."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="signatures", db_index=False)
    office = models.CharField(_("职务"), max_length=20, choices=list(SIGNATORIES.items()))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("签字人"))
    name = models.CharField(_("姓名"), max_length=40)
    at = models.DateTimeField(_("签字时间"))
    content_hash = models.CharField(max_length=64)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("签字")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "office"], name="publication_office_signs_once"),
            models.UniqueConstraint(fields=["publication", "user"], name="publication_person_signs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_office_display()} {self.name}"


class CashProof(CommunityRow):
    """What the bank's statement or the counted cash says of a money account at the end of the quarter.

    `items` are [what, yuan as text] that stand in the books and not on the statement (negative: the other way round).
    `balance` is None until the cashier has typed it.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="proofs", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("账户"))
    balance = models.DecimalField(_("对账单或盘点的余额（元）"), max_digits=14, decimal_places=2, null=True)
    items = models.JSONField(_("未达账项"), default=list)
    explanation = models.CharField(_("差额的原因"), max_length=200, blank=True)
    counted_on = models.DateField(_("对账或盘点日期"), null=True)
    counted_by = models.CharField(_("盘点人"), max_length=40, blank=True)
    witness = models.CharField(_("监盘人"), max_length=40, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("钱款核对")
        ordering = ["account__code"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "account"], name="cash_proof_once"),
            models.CheckConstraint(
                condition=Q(counted_by="") | ~Q(counted_by=F("witness")), name="cash_proof_two_people"
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)

    @property
    def is_cash(self) -> bool:
        """Whether the money lies in a drawer and is counted, not told by a statement."""
        return self.account.code.startswith("1001")


class PublicationEntry(CommunityRow):
    """A row that the bookkeeper typed for section 6, 7 or 8 of a draft; `cells` as in PublicationLine."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="entries", db_index=False)
    section = models.PositiveSmallIntegerField(_("部分"))
    position = models.PositiveIntegerField(_("行"))
    cells = models.TextField()

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("填写的公示内容")
        ordering = ["section", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "section", "position"], name="publication_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.section}.{self.position}"
