"""The two trees of a published quarter, and the root that covers both. Pure.

Both have the shape of RFC 6962 (section 2.1): pairs from the left, and a node without a partner goes up unchanged. The
bytes before a hash say what is hashed, so that a node can never be shown as a leaf, nor one tree as the other:

    0x00 line           0x01 two nodes of lines
    0x02 household part  0x03 two nodes of payments, each with its sums
    0x04 the root over both

`docs/verify/verify.py` does the same in plain Python for whoever trusts nothing of this portal.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from core.hashing import canonical

EMPTY = hashlib.sha256(b"").hexdigest()
MOST = 2**64
Node = TypeVar("Node")


def _hash(prefix: int, content: bytes) -> str:
    return hashlib.sha256(bytes([prefix]) + content).hexdigest()


def line_leaf(section: int, position: int, cells: str) -> str:
    """The leaf of a frozen line."""
    return _hash(0, canonical([section, position, cells]))


def line_node(left: str, right: str) -> str:
    return _hash(1, bytes.fromhex(left) + bytes.fromhex(right))


@dataclass(frozen=True, slots=True)
class Sum:
    """A node of the payments' tree: its hash, and the fen paid and given back below it. Neither is ever negative."""

    hash: str
    paid: int
    back: int

    def packed(self) -> bytes:
        """The node as its parent hashes it. Raises OverflowError for sums that are negative or beyond all money."""
        return bytes.fromhex(self.hash) + self.paid.to_bytes(8) + self.back.to_bytes(8)


EMPTY_SUM = Sum(EMPTY, 0, 0)


def sum_leaf(leaf: Mapping[str, Any]) -> Sum:
    """The leaf of one part of what a household paid: `paid` and `back` in fen, salt, household, door, part."""
    paid, back = int(leaf["paid"]), int(leaf["back"])
    if not (0 <= paid < MOST and 0 <= back < MOST):
        raise OverflowError("a sum is not negative, and not beyond all money")
    return Sum(_hash(2, canonical(leaf)), paid, back)


def sum_node(left: Sum, right: Sum) -> Sum:
    """Both children with their sums go into the hash: a parent cannot claim less than they hold."""
    return Sum(_hash(3, left.packed() + right.packed()), left.paid + right.paid, left.back + right.back)


def root_of(lines: Mapping[str, Any], payments: Mapping[str, Any]) -> str:
    """The one root over the summaries of both trees (`lines_summary`, `SumTree.summary`)."""
    return _hash(4, canonical({"lines": lines, "payments": payments}))


@dataclass(frozen=True)
class LineTree:
    """RFC 6962 over the leaves of frozen lines, all levels at hand: `levels[0]` are the leaves."""

    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, lines: Iterable[tuple[int, int, str]]) -> LineTree:
        """The tree over lines (section, position, cells), in order of section and position."""
        return cls.over([line_leaf(*line) for line in sorted(lines)])

    @classmethod
    def over(cls, leaves: Sequence[str]) -> LineTree:
        return cls(_levels(leaves, line_node))

    @property
    def count(self) -> int:
        return len(self.levels[0])

    @property
    def root(self) -> str:
        return self.levels[-1][0] if self.count else EMPTY

    def path(self, index: int) -> list[str]:
        """The hashes beside the way up from a leaf."""
        return _beside(self.levels, index)

    @property
    def summary(self) -> dict[str, Any]:
        return {"count": self.count, "root": self.root}


@dataclass(frozen=True)
class SumTree:
    """The payments' tree over leaves in the order of their hashes, which says nothing of doors."""

    levels: tuple[tuple[Sum, ...], ...]

    @classmethod
    def over(cls, leaves: Iterable[Sum]) -> SumTree:
        """Raises ValueError for two leaves with one hash: then one of two households would stand for both."""
        ordered = sorted(leaves, key=lambda leaf: leaf.hash)
        if any(one.hash == other.hash for one, other in pairwise(ordered)):
            raise ValueError("two leaves are the same")
        return cls(_levels(ordered, sum_node))

    @property
    def count(self) -> int:
        return len(self.levels[0])

    @property
    def root(self) -> Sum:
        return self.levels[-1][0] if self.count else EMPTY_SUM

    def index(self, leaf: Sum) -> int:
        """Where a leaf stands. Raises ValueError where it does not."""
        at = bisect_left(self.levels[0], leaf.hash, key=lambda one: one.hash)
        if self.levels[0][at : at + 1] != (leaf,):
            raise ValueError("no such leaf")
        return at

    def path(self, index: int) -> list[Sum]:
        """The nodes beside the way up from a leaf."""
        return _beside(self.levels, index)

    @property
    def summary(self) -> dict[str, Any]:
        return summary_of(self.count, self.root)


def summary_of(count: int, root: Sum) -> dict[str, Any]:
    """What of the payments' tree goes under the one root: how many parts, hash and sums in fen."""
    return {"count": count, "root": root.hash, "paid": root.paid, "back": root.back}


def climb_line(leaf: str, index: int, count: int, path: Sequence[str]) -> str:
    """The root that a path leads to from a leaf. Raises ValueError for a path of the wrong length or place."""
    return _climb(leaf, index, count, path, line_node)


def climb_sum(leaf: Sum, index: int, count: int, path: Sequence[Sum]) -> Sum:
    """The root with its sums that a path leads to from a leaf. Raises ValueError for a path of the wrong length,
    OverflowError for a negative sum beside it."""
    return _climb(leaf, index, count, path, sum_node)


def _levels(leaves: Sequence[Node], join: Callable[[Node, Node], Node]) -> tuple[tuple[Node, ...], ...]:
    """The leaves, then every level of nodes above them up to the root."""
    levels = [tuple(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [join(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append((*pairs, *below[len(pairs) * 2 :]))
    return tuple(levels)


def _beside(levels: Sequence[Sequence[Node]], index: int) -> list[Node]:
    """The partner on each level; a node without one goes up alone."""
    if not 0 <= index < len(levels[0]):
        raise IndexError(index)
    return [level[index >> up ^ 1] for up, level in enumerate(levels[:-1]) if index >> up ^ 1 < len(level)]


def _climb(node: Node, index: int, count: int, path: Sequence[Node], join: Callable[[Node, Node], Node]) -> Node:
    if not 0 <= index < count:
        raise ValueError("no such leaf")
    left = list(path)
    while count > 1:
        if index & 1 or index + 1 < count:
            if not left:
                raise ValueError("the path is too short")
            beside = left.pop(0)
            node = join(beside, node) if index & 1 else join(node, beside)
        index, count = index >> 1, (count + 1) >> 1
    if left:
        raise ValueError("the path is too long")
    return node
