"""What households paid in a quarter, made into leaves when the quarter is frozen, and read again as trees."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from core.kept import Kept
from grids.models import Household
from property.fees.totals import paid_by_household
from property.models import Book, Publication, PublicationLeaf, PublicationRoot
from property.models.proofs import fen
from property.proofs.trees import LineTree, Sum, SumTree, sum_leaf, summary_of

PARTS = 2
SALT_BYTES = 32
KEPT = 4
"""How many publications' trees a process keeps at hand."""
_trees: Kept[SumTree] = Kept(KEPT)


def paid_in(book: Book, publication: Publication) -> dict[UUID, Decimal]:
    """What each household paid in the quarter less what it got back; households with nothing are left out."""
    period = publication.period
    return {home: sum_ for home, sum_ in paid_by_household(book, period.start, period.end).items() if sum_}


def freeze_payments(publication: Publication, paid: Mapping[UUID, Decimal], lines: LineTree) -> PublicationRoot:
    """Write the leaves of what households paid, and the roots. Inside the transaction that freezes the lines."""
    doors = dict(
        Household.objects.unscoped(reason="the doors of those who paid in a quarter that is being frozen")
        .filter(pk__in=paid)
        .values_list("pk", "dwelling__label")
    )
    leaves = [leaf for home in paid for leaf in _leaves(publication, home, doors[home], paid[home])]
    PublicationLeaf.objects.bulk_create(leaves, batch_size=500)
    tree = SumTree.over(sum_leaf(leaf.content) for leaf in leaves)
    root = PublicationRoot(
        community_id=publication.community_id,
        publication=publication,
        line_count=lines.count,
        line_hash=lines.root,
        count=tree.count,
        hash=tree.root.hash,
        paid=_yuan(tree.root.paid),
        back=_yuan(tree.root.back),
    )
    root.save(force_insert=True)
    return root


def thaw_payments(publication: Publication) -> None:
    """Take the leaves of a draft away: its signatures have become void."""
    PublicationLeaf.objects.of(publication).delete()
    PublicationRoot.objects.of(publication).delete()


def _leaves(publication: Publication, household: UUID, door: str, sum_: Decimal) -> Iterator[PublicationLeaf]:
    """The parts of one household, which none but it can put together again."""
    for number, part in enumerate(parted(fen(abs(sum_))), start=1):
        leaf = PublicationLeaf(
            community_id=publication.community_id,
            publication=publication,
            household_id=household,
            door=door,
            part=number,
            paid=_yuan(part if sum_ > 0 else 0),
            back=_yuan(part if sum_ < 0 else 0),
            salt=secrets.token_hex(SALT_BYTES),
        )
        leaf.hash = sum_leaf(leaf.content).hash
        yield leaf


def parted(amount: int) -> list[int]:
    """Fen in PARTS parts at random, none negative, together the amount."""
    cuts = sorted(secrets.randbelow(amount + 1) for _part in range(PARTS - 1))
    return [high - low for low, high in zip([0, *cuts], [*cuts, amount], strict=True)]


def payments_summary(publication: Publication) -> dict[str, Any]:
    """What stands under the publication's root for its payments, as it was kept; {} where nothing was frozen."""
    try:
        root: PublicationRoot = publication.root
    except ObjectDoesNotExist:
        return {}
    return summary_of(root.count, Sum(root.hash, fen(root.paid), fen(root.back)))


def tree_of(publication: Publication) -> SumTree:
    """The payments' tree of what is published, read once a process from the kept hashes and sums.

    Whoever is shown a proof has it checked from the own leaf's content up to the kept root.
    """

    def read() -> SumTree:
        rows = PublicationLeaf.objects.of(publication).values_list("hash", "paid", "back")
        return SumTree.over(Sum(hashed, fen(paid), fen(back)) for hashed, paid, back in rows)

    return _trees.of(publication.hash, read)


def _yuan(fen_: int) -> Decimal:
    return Decimal(fen_).scaleb(-2)
