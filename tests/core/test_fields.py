"""Sensitive values are masked by type, encrypted where they are numbers of a person."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template

from core.fields import Masked, decrypt, mask_phone, search_hash
from grids.models import Resident
from tests.factories import ResidentFactory

pytestmark = pytest.mark.django_db
NUMBER = "99071219820728061X"


def test_printing_shows_the_mask_wherever_it_happens():
    resident = ResidentFactory(phone="13812345678", id_number=NUMBER, birth_date="1956-03-07")
    for row in (resident, Resident.objects.get()):
        assert f"{row.phone} {row.id_number} {row.birth_date}" == "138****5678 9907**********061X 1956-**-**"
        assert repr(row.phone) == "<masked 138****5678>"
        assert Template("{{ r.phone }}").render(Context({"r": row})) == "138****5678"


def test_an_identity_number_is_encrypted_and_found_by_its_hash():
    resident = ResidentFactory(id_number=NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM grids_resident")
        stored = cursor.fetchone()[0]
    assert NUMBER not in stored
    assert decrypt(stored) == NUMBER
    assert Resident.objects.get(id_hash=search_hash(NUMBER.lower())) == resident
    with pytest.raises(TypeError, match="id_hash"):
        Resident.objects.filter(id_number=NUMBER).exists()


def test_a_masked_value_equals_its_plain_text_and_is_found_by_it():
    resident = ResidentFactory(phone="13812345678")
    assert resident.phone == "13812345678"
    assert Resident.objects.get(phone="13812345678") == resident
    assert not Masked("", mask_phone)


def test_no_number_has_no_hash_so_that_several_may_have_none():
    ResidentFactory(community=ResidentFactory().community)
    assert list(Resident.objects.values_list("id_hash", flat=True)) == ["", ""]
