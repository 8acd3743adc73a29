"""A roster on its way through the browser: sent, read, looked at, applied or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from community import audit
from community.models import Community
from core import clock, jobs
from core.models import Job
from core.refusal import Refused
from core.scoping import locked
from grids.models import RosterUpload
from grids.rosters import applying
from grids.rosters import columns as roster_columns
from grids.rosters.plan import Plan

if TYPE_CHECKING:
    from community.models import User

State = RosterUpload.State
LIST_AT_MOST = 500
KEPT = timedelta(days=7)
_WHY = "a job works on the roster that a view found through visible_to"


@transaction.atomic
def take_in(content: bytes, *, name: str, community: Community, by: User) -> Job:
    """Keep an uploaded roster, sealed, and begin to read it; gives the job. Columns are understood as last time."""
    forget_old()
    uploads = RosterUpload.objects.unscoped(reason="how the office understood its columns last time")
    last = uploads.filter(community=community).exclude(mapping={}).defer("sealed_content", "sealed_preview").first()
    upload = RosterUpload(community=community, owner=by, name=name[:120], mapping=last.mapping if last else {})
    upload.content = content
    upload.save(force_insert=True)
    audit.record("roster_sent", upload, by=by)
    return _begin_reading(upload, by=by)


@transaction.atomic
def understand(upload: RosterUpload, *, mapping: Mapping[str, str], by: User) -> Job:
    """Read the roster again with its columns understood as somebody says (normal heading → meaning)."""
    upload = _still_open(upload)
    upload.mapping = {**upload.mapping, **mapping}
    upload.state = State.READING
    upload.save(update_fields=["mapping", "state"])
    return _begin_reading(upload, by=by)


@transaction.atomic
def carry_out(upload: RosterUpload, *, fingerprint: str, by: User) -> Job:
    """Begin to apply the roster as its preview says; Refused when that preview is no longer the one that was seen."""
    upload = _still_open(upload)
    if upload.state != State.READY or fingerprint != upload.fingerprint:
        raise Refused(_("预览已经更新，请看过新的预览再确认。"))
    upload.state = State.APPLYING
    upload.save(update_fields=["state"])
    label = _("登记花名册 %(name)s") % {"name": upload.name}
    return jobs.start("roster_apply", label, owner=by, task=_apply, args=[str(upload.pk), by.pk])


@transaction.atomic
def give_up(upload: RosterUpload, *, by: User) -> RosterUpload:
    """Erase the roster without applying it."""
    upload = _still_open(upload)
    if upload.state == State.APPLYING:
        raise Refused(_("这份花名册正在登记，不能放弃。"))
    _close(upload, State.ABANDONED)
    audit.record("roster_given_up", upload, by=by)
    return upload


def forget_old() -> int:
    """Erase the files of rosters that nobody decided about for a week; gives how many there were."""
    waiting = RosterUpload.objects.unscoped(reason="housekeeping").filter(state__in=[State.READING, State.READY])
    return waiting.filter(created_at__lt=clock.now() - KEPT).update(
        state=State.ABANDONED, sealed_content="", sealed_preview="", fingerprint="", finished_at=clock.now()
    )


def _begin_reading(upload: RosterUpload, *, by: User) -> Job:
    label = _("读取花名册 %(name)s") % {"name": upload.name}
    return jobs.start("roster_read", label, owner=by, task=_read, args=[str(upload.pk)])


def _still_open(upload: RosterUpload) -> RosterUpload:
    upload = locked(upload)
    if upload.is_over:
        raise Refused(_("这份花名册已经办结，请重新上传。"))
    return upload


@jobs.work
def _read(job: Job, upload_pk: str) -> dict[str, Any]:
    """Read the file and plan; a file that cannot be read is erased and the job says why."""
    upload = _found(upload_pk)
    jobs.progress(job, 0, 2)
    try:
        roster = applying.read(upload.content, upload.name, upload.mapping)
    except Refused:
        _close(upload, State.UNREADABLE)
        raise
    jobs.progress(job, 1, 2)
    plan = applying.plan(roster, community=upload.community)
    upload.preview = _for_page(plan)
    upload.fingerprint = plan.fingerprint()
    upload.state = State.READY
    upload.save(update_fields=["sealed_preview", "fingerprint", "state"])
    jobs.progress(job, 2, 2)
    words = _("读完了：%(households)s 户、%(residents)s 人。请看过预览再登记。") % upload.preview
    return {"url": upload.get_absolute_url(), "words": words}


@jobs.work
def _apply(job: Job, upload_pk: str, user_pk: int) -> dict[str, Any]:
    """Apply, and erase the file in the same transaction; where the register has changed, back to the preview."""
    from community.models import User

    upload = _found(upload_pk)
    if upload.state == State.APPLIED:
        return _result(upload)
    steps = 1 + applying.STEPS
    jobs.progress(job, 0, steps)
    roster = applying.read(upload.content, upload.name, upload.mapping)
    jobs.progress(job, 1, steps)
    try:
        with transaction.atomic():
            plan = applying.apply(
                roster,
                community=upload.community,
                by=User.objects.get(pk=user_pk),
                expected=upload.fingerprint,
                progress=lambda done, _total: jobs.progress(job, 1 + done, steps),
            )
            upload.outcome = {**plan.created(), "change": len(plan.changes()), "doubts": len(plan.doubts)}
            _close(upload, State.APPLIED)
    except Refused:
        upload.state = State.READY
        upload.save(update_fields=["state"])
        raise
    return _result(upload)


def _result(upload: RosterUpload) -> dict[str, Any]:
    words = _("登记好了：新增 %(households)s 户、%(residents)s 人，更新 %(change)s 处。") % upload.outcome
    return {"url": reverse("grids:places"), "words": words}


def _found(upload_pk: str) -> RosterUpload:
    upload: RosterUpload = RosterUpload.objects.unscoped(reason=_WHY).select_related("community").get(pk=upload_pk)
    return upload


def _close(upload: RosterUpload, state: str) -> None:
    upload.state = state
    upload.sealed_content = upload.sealed_preview = upload.fingerprint = ""
    upload.finished_at = clock.now()
    upload.save(update_fields=["state", "sealed_content", "sealed_preview", "fingerprint", "finished_at", "outcome"])


def _for_page(plan: Plan) -> dict[str, Any]:
    """The summary with lists that a page can show; the counts are of everything."""
    summary = plan.summary()
    return {
        **summary,
        "doubt_count": len(summary["doubts"]),
        "doubts": summary["doubts"][:LIST_AT_MOST],
        "changes": summary["changes"][:LIST_AT_MOST],
        "known_headings": _headings(summary["columns"]),
    }


def _headings(columns: list[dict[str, Any]]) -> dict[str, str]:
    """Every heading of the file, once, with what it was understood as."""
    found: dict[str, str] = {}
    for sheet in columns:
        for heading, meaning in sheet["headings"]:
            if roster_columns.normal(heading):
                found.setdefault(heading, meaning)
    return found
