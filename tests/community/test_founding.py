"""A community comes into being with what every room lays down, and a secretary who can sign in."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from community.models import AuditEvent, Community, User
from community.roles import Role
from helpdesk.models import Category

pytestmark = pytest.mark.django_db
GIVEN = {
    "code": "321102001001",
    "name": "朱方路社区",
    "short_name": "ZFL",
    "secretary_name": "林海燕",
    "secretary_phone": "139 0000 0001",
    "password_stdin": True,
}


def found(monkeypatch, password="kan-shan-kan-shui", **given):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    call_command("found_community", **{**GIVEN, **given})


def test_a_community_begins_with_categories_and_a_secretary(monkeypatch):
    found(monkeypatch)
    community = Community.objects.get()
    secretary = User.objects.get()
    assert secretary.check_password("kan-shan-kan-shui")
    assert secretary.scope.ids("community", Role.SECRETARY) == {community.pk}
    assert Category.objects.filter(community=community).count() > 10
    assert AuditEvent.objects.filter(verb="community_founded").count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "12"}, "12 位数字"),
        ({"secretary_phone": "1390000"}, "11 位"),
        ({"password": "12345678"}, "数字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_stays(monkeypatch, given, said):
    with pytest.raises(CommandError, match=said):
        found(monkeypatch, **given)
    assert not Community.objects.exists()
    assert not User.objects.exists()


def test_a_code_is_founded_once(monkeypatch):
    found(monkeypatch)
    with pytest.raises(CommandError, match="已经有了"):
        found(monkeypatch)
