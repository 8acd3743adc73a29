"""The page that a phone keeps, and what makes it keep it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from community.roles import Role
from core.context import CARE_COOKIE
from tests.factories import GridFactory, UserFactory, appoint
from visits.views.worker import SHELL, shell, version

pytestmark = pytest.mark.django_db
BOOK = "/visits/book/"


@pytest.fixture
def leader_client() -> Client:
    client = Client()
    client.force_login(appoint(Role.GRID_LEADER, GridFactory(), user=UserFactory(name="王秀英")))
    return client


def without_the_time(page: str) -> str:
    return re.sub(r'data-now="[^"]+"', "", page)


def test_the_page_is_the_same_for_everybody(leader_client):
    nobodys = without_the_time(Client().get(BOOK).content.decode())
    leaders = without_the_time(leader_client.get(BOOK).content.decode())
    assert nobodys == leaders
    assert "王秀英" not in leaders
    assert "csrfmiddlewaretoken" not in leaders


def test_the_page_follows_language_and_care_mode(leader_client):
    leader_client.cookies["django_language"] = "en"
    leader_client.cookies[CARE_COOKIE] = "1"
    page = leader_client.get(BOOK).content.decode()
    assert '<html lang="en" class="care">' in page


def test_the_page_names_the_version_that_its_worker_keeps():
    answer = Client().get(BOOK)
    assert answer["Walk-Book"] == version()
    assert f'VERSION = "{version()}"' in Client().get(reverse("visits:book_worker")).content.decode()


def test_the_page_asks_for_nothing_that_the_worker_does_not_keep():
    page = Client().get(BOOK).content.decode()
    asked = re.findall(r'(?:src|href)="([^"#]+\.(?:css|js|svg|png))"', page)
    assert asked
    assert set(asked) <= set(shell())


def test_every_file_that_the_worker_keeps_is_there():
    assert [path for path in SHELL if not finders.find(path)] == []


def test_the_version_follows_the_content(monkeypatch, tmp_path: Path):
    before = version()
    changed = tmp_path / "walk_book.js"
    changed.write_text("// another", encoding="utf-8")
    real = finders.find
    monkeypatch.setattr(finders, "find", lambda path: str(changed) if path == "js/walk_book.js" else real(path))
    assert version() != before
    assert re.fullmatch(r"[0-9a-f]{16}", version())


def test_the_worker_may_see_to_the_whole_portal():
    answer = Client().get(reverse("visits:book_worker"))
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"


def test_the_manifest_names_pictures_that_are_there():
    answer = Client().get(reverse("visits:book_manifest"))
    manifest = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["display"]) == (BOOK, "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    assert {icon["src"] for icon in manifest["icons"]} <= set(shell())
