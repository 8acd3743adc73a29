"""A roster on its way through the browser: sent, read, looked at, applied or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import Community
from core import clock, jobs
from core.models import Job
from core.refusal import Refused
from core.scoping import locked
from grids.models import Building, Estate, Grid, RosterPage, RosterUpload
from grids.rosters import applying, memory, preview, review
from grids.rosters.missing import Full
from grids.rosters.plan import Plan

if TYPE_CHECKING:
    from community.models import User

State = RosterUpload.State
KEPT = timedelta(days=7)
_WHY = "a job works on the roster that a view found through visible_to"
_READ, _PLANNED = 30, 95  # of a hundred: how far reading is when the file is read, and when it is compared


@transaction.atomic
def take_in(content: bytes, *, name: str, community: Community, by: User) -> Job:
    """Keep an uploaded roster, sealed, and begin to read it; gives the job. Columns are understood as last time."""
    forget_old()
    upload = RosterUpload(community=community, owner=by, name=name[:120], mapping=memory.remembered(community))
    upload.content = content
    upload.save(force_insert=True)
    audit.record("roster_sent", upload, by=by)
    return _begin_reading(upload, by=by)


@transaction.atomic
def understand(upload: RosterUpload, *, mapping: Mapping[str, str], by: User) -> Job:
    """Read the roster again with its columns understood as somebody says (normal heading → meaning); it is remembered
    for the next file of the community."""
    upload = _still_open(upload)
    memory.remember(upload.community, mapping, by=by)
    upload.mapping = {**upload.mapping, **mapping}
    upload.state = State.READING
    upload.save(update_fields=["mapping", "state"])
    return _begin_reading(upload, by=by)


@transaction.atomic
def say_full(upload: RosterUpload, *, full: Full, by: User) -> Job:
    """Read the roster again as the full one of these places, or of none: who is missing there will be proposed."""
    upload = _still_open(upload)
    upload.full = full.as_kept()
    upload.state = State.READING
    upload.save(update_fields=["full", "state"])
    audit.record("roster_said_full", upload, by=by, changes={"full": [None, describe(upload)]})
    return _begin_reading(upload, by=by)


@transaction.atomic
def carry_out(upload: RosterUpload, *, fingerprint: str, by: User) -> Job:
    """Begin to apply the roster as its preview says; Refused when that preview is no longer the one that was seen."""
    upload = _still_open(upload)
    if upload.state != State.READY or fingerprint != upload.fingerprint:
        raise Refused(_("预览已经更新，请看过新的预览再确认。"))
    upload.state = State.APPLYING
    label = _("登记花名册 %(name)s") % {"name": upload.name}
    job = jobs.start("roster_apply", label, owner=by, task=_apply, args=[str(upload.pk), by.pk])
    upload.job = job.pk
    upload.save(update_fields=["state", "job"])
    return job


@transaction.atomic
def take_up(upload: RosterUpload, *, by: User) -> Job | RosterUpload:
    """Go on with a roster whose work broke off: read it again, or back to its preview; nothing was written."""
    upload = _still_open(upload)
    if not upload.broke_off:
        raise Refused(_("这份花名册还在办，请等一等再看。"))
    if upload.state == State.READING:
        return _begin_reading(upload, by=by)
    upload.state = State.READY
    upload.save(update_fields=["state"])
    return upload


def describe(upload: RosterUpload) -> str:
    """Where somebody has said that this is the full roster, in words; "" for nowhere."""
    full = Full.of(upload.full)
    if full.everywhere:
        return _("全社区")
    rows: list[Any] = []
    for model, ids in ((Estate, full.estates), (Grid, full.grids), (Building, full.buildings)):
        rows += model.objects.unscoped(reason=_WHY).filter(community=upload.community_id, pk__in=ids)
    return "、".join(str(row) for row in rows)


@transaction.atomic
def give_up(upload: RosterUpload, *, by: User) -> RosterUpload:
    """Erase the roster without applying it."""
    upload = _still_open(upload)
    if upload.state == State.APPLYING and not upload.broke_off:
        raise Refused(_("这份花名册正在登记，不能放弃。"))
    _close(upload, State.ABANDONED)
    audit.record("roster_given_up", upload, by=by)
    return upload


def forget_old() -> int:
    """Erase the files of rosters that nobody decided about for a week; gives how many there were."""
    waiting = RosterUpload.objects.unscoped(reason="housekeeping").exclude(state__in=RosterUpload.OVER)
    old = list(waiting.filter(created_at__lt=clock.now() - KEPT).values_list("pk", flat=True))
    RosterPage.objects.unscoped(reason="housekeeping").filter(upload__in=old).delete()
    return waiting.filter(pk__in=old).update(state=State.ABANDONED, finished_at=clock.now(), **RosterUpload.ERASED)


def _begin_reading(upload: RosterUpload, *, by: User) -> Job:
    label = _("读取花名册 %(name)s") % {"name": upload.name}
    job = jobs.start("roster_read", label, owner=by, task=_read, args=[str(upload.pk)])
    upload.job = job.pk
    upload.save(update_fields=["job"])
    return job


def _still_open(upload: RosterUpload) -> RosterUpload:
    upload = locked(upload)
    if upload.is_over:
        raise Refused(_("这份花名册已经办结，请重新上传。"))
    return upload


@jobs.work
def _read(job: Job, upload_pk: str) -> dict[str, Any]:
    """Read the file and plan; a file that cannot be read is erased and the job says why."""
    upload = _found(upload_pk)
    jobs.progress(job, 0, 100)
    try:
        roster = applying.read(upload.content, upload.name, upload.mapping)
    except Refused:
        _close(upload, State.UNREADABLE)
        raise
    jobs.progress(job, _READ, 100)
    plan = applying.plan(
        roster,
        community=upload.community,
        full=Full.of(upload.full),
        progress=lambda done, total: jobs.progress(job, _READ + (_PLANNED - _READ) * done // total, 100),
    )
    with transaction.atomic():
        preview.write(upload, plan)
        upload.fingerprint = plan.fingerprint()
        upload.state = State.READY
        upload.save(update_fields=["sealed_preview", "fingerprint", "state"])
    jobs.progress(job, 100, 100)
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
    by = User.objects.get(pk=user_pk)
    try:
        with transaction.atomic():
            plan = applying.apply(
                roster,
                community=upload.community,
                by=by,
                full=Full.of(upload.full),
                expected=upload.fingerprint,
                progress=lambda done, _total: jobs.progress(job, 1 + done, steps),
            )
            _finish(upload, plan, by=by)
    except Refused:
        upload.state = State.READY
        upload.save(update_fields=["state"])
        raise
    return _result(upload)


@transaction.atomic
def keep_record(plan: Plan, *, name: str, mapping: Mapping[str, str], full: Full, by: User) -> RosterUpload:
    """Keep that a roster was applied without an upload, by the command, and its doubts on the review list."""
    upload = RosterUpload(
        community=plan.community, owner=by, name=name[:120], mapping=dict(mapping), full=full.as_kept()
    )
    upload.save(force_insert=True)
    _finish(upload, plan, by=by)
    return upload


def _finish(upload: RosterUpload, plan: Plan, *, by: User) -> None:
    kept, solved = review.keep(plan, upload, by=by)
    told = {"change": len(plan.changes()), "missing": len(plan.missing), "doubts": kept, "solved": solved}
    upload.outcome = {**plan.created(), **told}
    _close(upload, State.APPLIED)


def _result(upload: RosterUpload) -> dict[str, Any]:
    words = _("登记好了：新增 %(households)s 户、%(residents)s 人，更新 %(change)s 处。") % upload.outcome
    return {"url": upload.get_absolute_url(), "words": words}


def _found(upload_pk: str) -> RosterUpload:
    upload: RosterUpload = RosterUpload.objects.unscoped(reason=_WHY).select_related("community").get(pk=upload_pk)
    return upload


def _close(upload: RosterUpload, state: str) -> None:
    preview.erase(upload)
    upload.close(state)
