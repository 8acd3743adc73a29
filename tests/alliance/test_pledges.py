"""What a unit has said it will do: reminded of, reported with a photo, checked by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from alliance.models import Pledge
from alliance.partners import actions, reminders
from alliance.partners import today as room
from alliance.partners.states import PledgeState
from community.models import Notice
from core import clock
from core.refusal import Refused
from tests.alliance.makers import WHY, allied
from tests.asks import asks_of
from tests.factories import small_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return allied()


@pytest.fixture
def pledge(here):
    return actions.make_pledge(
        here.partner, by=here.contact, title="把东墙刷白", until=clock.today() + timedelta(days=10)
    )


def fresh(row):
    return Pledge.objects.unscoped(reason=WHY).get(pk=row.pk)


def report(pledge, by):
    return actions.step_pledge(pledge, "report", by=by, outcome="刷好了", photos=[small_photo("white")])


def test_reported_with_a_photo_and_checked_by_another(here, pledge):
    with pytest.raises(Refused, match="还缺"):
        actions.step_pledge(pledge, "report", by=here.contact, outcome="刷好了")
    report(pledge, here.contact)
    with pytest.raises(Refused):
        actions.step_pledge(pledge, "confirm", by=here.contact)
    done = actions.step_pledge(pledge, "confirm", by=here.staff)
    assert (done.state, done.confirmed_by) == (PledgeState.KEPT, here.staff)


def test_who_reports_for_a_unit_does_not_check_it(here, pledge):
    report(pledge, here.staff)
    with pytest.raises(Refused, match="另一位"):
        actions.step_pledge(pledge, "confirm", by=here.staff)
    assert actions.step_pledge(pledge, "confirm", by=here.secretary).state == PledgeState.KEPT


def test_the_database_holds_two_people_apart(here, pledge):
    report(pledge, here.contact)
    rows = Pledge.objects.unscoped(reason=WHY).filter(pk=pledge.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="kept", confirmed_at=clock.now(), confirmed_by=here.contact)


def test_sent_back_and_reported_again_keeps_one_photo(here, pledge):
    report(pledge, here.contact)
    before = fresh(pledge).photo
    actions.step_pledge(pledge, "send_back", by=here.staff, outcome="墙角还没刷")
    assert fresh(pledge).state == PledgeState.OPEN
    actions.step_pledge(pledge, "report", by=here.contact, outcome="补好了", photos=[small_photo("red")])
    after = fresh(pledge).photo
    assert after != before
    assert not type(after).objects.unscoped(reason=WHY).filter(pk=before.pk).exists()


def test_another_day_is_shown_beside_the_first(here, pledge, client):
    later = clock.today() + timedelta(days=30)
    actions.step_pledge(pledge, "postpone", by=here.staff, outcome="下雨", until=later)
    row = fresh(pledge)
    assert (row.until, row.first_until) == (later, pledge.until)
    client.force_login(here.contact)
    assert "最初说的是" in client.get(row.get_absolute_url()).text


def test_late_is_shown_and_asked_about(here, pledge, client):
    with clock.at(clock.now() + timedelta(days=13)):
        assert [ask.title for ask in asks_of(room, here.staff)] == ["承诺过了日子：把东墙刷白"]
        client.force_login(here.staff)
        assert "过了 3 天" in client.get(pledge.get_absolute_url()).text
        page = client.get(reverse("alliance:pledges"), {"state": "late"}).text
        assert "把东墙刷白" in page
    assert "把东墙刷白" not in client.get(reverse("alliance:pledges"), {"state": "late"}).text


def test_reminded_before_when_late_and_then_weekly(here, pledge):
    def told(user):
        return Notice.objects.unscoped(reason=WHY).filter(user=user, kind="pledge_reminded").count()

    assert reminders.remind() == 0
    start = clock.now()
    counts = []
    for day in range(28):
        with clock.at(start + timedelta(days=day)):
            counts.append(reminders.remind())
            assert reminders.remind() == 0
    assert [day for day, number in enumerate(counts) if number] == [7, 11, 18, 25]
    assert (told(here.contact), told(here.staff)) == (4, 3)


def test_the_form_asks_for_the_photo(here, pledge, client):
    client.force_login(here.contact)
    url = reverse("alliance:pledge_step", args=[pledge.pk, "report"])
    page = client.post(url, {"outcome": "刷好了"})
    assert page.status_code == 200
    assert fresh(pledge).state == PledgeState.OPEN
    assert "errors" in page.text


def test_a_past_day_is_no_pledge(here):
    with pytest.raises(Refused, match="今天以后"):
        actions.make_pledge(here.partner, by=here.staff, title="刷墙", until=clock.today() - timedelta(days=1))


def test_another_unit_sees_none_of_it(here, pledge, client):
    other = allied(here.community, "电台")
    assert not Pledge.objects.visible_to(other.contact).exists()
    client.force_login(other.contact)
    assert client.get(pledge.get_absolute_url()).status_code == 404
    assert "把东墙刷白" not in client.get(here.partner.get_absolute_url()).text
