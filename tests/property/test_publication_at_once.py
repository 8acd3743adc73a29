"""Several people press the same button at once: a quarter is signed once an office, published once, corrected once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection

from core.quarters import Quarter
from core.refusal import Refused
from property.models import (
    Publication,
    PublicationLeaf,
    PublicationLine,
    PublicationRoot,
    PublicationSignature,
    Voucher,
)
from property.publication import actions
from tests.factories import full_committee_of
from tests.property.fee_payments import book_days, home_of, pay

pytestmark = pytest.mark.django_db(transaction=True)
AUTUMN = Quarter(2025, 4)
TOGETHER = 4


def at_once(act: Callable[[], Any]) -> list[Any]:
    """What each of several threads got that did the same at the same moment: a result, or what refused it."""
    barrier, got = threading.Barrier(TOGETHER), []

    def one() -> None:
        try:
            barrier.wait(timeout=30)
            got.append(act())
        except (Refused, IntegrityError) as refusal:
            got.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _thread in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(got) == TOGETHER
    return got


def done(got: list[Any]) -> int:
    return sum(not isinstance(one, Exception) for one in got)


def test_a_quarter_goes_its_way_once_whoever_presses_at_once() -> None:
    committee = full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])
    committee.post(Voucher.objects.get(book=committee.book, kind="opening"))
    for amount in ("360.00", "120.50"):
        pay(committee, home_of(committee), amount)
    book_days(committee, AUTUMN)
    committee.close(AUTUMN)
    draft = committee.fill(actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN))

    got = at_once(lambda: actions.sign(draft, by=committee.bookkeeper, revision=draft.revision))
    assert done(got) == 1
    assert PublicationSignature.objects.count() == 1
    assert (PublicationLeaf.objects.count(), PublicationRoot.objects.count()) == (4, 1)
    lines = PublicationLine.objects.count()

    signed = Publication.objects.get()
    for signer in committee.signers[1:]:
        signed = actions.sign(signed, by=signer, revision=signed.revision)
    got = at_once(lambda: actions.publish(signed, by=committee.chair))
    assert done(got) == 1
    published = Publication.objects.get()
    assert (published.state, PublicationLine.objects.count()) == ("published", lines)

    got = at_once(lambda: actions.correct(published, by=committee.chair, reason="漏写电话"))
    assert done(got) == 1
    assert sorted(Publication.objects.values_list("version", flat=True)) == [1, 2]
