"""Work groups are told by web hooks: a real receiver of them takes the messages, or refuses to."""

from __future__ import annotations

import pytest
from django.urls import reverse

from community import messages, outbox, robots
from community.models import AuditEvent, Channel, Delivery, Notice
from community.roles import Role
from core import clock
from core.fields import plain_of
from tests.community.message_makers import NOON, Problem, State, group_of
from tests.factories import CommunityFactory, GridFactory, appoint
from tests.servers import Hook

pytestmark = pytest.mark.django_db


# groups --------------------------------------------------------------------------------------------------------------


def test_a_group_is_told_in_one_message_with_links_and_no_numbers_of_phones(community, hook, settings):
    settings.SITE_URL = "https://portal.example.org"
    group_of(community, hook)
    quiet = group_of(community, hook, muted="digest")
    foreign = group_of(CommunityFactory(), hook)
    with clock.at(NOON):
        assert messages.tell_group(community, kind="digest", text="本周 12 件，电话 13812345678", url="/requests/") == 1
        assert messages.tell_group(community, kind="late", text="ZF225-2026-000123 过期了") == 2
        assert outbox.send_due() == 3
    bodies = [content["message"] for _path, content in hook.got]
    assert bodies[0] == "本周 12 件，电话 ＊＊＊\nhttps://portal.example.org/requests/\n\nZF225-2026-000123 过期了"
    assert all(content["title"] == community.name for _path, content in hook.got)
    assert len(bodies) == 2
    assert not Delivery.objects.filter(channel=foreign).exists()
    assert Delivery.objects.filter(channel=quiet).count() == 1


def test_a_grid_has_its_own_group(community, hook):
    grid, without = GridFactory(community=community, work_group=hook.address), GridFactory(community=community)
    group_of(community, hook)
    with clock.at(NOON):
        assert messages.tell_group(community, kind="late", text="三幢一件过期", grid=grid) == 1
        assert messages.tell_group(community, kind="late", text="x", grid=without) == 0
        assert outbox.send_due() == 1
    assert hook.got[0][1]["message"] == "三幢一件过期"


def test_a_group_that_does_not_answer_is_shown_to_the_office(community, office, hook, client):
    group_of(community, hook)
    secretary = appoint(Role.SECRETARY, community)
    hook.status = 500
    with clock.at(NOON):
        messages.tell_group(community, kind="digest", text="本周 12 件", urgent=True)
        Delivery.objects.update(tries=5)
        assert outbox.send_due() == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem, delivery.answer) == (State.GIVEN_UP, Problem.REFUSED, "500")
    told_to = Notice.objects.filter(kind=messages.NOT_ARRIVED, url=reverse("community:messages_office"))
    assert {one.user_id for one in told_to} == {office.pk, secretary.pk}
    client.force_login(office)
    body = client.get(reverse("community:messages_office")).content.decode()
    assert "发到“社区群”" in body
    assert "secret-key" not in body
    hook.status = 200
    client.post(reverse("community:message_again", args=[delivery.pk]))
    assert outbox.send_due() == 1


