"""New rows written by a statement of the portal's own: the same rows as Django writes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from community.models import AuditEvent, Notice
from core import clock
from core.sql import insert, rewrite
from grids.models import Resident
from helpdesk.models import Update
from tests.factories import CommunityFactory, ResidentFactory, UserFactory

pytestmark = pytest.mark.django_db


def _event(community, number=0):
    return AuditEvent(
        community=community, verb="tried", target_type="a.b", target_id=str(number), changes={"列": [None, "值", 3]}
    )


def test_a_row_is_written_as_save_writes_it():
    community, now = CommunityFactory(), clock.now()
    written, saved = _event(community), _event(community)
    written.at = saved.at = written.created_at = saved.created_at = now
    insert([written])
    saved.save()
    read = [AuditEvent.objects.filter(pk=one.pk).values().get() for one in (written, saved)]
    assert read[0].pop("id") != read[1].pop("id")
    assert read[0] == read[1]
    assert not written._state.adding
    assert written._state.db == saved._state.db


def test_what_is_encrypted_is_encrypted_and_what_the_database_computes_is_left_to_it():
    like = ResidentFactory(phone="13800001234")
    values = {
        field.attname: getattr(like, field.attname)
        for field in Resident._meta.concrete_fields
        if not field.generated and not field.primary_key
    }
    one = Resident(**values)
    insert([one])
    assert Resident.objects.filter(phone_tail=like.phone_tail).count() == 2
    assert Resident.objects.get(pk=one.pk).phone.plain == like.phone.plain


def test_many_rows_get_the_keys_of_their_own(django_assert_num_queries):
    user, community = UserFactory(), CommunityFactory()
    many = [Notice(community=community, user=user, kind="a", text=str(number), url="/") for number in range(230)]
    with transaction.atomic(), django_assert_num_queries(3):
        insert(many)
    assert {one.pk: one.text for one in many} == dict(Notice.objects.values_list("pk", "text"))


def test_of_nothing_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


def test_a_row_is_written_once():
    event = _event(CommunityFactory())
    insert([event])
    with pytest.raises(TypeError):
        insert([event])


def test_a_row_learns_the_key_of_what_was_written_after_it_was_made():
    community = CommunityFactory.build()
    event = _event(community)
    community.save()
    insert([event])
    assert AuditEvent.objects.get(pk=event.pk).community_id == community.pk


def test_a_row_that_leads_to_one_without_a_key_is_not_written():
    notice = Notice(community=CommunityFactory(), user=UserFactory.build(), kind="a", text="一", url="/")
    with pytest.raises(ValueError, match="user"):
        insert([notice])


def test_the_database_still_refuses():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([AuditEvent(verb="tried", target_type="a.b", target_id="1")])


def test_equal_words_are_encrypted_to_different_ones():
    number = "321102195603071230"
    insert(Resident(name="许根生", id_number=number, community=CommunityFactory()) for _home in range(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, id_hash FROM grids_resident")
        (one, hashed), (another, hashed_again) = cursor.fetchall()
    assert hashed == hashed_again
    assert one != another
    assert {each.id_number.plain for each in Resident.objects.all()} == {number}


def test_a_row_is_written_again_as_save_writes_it():
    one, other = ResidentFactory(phone="13800001234"), ResidentFactory(phone="13800001234")
    for row in (one, other):
        row.name, row.phone, row.note = "顾春梅", "13900005678", "改过"
        row.id_number = f"32110219560307{row.pk.hex[-4:]}"
    rewrite(one)
    other.save()
    found, saved = (Resident.objects.get(pk=row.pk) for row in (one, other))
    same = ("name", "note", "birth_date", "hukou", "phone_tail", "is_party_member")
    assert [getattr(found, name) for name in same] == [getattr(saved, name) for name in same]
    assert (found.phone.plain, found.id_number.plain) == ("13900005678", one.id_number.plain)
    assert found.id_hash == one.id_hash != ""


def test_what_saves_its_rows_itself_is_not_written_past_it():
    with pytest.raises(TypeError):
        rewrite(Update())


def test_a_row_that_is_gone_is_not_written_again():
    one = ResidentFactory()
    Resident.objects.filter(pk=one.pk).delete()
    with pytest.raises(Resident.DoesNotExist):
        rewrite(one)
