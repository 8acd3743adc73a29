"""A queue that comes as a file: as if the phone had sent it, for its own user only; nothing of a damaged one."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.visits.phone import Phone, name_of, picture
from visits.models import Visit, VisitPhoto

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(leader, target):
    return Phone(leader)


@pytest.fixture
def record(phone, household):
    return phone.record(phone.door(household), photos=(picture(),))


def upload(phone, content):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile("walk-book.json", content, content_type="application/json")
    return phone.client.post(reverse("visits:book_file"), {"file": file}).content.decode()


def test_each_record_and_its_photos(phone, record, household):
    exported = phone.export(record, photos=(picture(),))
    page = upload(phone, exported)
    assert str(household) in page
    assert "收到了" in page
    assert str(Visit.objects.get().pk) == record["id"]
    assert VisitPhoto.objects.get().announced_as == name_of(picture())
    assert "这次走访已经收到了" in upload(phone, exported)
    assert phone.send(record).status_code == 202
    assert Visit.objects.count() == 1


def test_a_photo_that_is_missing_or_damaged(phone, record):
    assert "文件里少 1 张照片" in upload(phone, phone.export(record))
    exported = phone.export(record, photos=(picture(),))
    exported["photos"][0]["iv"] = "AAAAAAAAAAAAAAAA"
    assert "有一张照片打不开" in upload(phone, exported)
    assert not VisitPhoto.objects.exists()


def test_what_the_form_refuses_is_told(phone, record):
    record["fields"]["outcome"] = ["x"]
    page = upload(phone, phone.export(record))
    assert "没收下" in page
    assert not Visit.objects.exists()


def test_an_empty_queue(phone):
    assert "没有没发出的走访" in upload(phone, phone.export())


def test_anothers_file(phone, record, office):
    assert "别人的走访本" in upload(Phone(office), phone.export(record))
    forged = phone.export(record) | {"user": str(office.pk)}
    assert "可能损坏了" in upload(Phone(office), forged)
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"x", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, {"format": "gongzhi-walk-book-1"}],
)
def test_what_is_no_such_file(phone, content):
    assert 'role="alert"' in upload(phone, content)


@pytest.mark.parametrize("part", ["records", "photos"])
@pytest.mark.parametrize("damage", [1, {}, [1], [{}], [{"id": "x", "hash": "x", "iv": "?", "data": "?"}]])
def test_damaged_writes_nothing(phone, record, part, damage):
    exported = phone.export(record, photos=(picture(),)) | {part: damage}
    assert "可能损坏了" in upload(phone, exported)
    assert not Visit.objects.exists()


def test_one_damaged_record_of_two_writes_neither(phone, record, household):
    exported = phone.export(record, phone.record(phone.door(household)))
    exported["records"][1]["data"] = exported["records"][0]["data"]
    assert "可能损坏了" in upload(phone, exported)
    assert not Visit.objects.exists()


def test_too_large(phone, monkeypatch):
    monkeypatch.setattr("visits.forms.book.MAX_BYTES", 2**20)
    assert "超过 1 MB" in upload(phone, b" " * (2**20 + 1))


def test_the_page_itself(phone):
    assert 'type="file"' in phone.client.get(reverse("visits:book_file")).content.decode()
