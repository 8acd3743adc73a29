"""A household's proof: what it says, who reads it, and that nothing but the truth leads to the code on the wall."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from community.roles import Role
from core.quarters import Quarter
from property.models import Publication, PublicationLeaf, Voucher
from property.models.proofs import fen
from property.proofs import proof as proofs
from property.proofs.leaves import paid_in
from property.publication import actions, seal
from tests.factories import appoint, full_committee_of, resident_of
from tests.property.fee_payments import book_days, home_of, pay, publish, unguarded

pytestmark = pytest.mark.django_db
AUTUMN = Quarter(2025, 4)
VERIFIER = Path(settings.BASE_DIR, "docs", "verify", "verify.py")


@pytest.fixture
def committee():
    committee = full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])
    committee.post(Voucher.objects.get(book=committee.book, kind="opening"))
    return committee


@pytest.fixture
def paid(committee):
    """Three households: one paid twice, one got back more than it paid, one paid what it got back."""
    homes = [home_of(committee) for _number in range(4)]
    pay(committee, homes[0], "300.00")
    pay(committee, homes[0], "60.00", date(2025, 12, 31))
    pay(committee, homes[1], "-45.50")
    pay(committee, homes[2], "100.00")
    pay(committee, homes[2], "-100.00")
    pay(committee, homes[3], "1200.01", date(2026, 1, 1))
    return homes


@pytest.fixture
def published(committee, paid):
    return fresh(publish(committee, AUTUMN))


def fresh(publication):
    return Publication.objects.for_page().get(pk=publication.pk)


def proof_of(publication, home):
    leaves = PublicationLeaf.objects.filter(publication=publication, household=home).select_related("household")
    (one,) = proofs.proofs_for(publication, [home], list(leaves))
    return one


def verifier(data, code, tmp_path):
    """The stand-alone program, run as a resident would: exit status and what it says."""
    path = tmp_path / "proof.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), str(path), code], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def holds(data, code) -> bool:
    """What the stand-alone program says, without starting it for each of a thousand changes."""
    room: dict[str, Any] = {"__name__": "verify"}
    exec(compile(VERIFIER.read_text(), "verify.py", "exec"), room)
    try:
        room["check"](data, code)
    except (room["Wrong"], LookupError, TypeError, ValueError, AttributeError):
        return False
    return True


# What is frozen ---------------------------------------------------------------------------------------------------


def test_the_leaves_are_what_households_paid(published, paid):
    leaves = list(PublicationLeaf.objects.filter(publication=published))
    assert {leaf.household_id for leaf in leaves} == {paid[0].pk, paid[1].pk}
    own = [leaf for leaf in leaves if leaf.household_id == paid[0].pk]
    assert [len(own), sum(leaf.paid for leaf in own), sum(leaf.back for leaf in own)] == [2, Decimal("360.00"), 0]
    back = [leaf for leaf in leaves if leaf.household_id == paid[1].pk]
    assert [sum(leaf.paid for leaf in back), sum(leaf.back for leaf in back)] == [0, Decimal("45.50")]
    root = published.root
    assert (root.count, root.paid, root.back) == (4, Decimal("360.00"), Decimal("45.50"))
    assert all(len(leaf.salt) == 64 for leaf in leaves)
    assert len({leaf.salt for leaf in leaves}) == 4


def test_the_sum_of_the_proofs_is_what_section_5_says(published, committee):
    from property.models import PublicationLine

    (cells,) = PublicationLine.objects.filter(publication=published, section=5).values_list("cells", flat=True)
    assert json.loads(cells)["received"] == "314.50"
    assert sum(paid_in(committee.book, published).values()) == Decimal("314.50")


def test_changing_a_draft_freezes_the_payments_anew(committee, paid):
    book_days(committee, AUTUMN)
    committee.close(AUTUMN)
    draft = committee.fill(actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN))
    signed = actions.sign(draft, by=committee.bookkeeper, revision=draft.revision)
    before = set(PublicationLeaf.objects.values_list("hash", flat=True))
    again = committee.fill(signed)
    assert not PublicationLeaf.objects.exists()
    actions.sign(again, by=committee.bookkeeper, revision=again.revision)
    assert len(before) == 4
    assert not before & set(PublicationLeaf.objects.values_list("hash", flat=True))


def test_a_quarter_without_fees_has_an_empty_tree(committee):
    published = fresh(publish(committee, AUTUMN))
    assert (published.root.count, published.root.paid) == (0, 0)
    one = proof_of(published, home_of(committee))
    assert (one.data, one.broken) == (None, "")


def test_freezing_costs_no_more_for_many_households(committee, django_assert_max_num_queries):
    for _number in range(12):
        pay(committee, home_of(committee), "100.00")
    book_days(committee, AUTUMN)
    committee.close(AUTUMN)
    draft = committee.fill(actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN))
    committee.bookkeeper.__dict__.pop("scope", None)
    with django_assert_max_num_queries(60):
        actions.sign(draft, by=committee.bookkeeper, revision=draft.revision)


# What is handed out -----------------------------------------------------------------------------------------------


def test_a_proof_says_the_sum_and_leads_to_the_code(published, paid, tmp_path):
    one = proof_of(published, paid[0])
    assert (one.amount, one.sum, one.broken) == ("360.00", "314.50", "")
    status, said = verifier(one.as_json().decode(), published.check_code, tmp_path)
    assert (status, "360.00 元" in said, "314.50 元" in said) == (0, True, True)
    assert str(paid[0]) in said
    for typed in (published.hash, seal.grouped(published.check_code), published.check_code.lower()):
        assert verifier(one.data, typed, tmp_path)[0] == 0
    for typed in ("0" * 12, "", published.hash[:-1], published.check_code[:-1]):
        status, said = verifier(one.data, typed, tmp_path)
        assert status == 1
        assert "WRONG" in said


def test_who_got_back_more_than_was_paid_has_a_proof_as_well(published, paid, tmp_path):
    one = proof_of(published, paid[1])
    assert one.is_back
    assert one.amount == "45.50"
    status, said = verifier(one.data, published.check_code, tmp_path)
    assert (status, "-45.50 元" in said) == (0, True)


def test_a_proof_names_nobody_else(published, paid):
    text = proof_of(published, paid[0]).as_json().decode()
    others = [paid[1], paid[2]]
    assert not any(str(home.pk) in text or str(home) in text for home in others)
    for leaf in PublicationLeaf.objects.exclude(household=paid[0]):
        assert leaf.salt not in text
    assert len(text) < 20_000


def test_rubbish_is_refused_in_one_line(published, paid, tmp_path):
    good = proof_of(published, paid[0]).data
    for data in ("", "[]", "{}", "null", '{"parts": []}', json.dumps({**good, "parts": []}), "7", "\u0000"):
        status, said = verifier(data, published.check_code, tmp_path)
        assert status == 1
        assert "Traceback" not in said


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every single value in nested data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))
    if not isinstance(value, dict | list):
        yield path


def changed(value: Any) -> list[Any]:
    """Values like this one that are not it."""
    if isinstance(value, int):
        return [value + 1, value - 1, -value - 1, float(value), str(value)]
    if isinstance(value, str):
        flipped = ("0" if value[:1] != "0" else "1") + value[1:]
        return [flipped, value + "0", None]
    return ["x"]


def test_no_value_of_a_proof_can_be_another(published, paid):
    """Every value is hashed, or leads there: what is changed is refused by the program and by the portal alike."""
    good = proof_of(published, paid[0]).data
    assert holds(good, published.check_code)
    free = {("proof",)}  # the name of the format
    tried = 0
    for path in places(good):
        if path in free:
            continue
        for other in changed(_at(good, path)):
            bad = copy.deepcopy(good)
            _at(bad, path[:-1])[path[-1]] = other
            assert not holds(bad, published.check_code), path
            with pytest.raises((ValueError, LookupError, TypeError, OverflowError, AttributeError)):
                proofs.check(bad, published.hash)
            tried += 1
    assert tried > 200


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def test_parts_cannot_be_counted_twice_or_borrowed(published, paid):
    good, other = proof_of(published, paid[0]).data, proof_of(published, paid[1]).data
    twice = {**good, "parts": [*good["parts"], good["parts"][0]]}
    borrowed = {**good, "parts": [*good["parts"], *other["parts"]]}
    assert not holds(twice, published.check_code)
    assert not holds(borrowed, published.check_code)
    for bad in (twice, borrowed):
        with pytest.raises(proofs.Broken):
            proofs.check(bad, published.hash)
    fewer = {**good, "parts": good["parts"][:1]}
    assert holds(fewer, published.check_code)  # it says a smaller sum, which the receipts contradict


def test_the_program_needs_nothing(published):
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imports <= {"hashlib", "json", "sys"}


# The page ---------------------------------------------------------------------------------------------------------


def read(client, user, name, *args):
    client.logout()
    if user is not None:
        user.__dict__.pop("scope", None)
        client.force_login(user)
    return client.get(reverse(f"property:{name}", args=args))


def test_a_household_reads_its_own_and_nobody_another_s(published, paid, committee, client):
    own, neighbour = resident_of(paid[0]), resident_of(paid[2])
    text = read(client, own, "proof", published.pk).content.decode()
    assert "360.00" in text
    assert "314.50" in text
    assert seal.grouped(published.check_code) in text
    file = read(client, own, "proof_file", published.pk, paid[0].pk)
    assert holds(json.loads(file.content), published.check_code)
    assert file["Content-Disposition"].startswith("attachment")
    assert read(client, own, "proof_paper", published.pk, paid[0].pk).content.startswith(b"%PDF-")
    text = read(client, neighbour, "proof", published.pk).content.decode()
    assert "没有交费的记录" in text
    assert "360.00" not in text
    for name in ("proof_file", "proof_paper"):
        assert read(client, neighbour, name, published.pk, paid[0].pk).status_code == 404
        assert read(client, neighbour, name, published.pk, paid[2].pk).status_code == 404
        assert read(client, own, name, published.pk, paid[1].pk).status_code == 404
    secretary = appoint(Role.SECRETARY, committee.book.community)
    for user in (committee.chair, committee.cashier, committee.supervisor, secretary):
        assert read(client, user, "proof", published.pk).status_code == 404
        assert read(client, user, "proof_file", published.pk, paid[0].pk).status_code == 404
    assert read(client, None, "proof", published.pk).status_code == 302


def test_a_draft_has_no_proof_yet(committee, paid, client):
    book_days(committee, AUTUMN)
    committee.close(AUTUMN)
    draft = committee.fill(actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN))
    actions.sign(draft, by=committee.bookkeeper, revision=draft.revision)
    assert read(client, resident_of(paid[0]), "proof", draft.pk).status_code == 404


def test_refunds_are_said_in_words(published, paid, client):
    text = read(client, resident_of(paid[1]), "proof", published.pk).content.decode()
    assert "退回的比交的多" in text
    assert "45.50" in text


def test_a_household_merged_into_another_takes_its_proof_along(published, paid, client):
    paid[0].merged_into = paid[2]
    paid[0].save()
    user = resident_of(paid[2])
    assert "360.00" in read(client, user, "proof", published.pk).content.decode()
    assert read(client, user, "proof_file", published.pk, paid[2].pk).status_code == 200


def test_a_tampered_leaf_is_told_to_its_household(published, paid, client):
    user = resident_of(paid[0])
    unguarded("UPDATE property_publicationleaf SET paid = paid - 1 WHERE household_id = %s", params=[_key(paid[0].pk)])
    text = read(client, user, "proof", published.pk).content.decode()
    assert "核对不上" in text
    assert "查验码和公示的一样" not in text
    assert read(client, user, "proof_file", published.pk, paid[0].pk).status_code == 404


def _key(pk):
    from django.db import connection

    return pk.hex if connection.vendor == "sqlite" else str(pk)


def test_the_page_costs_the_same_for_many_neighbours(committee, paid, client, django_assert_max_num_queries):
    user = resident_of(paid[0])
    costs = []
    for quarter, more in ((AUTUMN, 0), (AUTUMN.next(), 30)):
        for _number in range(more):
            pay(committee, home_of(committee), "80.00", quarter.start)
        pay(committee, paid[0], "70.00", quarter.start)
        published = publish(committee, quarter)
        client.force_login(user)
        with django_assert_max_num_queries(14) as captured:
            client.get(reverse("property:proof", args=[published.pk]))
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_a_corrected_version_is_named(published, paid, committee, client):
    second = actions.correct(published, by=committee.chair, reason="漏写电话")
    second = actions.publish(committee.sign_all(second), by=committee.chair)
    user = resident_of(paid[0])
    assert "看更正版里我家的" in read(client, user, "proof", published.pk).content.decode()
    assert "看更正版里我家的" not in read(client, user, "proof", second.pk).content.decode()
    before, after = proof_of(fresh(published), paid[0]), proof_of(fresh(second), paid[0])
    assert not holds(before.data, second.check_code)
    assert holds(after.data, second.check_code)
    assert fen(after.paid) == 36_000


def test_the_page_speaks_english(published, paid, client):
    client.cookies["django_language"] = "en"
    assert read(client, resident_of(paid[0]), "proof", published.pk).status_code == 200


def test_the_program_is_there_to_be_read(client):
    answer = client.get(reverse("property:verifier"))
    assert answer.content == VERIFIER.read_bytes()
    assert answer["Content-Type"].startswith("text/plain")


def test_what_is_kept_of_a_household_can_be_taken_along(published, paid, client):
    from community import personal

    user = resident_of(paid[0])
    found = {section.slug: section.rows for _room, sections in personal.sections(user) for section in sections}
    assert found["published_payments"] == [
        {"quarter": "2025Q4", "version": 1, "door": str(paid[0]), "sum": "360.00"},
    ]
    stranger = appoint(Role.COMMUNITY_STAFF, published.community)
    found = {section.slug: section.rows for _room, sections in personal.sections(stranger) for section in sections}
    assert found["published_payments"] == []
