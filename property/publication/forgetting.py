"""For how long it is kept who asked about a quarter and who signed a petition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import Community
from community.retention import Rule
from property.models import AuditPetition, PetitionSignature, PublicationQuestion
from property.publication.personal import forget_signers

_WHY = "what has been kept for its time"
YEAR = 365


def _askers(community: Community, before: datetime) -> Any:
    rows = PublicationQuestion.objects.unscoped(reason=_WHY).filter(community=community, asked_by__isnull=False)
    return rows.exclude(state="open").filter(Q(answered_at__lt=before) | Q(state="withdrawn", asked_at__lt=before))


def _signers(community: Community, before: datetime) -> Any:
    rows = PetitionSignature.objects.unscoped(reason=_WHY).filter(community=community, user__isnull=False)
    return rows.filter(petition__state=AuditPetition.State.ENDED, petition__ended_at__lt=before)


def _forget_askers(community: Community, before: datetime) -> int:
    return int(_askers(community, before).update(asked_by=None, household=None))


def _forget_signers(community: Community, before: datetime) -> int:
    return forget_signers(_signers(community, before))


RULES = (
    Rule(
        slug="quarter_askers",
        what=_("谁对公示提了问题"),
        then=_("只留问题和答复，不再记是谁问的"),
        days=2 * YEAR,
        basis=_("答复以后还要能查对一段时间"),
        count=lambda community, before: int(_askers(community, before).count()),
        forget=_forget_askers,
    ),
    Rule(
        slug="petition_signers",
        what=_("谁在审计联名上签了名"),
        then=_("只留人数和面积，不再记是谁签的"),
        days=2 * YEAR,
        basis=_("联名结束以后还要能核对一段时间"),
        count=lambda community, before: int(_signers(community, before).count()),
        forget=_forget_signers,
    ),
)
