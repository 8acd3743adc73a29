"""Sessions are Django's own; only the reading is written by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from community.sessions import SessionStore
from core import clock
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> SessionStore:
    store = SessionStore()
    store["who"] = "王阿姨"
    store.create()
    store["who"] = "李大伯"
    store.save()
    return store


def test_what_was_kept_is_read_in_one_query(kept, django_assert_num_queries):
    again = SessionStore(kept.session_key)
    with django_assert_num_queries(1):
        assert again["who"] == "李大伯"
    assert again.session_key == kept.session_key


@pytest.mark.parametrize("how", ["over", "gone", "never there"])
def test_a_session_that_is_over_is_empty_and_gives_its_key_up(kept, how):
    rows = Session.objects.filter(session_key=kept.session_key)
    if how == "over":
        rows.update(expire_date=clock.now() - timedelta(seconds=1))
    elif how == "gone":
        rows.delete()
    again = SessionStore("0" * 32 if how == "never there" else kept.session_key)
    assert again.get("who") is None
    assert again.session_key is None


def test_a_sign_in_ends_with_its_session(client):
    client.force_login(UserFactory())
    address = reverse("community:notices")
    assert client.get(address).status_code == 200
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert client.get(address).status_code == 302
