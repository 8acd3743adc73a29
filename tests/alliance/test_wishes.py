"""A wish that was logged as a request becomes a need, once; its page says what came of it, and no name goes along."""

from __future__ import annotations

import pytest
from django.urls import reverse

from alliance.models import Need
from alliance.partners import actions
from community.models import User
from community.roles import Role
from core.refusal import Refused
from tests.alliance.makers import WHY, a_unit
from tests.factories import Desk, appoint, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def wish(here):
    return here.take(here.log("suggestion", title="院子里想添条凳子"), "accept")


def page(client, user, row) -> str:
    client.force_login(User.objects.get(pk=user.pk))
    return client.get(row.get_absolute_url()).content.decode()


def test_the_leader_puts_a_wish_before_the_units_in_two_taps(here, wish, client):
    text = page(client, here.leader, wish)
    url = f"{reverse('alliance:need_new')}?request={wish.pk}"
    assert url in text
    form = client.get(url)
    assert form.context["form"].initial["title"] == "院子里想添条凳子"
    given = {name: form.context["form"][name].value() or "" for name in form.context["form"].fields}
    answer = client.post(url, given | {"topic": "place"})
    row = Need.objects.unscoped(reason=WHY).get()
    assert answer.url == row.get_absolute_url()
    assert (row.request, row.title) == (wish, "院子里想添条凳子")
    assert wish.number in client.get(row.get_absolute_url()).content.decode()
    assert "已经请联盟单位看看能不能帮上：院子里想添条凳子" in page(client, here.leader, wish)
    assert "已经请联盟单位看看能不能帮上：院子里想添条凳子" in page(client, here.reporter, wish)
    assert row.get_absolute_url() not in page(client, here.reporter, wish)


def test_a_unit_does_not_learn_whose_wish_it_is(here, wish, client):
    need = actions.log_need(wish.community, by=here.leader, request=wish, topic="place", title="添条凳子")
    contact = appoint(Role.PARTNER_CONTACT, a_unit(wish.community, "市统计局"))
    text = page(client, contact, need)
    assert "添条凳子" in text
    assert wish.number not in text
    assert here.reporter.name not in text
    assert client.get(wish.get_absolute_url()).status_code == 404


def test_once_unless_it_was_dropped(here, wish):
    fields = {"by": here.leader, "request": wish, "topic": "place", "title": "添条凳子"}
    first = actions.log_need(wish.community, **fields)
    with pytest.raises(Refused, match="已经请联盟单位看了"):
        actions.log_need(wish.community, **fields)
    actions.drop_need(first, by=here.leader, reason="物业添好了")
    assert actions.log_need(wish.community, **fields).request == wish


@pytest.mark.parametrize("slug", ["plumbing", "tip_off"])
def test_only_a_wish_and_never_what_was_asked_in_confidence(here, slug, client):
    row = here.log(slug)
    leader = here.secretary if row.is_confidential else here.leader
    row = here.take(row, "accept", by=leader) if row.is_confidential else here.take(row, "accept")
    with pytest.raises(Refused, match="不能请联盟单位"):
        actions.log_need(row.community, by=leader, request=row, topic="place", title="x")
    assert "请联盟单位帮忙" not in page(client, leader, row)


def test_not_before_somebody_has_accepted_it_and_not_by_the_neighbour(here, wish, client):
    new = here.log("suggestion")
    assert "请联盟单位帮忙" not in page(client, here.leader, new)
    with pytest.raises(Refused):
        actions.log_need(new.community, by=here.leader, request=new, topic="place", title="x")
    client.force_login(here.reporter)
    assert client.get(f"{reverse('alliance:need_new')}?request={wish.pk}").status_code == 403
    other = desk()
    client.force_login(other.leader)
    for key in (wish.pk, "x"):
        assert client.get(f"{reverse('alliance:need_new')}?request={key}").status_code == 404


def test_its_page_asks_no_query_more_for_it(here, wish, client, django_assert_max_num_queries):
    for _ in range(2):
        page(client, here.leader, wish)
    with django_assert_max_num_queries(12):
        client.get(wish.get_absolute_url())
