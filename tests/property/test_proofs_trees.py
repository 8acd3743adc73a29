"""The two trees alone: any size, every path leads to the root, and nothing else does."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.proofs.leaves import PARTS, parted
from property.proofs.trees import (
    EMPTY,
    EMPTY_SUM,
    LineTree,
    Sum,
    SumTree,
    climb_line,
    climb_sum,
    line_leaf,
    line_node,
    root_of,
    sum_leaf,
    sum_node,
)

line = st.tuples(st.integers(1, 14), st.integers(1, 400), st.text(max_size=20))
amount = st.integers(0, 10**9)


def leaf_of(number: int, paid: int, back: int = 0) -> Sum:
    return sum_leaf({"household": str(number), "door": f"{number}", "part": 1, "paid": paid, "back": back, "salt": "s"})


def sums(amounts: list[int]) -> list[Sum]:
    return [leaf_of(number, paid, number % 3) for number, paid in enumerate(amounts)]


def by_the_letter(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 as it is written: split at the largest power of two below the size."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + by_the_letter(hashes[:split]) + by_the_letter(hashes[split:])).digest()


@given(st.lists(line, max_size=70, unique_by=lambda one: one[:2]))
def test_the_lines_tree_is_that_of_rfc_6962(lines):
    leaves = [line_leaf(*one) for one in sorted(lines)]
    assert LineTree.of(lines).root == by_the_letter([bytes.fromhex(leaf) for leaf in leaves]).hex()


def test_known_roots_of_rfc_6962():
    """The test vectors of certificate-transparency-go for trees of raw entries, through the same nodes."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(entry)).hexdigest() for entry in entries]
    assert LineTree.over(leaves).root == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert LineTree.over(leaves[:7]).root == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    assert LineTree.over([]).root == EMPTY == hashlib.sha256(b"").hexdigest()


@given(st.lists(line, min_size=1, max_size=40, unique_by=lambda one: one[:2]))
def test_every_line_leads_to_the_root_and_from_nowhere_else(lines):
    tree = LineTree.of(lines)
    for index, leaf in enumerate(tree.levels[0]):
        path = tree.path(index)
        assert climb_line(leaf, index, tree.count, path) == tree.root
        for other in range(tree.count):
            if other != index:
                assert _line_fails(tree, leaf, other, path)
        assert _line_fails(tree, line_leaf(99, 1, ""), index, path)
        assert _line_fails(tree, leaf, index, path[:-1] if path else [leaf])
        assert _line_fails(tree, leaf, index, [*path, leaf])
        if len(set(path)) > 1:
            assert _line_fails(tree, leaf, index, path[::-1])


def _line_fails(tree: LineTree, leaf: str, index: int, path: list[str]) -> bool:
    try:
        return climb_line(leaf, index, tree.count, path) != tree.root
    except ValueError:
        return True


@given(st.lists(amount, max_size=60))
def test_the_root_says_what_all_leaves_say_together(amounts):
    leaves = sums(amounts)
    tree = SumTree.over(leaves)
    assert (tree.root.paid, tree.root.back) == (sum(amounts), sum(leaf.back for leaf in leaves))
    assert tree.count == len(amounts)
    assert [leaf.hash for leaf in tree.levels[0]] == sorted(leaf.hash for leaf in leaves)
    assert SumTree.over(reversed(leaves)) == tree
    if not amounts:
        assert tree.root == EMPTY_SUM


@given(st.lists(amount, min_size=1, max_size=24), st.data())
def test_every_payment_leads_to_the_root_and_nothing_changed_does(amounts, data):
    tree = SumTree.over(sums(amounts))
    index = data.draw(st.integers(0, tree.count - 1))
    leaf, path = tree.levels[0][index], tree.path(index)
    assert climb_sum(leaf, index, tree.count, path) == tree.root
    for changed in (
        replace(leaf, paid=leaf.paid + 1),
        replace(leaf, back=leaf.back + 1),
        replace(leaf, hash="0" * 64),
    ):
        assert _sum_fails(tree, changed, index, path)
    for other in range(tree.count):
        if other != index:
            assert _sum_fails(tree, leaf, other, path)
    for at, beside in enumerate(path):
        for changed in (
            replace(beside, paid=beside.paid + 1),
            replace(beside, back=beside.back + 1),
            replace(beside, hash=hashlib.sha256(b"x").hexdigest()),
        ):
            assert _sum_fails(tree, leaf, index, [*path[:at], changed, *path[at + 1 :]])
        assert _sum_fails(tree, leaf, index, [*path[:at], *path[at + 1 :]])
    assert _sum_fails(tree, leaf, index, [*path, leaf])