WECOM = ("wecombot", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa")
DINGTALK = ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abcd1234abcd")
FEISHU = ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abcd-1234")


@pytest.fixture
def robots_here(hook, monkeypatch) -> Hook:
    """The three robots' own plugins, whose servers stand on this machine."""
    from apprise.plugins import dingtalk, feishu, wecombot

    base = f"http://127.0.0.1:{hook.server_port}"
    monkeypatch.setattr(wecombot.NotifyWeComBot, "notify_url", base + "/wecom?key={key}")
    monkeypatch.setattr(dingtalk.NotifyDingTalk, "notify_url", base + "/dingtalk?access_token={token}")
    monkeypatch.setattr(feishu.NotifyFeishu, "notify_url", base + "/feishu/{token}/")
    return hook


@pytest.mark.parametrize(
    ("robot", "body"),
    [
        (WECOM, {"msgtype": "text", "text": {"content": "甲社区\r\n本周 12 件"}}),
        (
            DINGTALK,
            {
                "msgtype": "text",
                "at": {"atMobiles": [], "isAtAll": False},
                "text": {"content": "甲社区\r\n本周 12 件"},
            },
        ),
        (FEISHU, {"msg_type": "text", "content": {"text": "甲社区\r\n本周 12 件"}}),
    ],
)
def test_each_robot_gets_the_body_that_it_knows(robot, body, robots_here):
    kept = robots.checked(robot[1])
    assert kept.startswith(robot[0])
    robots_here.body = {"errcode": 0, "errmsg": "ok", "code": 0}
    assert robots.send(kept, title="甲社区", text="本周 12 件").arrived
    ((_path, sent),) = robots_here.got
    assert sent == body


@pytest.mark.parametrize(
    ("robot", "answer", "number"),
    [
        (WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, "93000"),
        (DINGTALK, {"errcode": 310000, "errmsg": "keywords not in content"}, "310000"),
        (FEISHU, {"code": 19001, "msg": "param invalid"}, "19001"),
    ],
)
def test_a_no_in_the_body_of_a_yes_is_a_no(robot, answer, number, robots_here):
    robots_here.body = answer
    outcome = robots.send(robots.checked(robot[1]), title="甲", text="乙")
    assert outcome == robots.Outcome(Problem.REFUSED, number)


def test_dingtalk_signs_with_its_secret(robots_here):
    kept = robots.checked(DINGTALK[1], secret="SECabc123")
    assert robots.send(kept, title="甲", text="乙").arrived
    ((path, _sent),) = robots_here.got
    assert "timestamp=" in path
    assert "sign=" in path


def test_a_long_text_goes_in_parts_that_a_robot_takes(robots_here):
    text = "\n".join(f"第 {number} 行：{'字' * 30}" for number in range(40))
    assert robots.send(robots.checked(WECOM[1]), title="甲", text=text).arrived
    parts = [sent["text"]["content"] for _path, sent in robots_here.got]
    assert len(parts) > 1
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert "".join(parts).count("字") == text.count("字")


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1/",
        "json://localhost:8000/x",
        "jsons://10.0.0.5/",
        "json://192.168.1.1/",
        "json://169.254.169.254/latest/meta-data",
        "json://[::1]/",
        "json://[::ffff:127.0.0.1]/",
        "json://2130706433/",
        "json://0/",
        "json://nowhere.invalid/",
        "file:///etc/passwd",
        "syslog://",
        "mailto://a:b@example.org",
        "http://example.org/",
        "rocket://127.0.0.1/x",
    ],
)
def test_no_address_leads_into_the_own_network(address, settings, community, office, client):
    settings.ROBOTS_IN_OWN_NETWORK = False
    client.force_login(office)
    answer = client.post(reverse("community:messages_group_new"), {"name": "群", "address": address})
    assert answer.status_code == 200
    assert not Channel.objects.exists()


def test_a_name_that_leads_elsewhere_later_is_dropped_before_a_byte_is_sent(settings, hook):
    settings.ROBOTS_IN_OWN_NETWORK = False
    outcome = robots.send(hook.address, title="甲", text="乙")
    assert outcome.problem == Problem.UNREACHED
    assert not hook.got


def test_the_office_connects_tries_changes_and_ends_a_group(community, office, hook, client):
    client.force_login(office)
    kinds = list(messages.group_kinds())
    made = client.post(
        reverse("community:messages_group_new"), {"name": "网格长群", "address": hook.address, "wanted": kinds}
    )
    group = Channel.objects.get()
    assert made.url == reverse("community:messages_group", args=[group.pk])
    assert (group.muted, group.kind) == ("", "other")
    body = client.post(made.url, {"test": "1"}, follow=True).content.decode()
    assert "对方收下了" in body
    assert "secret-key" not in body
    assert hook.got[0][1]["message"] == "网格长群的工作群接通了。"
    client.post(made.url, {"name": "网格群", "address": ""})
    group.refresh_from_db()
    assert (group.name, group.muted.split(), plain_of(group.address)) == ("网格群", kinds, hook.address)
    hook.status = 403
    assert "它回答 403" in client.post(made.url, {"test": "1"}, follow=True).content.decode()
    assert "认不出" in client.post(made.url, {"name": "网格群", "address": "群里"}).content.decode()
    end = reverse("community:messages_group_end", args=[group.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"submission": ""}).url == reverse("community:messages_office")
    assert not Channel.objects.exists()
    assert "secret-key" not in str(AuditEvent.objects.filter(verb__startswith="message_group").values())
