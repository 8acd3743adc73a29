"""Reads every version of a published quarter again, what lies under its root and what stands behind it in the books,
and names the first thing that is not as it was signed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from community.files import path_of
from community.models import AuditEvent
from core.money import yuan
from core.quarters import Quarter
from core.refusal import Refused
from grids.models import Household
from property import verification as books
from property.models import Book, Publication, PublicationLeaf, PublicationLine, PublicationSignature
from property.models.proofs import fen
from property.models.publication import SIGNATORIES
from property.proofs.leaves import paid_in
from property.proofs.trees import LineTree, SumTree, line_leaf, sum_leaf
from property.publication import seal
from property.publication.actions import draft_sections
from property.publication.hashes import content_hash_of, hash_of
from property.publication.rows import BrokenLine, Row, Section, thaw

Line = tuple[int, int, str]
State = Publication.State
OF_THE_BOOKS = (Section.FUNDS, Section.ITEMS, Section.SPENDING, Section.CASH, Section.HISTORY)
NOT_OF_THE_BOOKS = {"name", "payee", "rate", "receivable", "received", "budget"}
"""Cells that are words or may have become others since, such as next year's budget; the hash holds them."""


@dataclass(slots=True)
class Verdict:
    """What was read, and the first wrong thing with what is wrong with it ("" when all is well)."""

    versions: int = 0
    lines: int = 0
    leaves: int = 0
    vouchers: int = 0
    hash: str = ""
    row: str = ""
    wrong: str = ""

    @property
    def is_good(self) -> bool:
        return not self.wrong


class _Wrong(Exception):
    """The first thing that is wrong, and why."""


def verify(book: Book, quarter: Quarter) -> Verdict:
    """All versions of the quarter that are out; the valid one also against vouchers, balances and payments."""
    verdict = Verdict()
    versions = list(Publication.objects.of_book(book).filter(quarter=str(quarter)).out().for_page().order_by("version"))
    try:
        _verify_versions(versions)
        for publication in versions:
            _verify_sheet(publication, verdict)
        _verify_books(book, versions[-1], verdict)
    except _Wrong as found:
        verdict.row, verdict.wrong = found.args
    return verdict


def _verify_versions(versions: Sequence[Publication]) -> None:
    """Each version corrects the one before, and the last one alone is valid."""
    for number, publication in enumerate(versions, start=1):
        if publication.version != number:
            raise _Wrong(publication.version_label, _("前面缺了一版"))
    for before, publication in pairwise(versions):
        if publication.supersedes_id != before.pk:
            raise _Wrong(publication.version_label, _("更正的不是前一版"))
    for publication in versions:
        wanted = State.PUBLISHED if publication is versions[-1] else State.SUPERSEDED
        if publication.state != wanted:
            raise _Wrong(publication.version_label, _("状态应该是“%(state)s”") % {"state": wanted.label})


def _verify_sheet(publication: Publication, verdict: Verdict) -> None:
    """Lines, leaves, signatures, hashes, code and paper of one version."""
    label = publication.version_label
    lines = _verify_lines(publication)
    signatures = list(PublicationSignature.objects.of(publication))
    rows = _rows(label, lines)
    leaves = list(PublicationLeaf.objects.of(publication))
    _verify_leaves(publication, leaves)
    _verify_sum(publication, rows)
    _verify_signatures(publication, signatures, content_hash_of(publication, lines))
    _verify_published(publication, signatures)
    _verify_paper(publication)
    verdict.versions += 1
    verdict.lines += len(lines)
    verdict.leaves += len(leaves)
    verdict.hash = publication.hash


def _verify_lines(publication: Publication) -> list[Line]:
    """Every frozen line gives its hash, and all of them their root."""
    label = publication.version_label
    stored = PublicationLine.objects.of(publication).values_list("section", "position", "cells", "hash")
    lines = []
    for section, position, cells, hashed in sorted(stored):
        if line_leaf(section, position, cells) != hashed:
            raise _Wrong(_at(label, section, position), _("这一行和签字时不一样"))
        lines.append((section, position, cells))
    try:
        root = publication.root
    except ObjectDoesNotExist:
        raise _Wrong(label, _("公示的总根不见了")) from None
    tree = LineTree.of(lines)
    if (root.line_count, root.line_hash) != (tree.count, tree.root):
        raise _Wrong(
            label,
            _("签字时是 %(wanted)d 行，现在是 %(found)d 行，或者有一行被换过")
            % {"wanted": root.line_count, "found": tree.count},
        )
    return lines


def _rows(label: str, lines: Sequence[Line]) -> list[tuple[int, int, Row]]:
    """The lines read; raises for one that nobody froze, and for a gap."""
    rows = []
    wanted: dict[int, int] = defaultdict(int)
    for section, position, cells in lines:
        wanted[section] += 1
        if position != wanted[section]:
            raise _Wrong(_at(label, section, wanted[section]), _("缺了这一行"))
        try:
            rows.append((section, position, thaw(section, cells)))
        except BrokenLine:
            raise _Wrong(_at(label, section, position), _("这一行读不出来，有人改动过")) from None
    return rows


def _at(label: str, section: int, position: int) -> str:
    return _("%(version)s第 %(section)d 部分第 %(position)d 行") % {
        "version": label,
        "section": section,
        "position": position,
    }


