"""Writes of studies: put up, described, let out to everybody, taken back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from alliance.models import Partner, Study
from community import audit, files
from community.models import Community, User
from core import clock
from core.refusal import Refused
from core.scoping import locked


@transaction.atomic
def add_study(
    community: Community,
    *,
    by: User,
    title: str,
    authors: str,
    year: int,
    summary: str,
    paper: bytes,
    partner: Partner | None = None,
) -> Study:
    """Keep a cleaned PDF with what it is; advisers and the office read it until it is let out."""
    _check(community.pk, by, partner)
    kept = files.store(paper, name=f"{title}.pdf", content_type="application/pdf", community=community, by=by)
    study = Study(
        community=community,
        title=title.strip(),
        authors=authors.strip(),
        year=year,
        summary=summary.strip(),
        partner=partner,
        paper=kept,
        added_by=by,
    )
    study.save(force_insert=True)
    audit.record("study_added", study, by=by)
    return study


@transaction.atomic
def change_study(
    study: Study,
    *,
    by: User,
    title: str,
    authors: str,
    year: int,
    summary: str,
    partner: Partner | None = None,
    paper: bytes | None = None,
) -> Study:
    """Change what is said of a study; with `paper` its file as well, and then it is to be let out anew."""
    _check(study.community_id, by, partner)
    study = locked(study)
    given: dict[str, Any] = {"title": title.strip(), "authors": authors.strip(), "year": year}
    changes = {name: [getattr(study, name), value] for name, value in given.items() if getattr(study, name) != value}
    for name, value in given.items():
        setattr(study, name, value)
    study.summary, study.partner = summary.strip(), partner
    old = None
    if paper is not None:
        old = study.paper
        study.paper = files.store(
            paper, name=f"{study.title}.pdf", content_type="application/pdf", community=study.community, by=by
        )
        study.released_at = study.released_by = None
        changes["paper"] = [old.sha256[:16], study.paper.sha256[:16]]
    study.save()
    audit.record("study_changed", study, by=by, changes=changes)
    if old is not None:
        files.forget([old])
    return study


@transaction.atomic
def release_study(study: Study, *, by: User) -> Study:
    """Let everybody read it; its authors have agreed."""
    _check(study.community_id, by)
    study = locked(study)
    if study.released_at is None:
        study.released_at, study.released_by = clock.now(), by
        study.save(update_fields=["released_at", "released_by"])
        audit.record("study_released", study, by=by)
    return study


@transaction.atomic
def take_back_study(study: Study, *, by: User) -> Study:
    """Only advisers and the office read it again."""
    _check(study.community_id, by)
    study = locked(study)
    if study.released_at is not None:
        study.released_at = study.released_by = None
        study.save(update_fields=["released_at", "released_by"])
        audit.record("study_taken_back", study, by=by)
    return study


@transaction.atomic
def drop_study(study: Study, *, by: User) -> None:
    """Delete a study with its file; one that everybody can read is taken back first."""
    _check(study.community_id, by)
    study = locked(study)
    if study.released_at is not None:
        raise Refused(_("这份报告已经公开，请先收回公开，再删掉。"))
    audit.record("study_dropped", study, by=by)
    paper = study.paper
    study.delete()
    files.forget([paper])


def _check(community_id: int, by: User, partner: Partner | None = None) -> None:
    if community_id not in by.scope.offices_communities:
        raise Refused(_("这一步由社区工作人员来办。"))
    if partner is not None and partner.community_id != community_id:
        raise Refused(_("只能选本社区的联盟单位。"))
