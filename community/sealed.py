"""A file that somebody sent, kept sealed until it is decided what comes of it: a roster, a statement."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock
from core.fields import decrypt, encrypt
from core.ids import uuid7
from core.models import Job

READING, APPLYING = "reading", "applying"


class SealedUpload(CommunityRow):
    """Abstract: the file and its preview are encrypted, and erased as soon as they are not needed (`close`).

    A room says its states, two of which are "reading" and "applying", which of them are `OVER`, and their `TONES`.
    """

    OVER: ClassVar[Collection[str]] = ()
    TONES: ClassVar[Mapping[Any, str]] = {}
    ERASED: ClassVar[Mapping[str, str]] = {"sealed_content": "", "sealed_preview": "", "fingerprint": ""}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("文件名"), max_length=120)
    mapping = models.JSONField(_("栏目对应"), default=dict, blank=True)
    job = models.UUIDField(null=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True)
    outcome = models.JSONField(_("结果"), default=dict, blank=True)
    finished_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    sealed_content = models.TextField(blank=True, editable=False)
    sealed_preview = models.TextField(blank=True, editable=False)

    state: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to decide, and the file is gone."""
        return self.state in self.OVER

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        return self.TONES.get(self.state, "wait")

    @property
    def broke_off(self) -> bool:
        """Whether the work on it has ended without an end of it: its worker was killed, or failed."""
        if self.state not in (READING, APPLYING):
            return False
        job = Job.objects.filter(pk=self.job).first() if self.job else None
        return job is None or job.is_over

    @property
    def content(self) -> bytes:
        """The file as it was sent; b"" once it is erased."""
        return base64.b85decode(decrypt(self.sealed_content)) if self.sealed_content else b""

    @content.setter
    def content(self, content: bytes) -> None:
        self.sealed_content = encrypt(base64.b85encode(content).decode())

    @property
    def preview(self) -> dict[str, Any]:
        """What would come of it, in numbers and short lists; {} before it is read and after the end."""
        return dict(json.loads(decrypt(self.sealed_preview))) if self.sealed_preview else {}

    @preview.setter
    def preview(self, summary: dict[str, Any]) -> None:
        self.sealed_preview = encrypt(json.dumps(summary, ensure_ascii=False))

    def close(self, state: str, *also: str) -> None:
        """Erase the file and its preview, and end in this state; keeps its outcome and the fields named in `also`."""
        self.state, self.finished_at = state, clock.now()
        for name, nothing in self.ERASED.items():
            setattr(self, name, nothing)
        changed: list[str] = ["state", "finished_at", "outcome", *self.ERASED, *also]
        self.save(update_fields=changed)