def _verify_leaves(publication: Publication, leaves: Sequence[PublicationLeaf]) -> None:
    """Every household's part gives its hash, and all of them the root with its sums."""
    label = publication.version_label
    for leaf in leaves:
        if sum_leaf(leaf.content).hash != leaf.hash:
            raise _Wrong(f"{label} {leaf.door}", _("这一户交的钱和公示时不一样"))
    tree, root = SumTree.over(sum_leaf(leaf.content) for leaf in leaves), publication.root
    if (root.count, root.hash) != (tree.count, tree.root.hash):
        raise _Wrong(label, _("各户交费的总根和每户的对不上"))
    if (fen(root.paid), fen(root.back)) != (tree.root.paid, tree.root.back):
        raise _Wrong(label, _("各户交费的合计和每户相加的对不上"))


def _verify_sum(publication: Publication, rows: Sequence[tuple[int, int, Row]]) -> None:
    """What section 5 says was received is what the leaves add up to."""
    total = publication.root.paid - publication.root.back
    said = [(position, row) for section, position, row in rows if section == Section.COLLECTION]
    for position, row in said:
        if row.received != total:  # type: ignore[union-attr]
            raise _Wrong(
                _at(publication.version_label, Section.COLLECTION, position),
                _("写的是收到 %(said)s 元，各户相加是 %(total)s 元")
                % {"said": yuan(row.received), "total": yuan(total)},  # type: ignore[union-attr]
            )
    if total and not said:
        raise _Wrong(publication.version_label, _("没有写各户一共交了多少"))


def _verify_signatures(publication: Publication, signatures: Sequence[PublicationSignature], content: str) -> None:
    label = publication.version_label
    for row in signatures:
        if row.content_hash != publication.content_hash:
            raise _Wrong(f"{label} {row.get_office_display()} {row.name}", _("签的不是这份内容"))
    if content != publication.content_hash:
        raise _Wrong(label, _("标题、公示单位、更正原因、地点、电话、查账时间或说明和签字时不一样"))
    missing = set(SIGNATORIES) - {row.office for row in signatures}
    if missing or len({row.user_id for row in signatures}) != len(SIGNATORIES):
        raise _Wrong(label, _("不是五个职务、五个人签的字"))


def _verify_published(publication: Publication, signatures: Sequence[PublicationSignature]) -> None:
    label = publication.version_label
    if hash_of(publication, signatures) != publication.hash:
        raise _Wrong(label, _("公示的日期、某个人的签字或校验码被改过"))
    if publication.check_code != seal.code_of(publication.hash):
        raise _Wrong(label, _("查验码和校验码对不上"))
    for row in signatures:
        if publication.published_at is None or row.at > publication.published_at:
            raise _Wrong(f"{label} {row.get_office_display()} {row.name}", _("签字比公示还晚"))


def _verify_paper(publication: Publication) -> None:
    """The PDF on the wall is the one that was stored, and its file is as it was."""
    label = publication.version_label
    if publication.pdf is None:
        raise _Wrong(label, _("张贴的文件不见了"))
    sha256 = publication.pdf.sha256
    said = [
        event.changes["pdf"][1]
        for event in AuditEvent.objects.unscoped(reason="what was recorded when a quarter was published").filter(
            verb="publication_published", target_type="property.publication", target_id=str(publication.pk)
        )
        if "pdf" in event.changes
    ]
    if said and sha256 not in said:
        raise _Wrong(label, _("张贴的文件不是公示时的那一份"))
    path = path_of(sha256)
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise _Wrong(label, _("张贴的文件被换过或不见了"))


def _verify_books(book: Book, publication: Publication, verdict: Verdict) -> None:
    """The whole chain of the books, then the valid version line by line against them and the payments."""
    chain = books.verify(book)
    verdict.vouchers = chain.vouchers
    if not chain.is_good:
        raise _Wrong(chain.row, chain.wrong)
    try:
        now = draft_sections(publication)[0]
    except Refused as refusal:
        raise _Wrong(str(book), str(refusal)) from None
    wanted = {(section, position): row for section, position, row in now.lines()}
    lines = PublicationLine.objects.of(publication).values_list("section", "position", "cells")
    said = {(section, position): thaw(section, cells) for section, position, cells in lines}
    for section, position in sorted(wanted.keys() | said.keys()):
        if section in OF_THE_BOOKS:
            one, other = said.get((section, position)), wanted.get((section, position))
            if one is None or other is None or _facts(one) != _facts(other):
                raise _Wrong(_at(publication.version_label, section, position), _("和账本里的不一样"))
    _verify_payments(book, publication)


def _facts(row: Row) -> dict[str, Any]:
    """The cells of a row that the books say for good."""
    return {name: value for name, value in asdict(row).items() if name not in NOT_OF_THE_BOOKS}


def _verify_payments(book: Book, publication: Publication) -> None:
    """What each household paid by the receipts is what its leaves say."""
    said: dict[Any, Decimal] = defaultdict(Decimal)
    doors: dict[Any, str] = {}
    for leaf in PublicationLeaf.objects.of(publication).select_related("household"):
        owner = leaf.household.merged_into_id or leaf.household_id
        said[owner] += leaf.paid - leaf.back
        doors[owner] = leaf.door
    paid = paid_in(book, publication)
    for home in sorted(said.keys() | paid.keys(), key=str):
        if said.get(home, 0) != paid.get(home, 0):
            words = {"said": yuan(said.get(home, Decimal(0))), "paid": yuan(paid.get(home, Decimal(0)))}
            raise _Wrong(
                f"{publication.version_label} {doors.get(home) or _door(home)}",
                _("公示里是 %(said)s 元，收据相加是 %(paid)s 元") % words,
            )


def _door(household: Any) -> str:
    found = Household.objects.unscoped(reason="a household whose payment is not under a root")
    return str(found.select_related("dwelling").get(pk=household))