def _sum_fails(tree: SumTree, leaf: Sum, index: int, path: list[Sum]) -> bool:
    try:
        return climb_sum(leaf, index, tree.count, path) != tree.root
    except (ValueError, OverflowError):
        return True


@pytest.mark.parametrize("field", ["household", "door", "part", "paid", "back", "salt"])
def test_every_field_of_a_leaf_is_in_its_hash(field):
    content = {"household": "a", "door": "3幢501", "part": 1, "paid": 5, "back": 0, "salt": "ab"}
    changed = {**content, field: content[field] + (1 if isinstance(content[field], int) else "x")}
    assert sum_leaf(content).hash != sum_leaf(changed).hash


def test_a_sum_moved_from_one_child_to_the_other_is_seen():
    """The parent of two children commits to both sums, not to their total alone."""
    left, right = leaf_of(1, 100), leaf_of(2, 300)
    honest = sum_node(left, right)
    moved = sum_node(replace(left, paid=399), replace(right, paid=1))
    assert (moved.paid, moved.back) == (honest.paid, honest.back)
    assert moved.hash != honest.hash


@pytest.mark.parametrize("field", ["paid", "back"])
def test_nothing_negative_hides_in_the_sum(field):
    with pytest.raises(OverflowError):
        sum_leaf({"household": "", "door": "", "part": 1, "paid": 0, "back": 0, "salt": "", field: -1})
    with pytest.raises(OverflowError):
        sum_node(leaf_of(1, 100), replace(leaf_of(2, 0), **{field: -100}))
    tree = SumTree.over(sums([100, 200]))
    with pytest.raises(OverflowError):
        climb_sum(tree.levels[0][0], 0, 2, [replace(tree.levels[0][1], **{field: -1})])


def test_a_node_is_never_taken_for_a_leaf():
    """The second preimage that RFC 6962 guards against, in both trees, and one tree's node in the other."""
    a, b = line_leaf(1, 1, "a"), line_leaf(1, 2, "b")
    as_content = bytes.fromhex(a + b)
    assert line_node(a, b) != hashlib.sha256(as_content).hexdigest()
    assert line_node(a, b) != hashlib.sha256(b"\x00" + as_content).hexdigest()
    left, right = sums([1, 2])
    packed = left.packed() + right.packed()
    for prefix in (0, 1, 2, 4):
        assert sum_node(left, right).hash != hashlib.sha256(bytes([prefix]) + packed).hexdigest()
    tree = SumTree.over(sums([1, 2, 3, 4]))
    inner = tree.levels[1][0]
    assert climb_sum(inner, 0, 2, [tree.levels[1][1]]) == tree.root
    assert _sum_fails(tree, inner, 0, [tree.levels[1][1]])


def test_two_households_are_never_given_the_same_leaf():
    with pytest.raises(ValueError, match="two leaves are the same"):
        SumTree.over([leaf_of(1, 5), leaf_of(1, 5)])


def test_the_one_root_holds_both_trees():
    lines, payments = {"count": 1, "root": EMPTY}, {"count": 0, "root": EMPTY, "paid": 0, "back": 0}
    assert root_of(lines, payments) != root_of({**lines, "count": 2}, payments)
    assert root_of(lines, payments) != root_of(lines, {**payments, "paid": 1})


@given(amount)
def test_a_sum_is_parted_without_losing_a_fen(whole):
    parts = parted(whole)
    assert len(parts) == PARTS
    assert sum(parts) == whole
    assert min(parts) >= 0


def test_parts_differ_from_one_time_to_the_next():
    assert len({tuple(parted(36_000)) for _time in range(20)}) > 10
