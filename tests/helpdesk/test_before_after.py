"""Photos from before the work stand beside those from after it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import UpdatePhoto
from tests.factories import Desk, desk, small_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Desk:
    return desk()


def test_before_and_after_stand_beside_each_other(here: Desk) -> None:
    browser = Client()
    browser.force_login(here.reporter)
    row = here.walk(here.log(photos=[small_photo()]), "accept", "dispatch", "sign")
    assert "办理前后" not in browser.get(row.get_absolute_url()).content.decode()
    row = here.take(row, "reply", photos=[small_photo("red")])
    page = browser.get(row.get_absolute_url()).content.decode()
    pictures = browser.get(row.get_absolute_url()).context["page"].pictures
    assert "办理前后" in page
    shown = [photo.url for photo in (*pictures.before, *pictures.after)]
    photos = UpdatePhoto.objects.filter(update__request=row).order_by("update__at", "pk")
    assert shown == [reverse("helpdesk:photo", args=[row.pk, photo.pk]) for photo in photos]
    row = here.take(here.take(row, "send_back"), "reply", photos=[small_photo("blue")])
    newest = browser.get(row.get_absolute_url()).context["page"].pictures.after
    assert len(newest) == 1
    assert newest[0].url != pictures.after[0].url


def test_without_photos_from_before_there_is_nothing_to_compare(here: Desk) -> None:
    browser = Client()
    browser.force_login(here.leader)
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply")
    assert browser.get(row.get_absolute_url()).context["page"].pictures is None
