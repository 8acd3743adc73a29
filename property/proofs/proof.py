"""A household's proof: what it paid in a quarter, and the way from there to the code on the posted sheet.

The data is what is handed out as JSON. It holds nothing of another household but hashes, and beside each step the sum
of the leaves below: of single leaves that is a random part of what somebody paid.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from core.hashing import canonical
from core.money import yuan
from grids.models import Household
from property.models import Publication, PublicationLeaf, PublicationLine, PublicationSignature
from property.proofs.leaves import payments_summary, tree_of
from property.proofs.trees import LineTree, Sum, climb_line, climb_sum, line_leaf, root_of, sum_leaf
from property.publication import seal
from property.publication.hashes import content_of, published_of
from property.publication.rows import Section

KIND = "gongzhi-payment-1"


class Broken(ValueError):
    """A proof that does not lead to the hash of the publication; the text says where it fails, in English."""


@dataclass(frozen=True)
class HomeProof:
    """What one household of the reader paid in a published quarter. `data` is None where it paid nothing, and where
    `broken` says that what is stored is not what was published."""

    household: Household
    door: str
    paid: Decimal
    total: Decimal
    data: dict[str, Any] | None
    broken: str = ""

    @property
    def is_back(self) -> bool:
        """Whether the household got back more than it paid."""
        return self.paid < 0

    @property
    def amount(self) -> str:
        return yuan(abs(self.paid))

    @property
    def sum(self) -> str:
        return yuan(self.total)

    @staticmethod
    def yuan_of(part: Mapping[str, Any]) -> Decimal:
        """What a part stands for, below zero for money that went back."""
        return _yuan(part["leaf"]["paid"] - part["leaf"]["back"])

    @staticmethod
    def hash_of(part: Mapping[str, Any]) -> str:
        return sum_leaf(part["leaf"]).hash

    def as_json(self) -> bytes:
        """The file that is handed out."""
        return json.dumps(self.data, ensure_ascii=False, indent=1).encode()


def proofs_for(
    publication: Publication, homes: Iterable[Household], leaves: Sequence[PublicationLeaf]
) -> list[HomeProof]:
    """A proof a household. `publication` is read with `for_page` and is out, `leaves` are the households' own."""
    frame = _Frame.of(publication)
    return [frame.proof(home, [leaf for leaf in leaves if _is_of(leaf, home)]) for home in homes]


def _is_of(leaf: PublicationLeaf, home: Household) -> bool:
    return home.pk in (leaf.household_id, leaf.household.merged_into_id)


def own_homes(publication: Publication, households: Iterable[Any]) -> list[Household]:
    """Those of the households (one's own) that are of the publication's estate, or have paid there."""
    paid = PublicationLeaf.objects.of(publication).filter(household__in=households).values("household")
    found = (
        Household.objects.unscoped(reason="one's own households")
        .filter(pk__in=households)
        .filter(Q(building__estate=publication.book.estate_id) | Q(pk__in=paid))
    )
    return list(found.select_related("dwelling").order_by("dwelling__label", "pk"))


def has_own(publication: Publication, *, lives_there: bool) -> bool:
    """Whether a page may offer a proof: fees came in, and the reader's household lives in the estate."""
    root = getattr(publication, "root", None)
    return lives_there and root is not None and bool(root.count)


@dataclass(frozen=True)
class _Frame:
    """What all proofs of a publication share."""

    publication: Publication
    shared: dict[str, Any]

    @classmethod
    def of(cls, publication: Publication) -> _Frame:
        lines = sorted(PublicationLine.objects.of(publication).values_list("section", "position", "cells"))
        tree = LineTree.of(lines)
        shared: dict[str, Any] = {
            "payments": payments_summary(publication),
            "lines": tree.summary,
            "line": _line_proof(lines, tree),
            "content": content_of(publication, tree.summary),
            "published": published_of(publication, PublicationSignature.objects.of(publication)),
        }
        return cls(publication, json.loads(canonical(shared)))

    def proof(self, home: Household, leaves: Sequence[PublicationLeaf]) -> HomeProof:
        payments = self.shared["payments"]
        total = _yuan(payments.get("paid", 0) - payments.get("back", 0))
        door = leaves[0].door if leaves else home.dwelling.label
        paid = sum((leaf.paid - leaf.back for leaf in leaves), Decimal("0.00"))
        try:
            if not leaves:
                _check_frame(self.shared, self.publication.hash)
                return HomeProof(home, door, paid, total, None)
            data = {"proof": KIND, "parts": [self._part(leaf) for leaf in leaves], **self.shared}
            check(data, self.publication.hash)
        except (ValueError, LookupError, TypeError, OverflowError) as reason:
            return HomeProof(home, door, paid, total, None, broken=str(reason))
        return HomeProof(home, door, paid, total, data)

    def _part(self, leaf: PublicationLeaf) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(canonical(leaf.content))
        tree = tree_of(self.publication)
        index = tree.index(sum_leaf(content))
        path = [[node.hash, node.paid, node.back] for node in tree.path(index)]
        return {"leaf": content, "index": index, "path": path}


def _line_proof(lines: Sequence[tuple[int, int, str]], tree: LineTree) -> dict[str, Any] | None:
    """Section 5's line, in which the sum is printed, with its way to the root; None where there is none."""
    for index, (section, position, cells) in enumerate(lines):
        if section == Section.COLLECTION:
            path = tree.path(index)
            return {"section": section, "position": position, "cells": cells, "index": index, "path": path}
    return None


def check(data: Mapping[str, Any], published: str) -> None:
    """Whether the parts lead to the root, the root to the sheet's sum and hash. Raises Broken where they do not."""
    payments = data["payments"]
    root = Sum(payments["root"], payments["paid"], payments["back"])
    _need(len({(part["leaf"]["household"], part["leaf"]["door"]) for part in data["parts"]}) == 1, "not one household")
    _need(len({part["leaf"]["part"] for part in data["parts"]}) == len(data["parts"]), "a part counted twice")
    for part in data["parts"]:
        path = [Sum(*node) for node in part["path"]]
        top = climb_sum(sum_leaf(part["leaf"]), part["index"], payments["count"], path)
        _need(top == root, "the household's money is not in the sum")
    _check_frame(data, published)


def _check_frame(data: Mapping[str, Any], published: str) -> None:
    payments, lines, line, content = data["payments"], data["lines"], data["line"], data["content"]
    total = payments["paid"] - payments["back"]
    if line is not None:
        leaf = line_leaf(line["section"], line["position"], line["cells"])
        _need(climb_line(leaf, line["index"], lines["count"], line["path"]) == lines["root"], "no such line")
        _need(json.loads(line["cells"])["received"] == str(_yuan(total)), "not the sum on the sheet")
    _need(line is not None or not total, "no sum on the sheet")
    _need(content["lines"] == lines and content["payments"] == payments, "other roots")
    _need(content["root"] == root_of(lines, payments), "wrong root")
    _need(data["published"]["content"] == seal.content_hash(content), "content changed")
    _need(seal.published_hash(data["published"]) == published, "not the hash of the sheet")


def _need(holds: bool, english: str) -> None:
    if not holds:
        raise Broken(english)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
