"""A statement on its way through the browser: sent, read, looked at, taken in or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock, jobs
from core.models import Job
from core.refusal import Refused
from core.scoping import locked
from property.actions.books import require
from property.models import Account, Book, Statement, StatementFormat, StatementRow
from property.statements import headings, keeping, shown
from property.statements.keeping import Plan
from property.statements.reading import ColumnsUnknown, Reading, read

State = Statement.State
KEPT = timedelta(days=7)
_WHY = "a job works on the statement that a view found through visible_to"


@transaction.atomic
def take_in(book: Book, *, content: bytes, name: str, account: Account | None, by: User) -> Job:
    """Keep an uploaded statement, sealed, and begin to read it; the cashier does. Without `account`, the one that the
    format belongs to."""
    require(by, book.estate_id, Office.CASHIER)
    forget_old()
    guessed = account or keeping.account_of(book, "1002")
    statement = Statement(community_id=book.community_id, book=book, account=guessed, owner=by, name=name[:120])
    statement.outcome = {"guess": account is None}
    statement.content = content
    statement.save(force_insert=True)
    audit.record("statement_sent", statement, by=by)
    return _begin_reading(statement, by=by)


@transaction.atomic
def understand(statement: Statement, *, mapping: Mapping[str, str], by: User) -> Job:
    """Read the statement again with its columns understood as somebody says (normal heading → meaning); the layout is
    remembered for the next statement that has it."""
    statement = _still_open(statement, by)
    texts = list(statement.preview.get("headings", {}))
    if texts:
        remember(statement.community_id, texts, mapping, by=by)
    statement.mapping = {**statement.mapping, **mapping}
    statement.state = State.READING
    statement.save(update_fields=["mapping", "state"])
    return _begin_reading(statement, by=by)


@transaction.atomic
def choose_account(statement: Statement, *, account: Account, by: User) -> Job:
    """Say to which account the statement belongs, and compare again."""
    statement = _still_open(statement, by)
    statement.account, statement.state = account, State.READING
    statement.outcome = {**statement.outcome, "guess": False}
    statement.save(update_fields=["account", "state", "outcome"])
    return _begin_reading(statement, by=by)


@transaction.atomic
def carry_out(statement: Statement, *, fingerprint: str, by: User) -> Job:
    """Begin to take the rows in as the preview says; Refused when that preview is no longer the one that was seen."""
    statement = _still_open(statement, by)
    if statement.state != State.READY or fingerprint != statement.fingerprint:
        raise Refused(_("预览已经更新，请看过新的预览再确认。"))
    if statement.preview.get("unknown"):
        raise Refused(_("请先说明每一栏是什么。"))
    statement.state = State.APPLYING
    label = _("导入对账单 %(name)s") % {"name": statement.name}
    job = jobs.start("statement_apply", label, owner=by, task=_apply, args=[str(statement.pk), by.pk])
    statement.job = job.pk
    statement.save(update_fields=["state", "job"])
    return job


@transaction.atomic
def take_up(statement: Statement, *, by: User) -> Job | Statement:
    """Go on with a statement whose work broke off: read it again, or back to its preview; nothing was written."""
    statement = _still_open(statement, by)
    if not statement.broke_off:
        raise Refused(_("这份对账单还在办，请等一等再看。"))
    if statement.state == State.READING:
        return _begin_reading(statement, by=by)
    statement.state = State.READY
    statement.save(update_fields=["state"])
    return statement


@transaction.atomic
def give_up(statement: Statement, *, by: User) -> Statement:
    """Erase the file without taking its rows in."""
    statement = _still_open(statement, by)
    if statement.state == State.APPLYING and not statement.broke_off:
        raise Refused(_("这份对账单正在导入，不能放弃。"))
    statement.close(State.ABANDONED)
    audit.record("statement_given_up", statement, by=by)
    return statement


@transaction.atomic
def take_back(statement: Statement, *, by: User, reason: str) -> Statement:
    """Take the rows of a statement out again, for a wrong account or file; none of them may be matched yet."""
    require(by, statement.book.estate_id, Office.CASHIER)
    statement = locked(statement)
    locked(statement.account)
    if statement.state != State.APPLIED:
        raise Refused(_("只有已导入的对账单才能撤回。"))
    if not reason.strip():
        raise Refused(_("请写明为什么撤回。"))
    rows = StatementRow.objects.unscoped(reason=_WHY).filter(statement=statement)
    matched = rows.exclude(match=StatementRow.Match.NONE).count()
    if matched:
        raise Refused(_("这份对账单有 %(n)d 笔已经对上，请先取消那些核对。") % {"n": matched})
    count, _by_model = rows.delete()
    statement.state = State.ABANDONED
    statement.outcome = {**statement.outcome, "taken_back": count}
    statement.save(update_fields=["state", "outcome"])
    audit.record("statement_taken_back", statement, by=by, changes={"rows": [count, 0]}, reason=reason.strip())
    return statement


def forget_old() -> int:
    """Erase the files of statements that nobody decided about for a week; gives how many there were."""
    waiting = Statement.objects.unscoped(reason="housekeeping").exclude(state__in=Statement.OVER)
    old = waiting.filter(created_at__lt=clock.now() - KEPT)
    return old.update(state=State.ABANDONED, finished_at=clock.now(), **Statement.ERASED)


@transaction.atomic
def keep_directly(
    found: Plan, *, account: Account, name: str, mapping: Mapping[str, str], by: User | None
) -> Statement:
    """Take the rows of a reading in without an upload, for the command."""
    statement = Statement(
        community_id=account.community_id, book=account.book, account=account, owner=by, name=name[:120]
    )
    statement.mapping = dict(mapping)
    statement.save(force_insert=True)
    if mapping:
        remember(account.community_id, found.reading.headings.texts, mapping, by=by)
    _finish(statement, keeping.plan(found.reading, account), by=by)
    return statement


def remember(community_id: int, texts: list[str], mapping: Mapping[str, str], *, by: User | None) -> None:
    """Keep what somebody said about a layout of columns; what was said before of the same gives way."""
    digest = headings.layout_digest(texts)
    rows = StatementFormat.objects.unscoped(reason=_WHY)
    before = rows.filter(community=community_id, digest=digest).values_list("mapping", flat=True).first() or {}
    row, _made = rows.update_or_create(
        community_id=community_id,
        digest=digest,
        defaults={"headings": texts, "mapping": {**before, **mapping}},
    )
    audit.record("statement_format_kept", row, by=by, changes={"mapping": [str(before), str(row.mapping)]})


def _begin_reading(statement: Statement, *, by: User) -> Job:
    label = _("读取对账单 %(name)s") % {"name": statement.name}
    job = jobs.start("statement_read", label, owner=by, task=_read, args=[str(statement.pk)])
    statement.job = job.pk
    statement.save(update_fields=["job"])
    return job


def _still_open(statement: Statement, by: User) -> Statement:
    require(by, statement.book.estate_id, Office.CASHIER)
    statement = locked(statement)
    if statement.is_over:
        raise Refused(_("这份对账单已经办结，请重新上传。"))
    return statement


@jobs.work
def _read(job: Job, statement_pk: str) -> dict[str, Any]:
    """Read the file and compare; a file that cannot be read is erased and the job says why."""
    statement = _found(statement_pk)
    jobs.progress(job, 0, 3)
    try:
        reading = _reading(statement)
    except ColumnsUnknown as unknown:
        statement.preview = shown.unknown(unknown.headings)
        _be_ready(statement, "")
        return {"url": statement.get_absolute_url(), "words": str(unknown)}
    except Refused:
        statement.close(State.UNREADABLE)
        raise
    jobs.progress(job, 1, 3)
    if statement.outcome.get("guess"):
        statement.account = keeping.account_of(statement.book, reading.format.account)
    found = keeping.plan(reading, statement.account)
    jobs.progress(job, 2, 3)
    with transaction.atomic():
        statement.preview = shown.preview(found)
        _be_ready(statement, found.fingerprint())
    jobs.progress(job, 3, 3)
    words = _("读完了：%(rows)d 笔，其中新的 %(new)d 笔。请看过预览再导入。")
    return {"url": statement.get_absolute_url(), "words": words % {"rows": reading.rows, "new": len(found.new)}}


def _be_ready(statement: Statement, fingerprint: str) -> None:
    statement.fingerprint = fingerprint
    statement.state = State.READY
    statement.save(update_fields=["sealed_preview", "fingerprint", "state", "account"])


@jobs.work
def _apply(job: Job, statement_pk: str, user_pk: int) -> dict[str, Any]:
    """Take the rows in and erase the file in one transaction; where others came meanwhile, back to the preview."""
    statement = _found(statement_pk)
    if statement.state == State.APPLIED:
        return _result(statement)
    by = User.objects.get(pk=user_pk)
    reading = _reading(statement)
    with transaction.atomic():
        locked(statement.account)
        found = keeping.plan(reading, statement.account)
        is_as_seen = found.fingerprint() == statement.fingerprint
        if is_as_seen:
            _finish(statement, found, by=by, job=job)
        else:
            statement.preview = shown.preview(found)
            _be_ready(statement, found.fingerprint())
    if not is_as_seen:
        raise Refused(_("预览以后又有别的对账单导入了，请看过新的预览再确认。"))
    return _result(statement)


def _reading(statement: Statement) -> Reading:
    known = keeping.remembered(statement.community_id)
    return read(statement.content, statement.name, mapping=statement.mapping, remembered=known)


def _finish(statement: Statement, found: Plan, *, by: User | None, job: Job | None = None) -> None:
    reading = found.reading
    kept = keeping.keep(
        statement, found, progress=lambda done, total: jobs.progress(job, done, total) if job is not None else None
    )
    statement.format = reading.format.name
    statement.first, statement.last = reading.first, reading.last
    statement.money_in, statement.money_out = reading.money_in, reading.money_out
    statement.balance_checked = reading.balance_checked
    statement.outcome = {"rows": reading.rows, "new": kept, "known": found.known, "left_out": reading.left_out}
    statement.outcome["doubts"] = len(reading.doubts) + len(found.doubts)
    statement.close(State.APPLIED, "format", "first", "last", "money_in", "money_out", "balance_checked")
    audit.record("statement_taken_in", statement, by=by, changes={"rows": [0, kept]})


def _result(statement: Statement) -> dict[str, Any]:
    words = _("导入好了：新的 %(new)d 笔，已经有的 %(known)d 笔没有重复记。") % statement.outcome
    return {"url": statement.get_absolute_url(), "words": words}


def _found(statement_pk: str) -> Statement:
    rows = Statement.objects.unscoped(reason=_WHY).select_related("account__book", "book__estate")
    statement: Statement = rows.get(pk=statement_pk)
    return statement
