"""The published quarters of the invented estate."""

from __future__ import annotations

from datetime import timedelta

from community.roles import Office
from core import clock
from core.quarters import Quarter
from demo.committee import typed
from demo.days import SIGNED_AFTER, published_quarters
from demo.officers import Officers, at_noon
from property.models import Book, Publication
from property.models.publication import SIGNATORIES
from property.publication import actions

PREPARED_AFTER = timedelta(days=8)
NOTES = {3: "本季更换了门卫室的灯具。居民有疑问的，可以在查账时间来看凭证原件。"}


def publish(book: Book, officers: Officers) -> None:
    """Sign and publish every quarter that is over for long enough."""
    for quarter in published_quarters(clock.today()):
        _publish(book, officers, quarter)


def _publish(book: Book, officers: Officers, quarter: Quarter) -> None:
    people = officers.committee
    with clock.at(at_noon(quarter.end + PREPARED_AFTER)):
        publication = actions.draft_publication(book, by=people[Office.BOOKKEEPER], quarter=quarter)
        publication = _fill(publication, officers, quarter)
    with clock.at(at_noon(quarter.end + SIGNED_AFTER)):
        for office in SIGNATORIES:
            publication = actions.sign(publication, by=people[Office(office)], revision=publication.revision)
        actions.publish(publication, by=people[Office.CHAIR])


def _fill(publication: Publication, officers: Officers, quarter: Quarter) -> Publication:
    people = officers.committee
    sections, _proofs = actions.draft_sections(publication)
    return actions.change_draft(
        publication,
        by=people[Office.CASHIER],
        revision=publication.revision,
        places="小区公告栏和每个单元门口",
        contact="0511-8688 0225",
        inspection_hours="每周三下午 2–4 点，门卫室旁自管会办公室",
        notes=NOTES.get(quarter.number, ""),
        proofs=[
            actions.Proof(
                row.code,
                row.book,
                counted_on=min(quarter.end + timedelta(days=1), clock.today()),
                counted_by=people[Office.CASHIER].name if row.is_cash else "",
                witness=people[Office.SUPERVISOR].name if row.is_cash else "",
            )
            for row in sections.cash
        ],
        rows=typed(publication.book, quarter),
    )
