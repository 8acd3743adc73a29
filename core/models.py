"""The only rows of core: long work and how far it is, who does it, and what is done by itself."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ids import uuid7


class Job(models.Model):
    """A piece of long work that somebody started, with its progress and its result."""

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("没有完成")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    label = models.CharField(_("事项"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    state = models.CharField(_("进展"), max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(_("说明"), max_length=300, blank=True)
    result = models.JSONField(default=dict)
    task_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("后台任务")
        indexes = [models.Index(fields=["state", "alive_at"]), models.Index(fields=["owner", "created_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(total=0) | Q(done__lte=F("total")), name="job_done_within_total")
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("core:job", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}


class Worker(models.Model):
    """A worker process and its last sign of life."""

    id = models.CharField(primary_key=True, max_length=64)
    started_at = models.DateTimeField(default=clock.now)
    alive_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("后台进程")
        indexes = [models.Index(fields=["alive_at"])]

    def __str__(self) -> str:
        return self.id


class Duty(models.Model):
    """Something that workers do by themselves every few minutes, and how it last went; see `core.daily`."""

    name = models.CharField(primary_key=True, max_length=60)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    broke_off = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("例行工作")

    def __str__(self) -> str:
        return self.name
