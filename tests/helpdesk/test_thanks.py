"""Letters of thanks: who writes, reads, puts out and takes back which."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from community import personal, retention
from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock, scoping
from core.refusal import Refused
from helpdesk import actions as requests
from helpdesk import thanks
from helpdesk.actions.thanks import publish_thanks, unpublish_thanks, withdraw_thanks, write_thanks
from helpdesk.models import ThanksLetter
from tests.asks import asks_of
from tests.factories import Desk, appoint, desk, family_of, household_in, neighbour_of, resident_of, small_photo

pytestmark = pytest.mark.django_db
CONSENTS = ["private", "nameless", "named"]


@pytest.fixture
def here() -> Desk:
    return desk()


def letter_of(here: Desk, consent: str = "named", **given: Any) -> ThanksLetter:
    asked = {"by": here.reporter, "text": "水管修得又快又好。", "to_user": here.handler, **given}
    return write_thanks(community=here.grid.community, consent=consent, **asked)


def enter(user: Any = None) -> Client:
    browser = Client()
    if user:
        browser.force_login(user)
    return browser


def sees(user: Any) -> set[ThanksLetter]:
    user.__dict__.pop("scope", None)
    with scoping.armed():
        return set(ThanksLetter.objects.visible_to(user))


def out() -> str:
    return enter().get(reverse("helpdesk:thanks")).content.decode()


def status(user: Any, address: str) -> int:
    """What the address answers; a file is read to its end."""
    answer = enter(user).get(address)
    b"".join(answer.streaming_content if answer.streaming else [answer.content])  # type: ignore[attr-defined]
    return int(answer.status_code)


def upload() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (30, 20), "olive").save(content, "JPEG")
    return SimpleUploadedFile("letter.jpg", content.getvalue(), "image/jpeg")


def test_who_is_thanked_is_told_without_a_word_of_it(here: Desk) -> None:
    letter = letter_of(here, "private")
    notice = Notice.objects.get(kind="thanks_written")
    assert (notice.user, notice.url) == (here.handler, letter.get_absolute_url())
    assert here.reporter.name not in notice.text
    assert letter.text not in notice.text
    page = enter(here.handler).get(letter.get_absolute_url()).content.decode()
    assert letter.text in page
    assert here.reporter.name in page


@pytest.mark.parametrize("consent", CONSENTS)
def test_who_sees_one_that_is_not_out(here: Desk, consent: str) -> None:
    letter = letter_of(here, consent)
    staff, neighbour = appoint(Role.COMMUNITY_STAFF, here.grid.community), resident_of(household_in(here.grid))
    assert sees(here.reporter) == sees(here.handler) == {letter}
    assert sees(here.leader) == sees(neighbour) == set()
    assert sees(staff) == sees(here.secretary) == (set() if consent == "private" else {letter})
    assert letter.text not in out()


def test_a_private_one_to_somebody_without_account_reaches_the_office(here: Desk) -> None:
    letter = letter_of(here, "private", to_user=None, to_name="电台的志愿者")
    assert sees(here.secretary) == {letter}


def test_out_it_is_read_by_everybody_with_the_name_or_without(here: Desk) -> None:
    named, nameless = letter_of(here, text="写名字的"), letter_of(here, "nameless", text="不写名字的")
    for letter in (named, nameless):
        publish_thanks(letter, by=here.secretary)
    page = out()
    assert page.count(here.reporter.name) == 1
    assert "一位居民" in page
    neighbour = resident_of(household_in(here.grid))
    page = enter(neighbour).get(nameless.get_absolute_url()).content.decode()
    assert here.reporter.name not in page
    assert here.reporter.name in enter(here.handler).get(nameless.get_absolute_url()).content.decode()


def test_without_consent_it_never_goes_out(here: Desk) -> None:
    letter = letter_of(here, "private")
    with pytest.raises(Refused, match="没有答应公开"):
        publish_thanks(letter, by=here.secretary)
    with pytest.raises(IntegrityError), transaction.atomic():
        ThanksLetter.objects.filter(pk=letter.pk).update(published_at=clock.now(), published_by=here.secretary)


@pytest.mark.parametrize(("text", "says"), [("打 13812345678 找他", "号码"), ("我是{name}，谢谢", "不想写名字")])
def test_what_gives_away_does_not_go_out(here: Desk, text: str, says: str) -> None:
    letter = letter_of(here, "nameless", text=text.format(name=here.reporter.name))
    with pytest.raises(Refused, match=says):
        publish_thanks(letter, by=here.secretary)


def test_only_the_office_puts_it_out_and_once(here: Desk) -> None:
    letter = letter_of(here)
    for user in (here.reporter, here.handler, here.leader, desk().secretary):
        with pytest.raises(Refused, match="由社区来公开"):
            publish_thanks(letter, by=user)
    publish_thanks(letter, by=here.secretary)
    assert Notice.objects.get(kind="thanks_published").user == here.reporter
    with pytest.raises(Refused, match="已经公开了"):
        publish_thanks(letter, by=here.secretary)


def test_its_writer_takes_it_back_at_any_time(here: Desk) -> None:
    letter = letter_of(here)
    publish_thanks(letter, by=here.secretary)
    with pytest.raises(Refused, match="由写信人"):
        withdraw_thanks(letter, by=here.handler)
    browser = enter(here.reporter)
    answer = browser.post(reverse("helpdesk:thanks_withdraw", args=[letter.pk]), {"submission": uuid4()})
    assert answer["Location"] == letter.get_absolute_url()
    assert letter.text not in out()
    assert sees(here.handler) == sees(here.secretary) == set()
    assert sees(here.reporter) == {letter}
    letter.refresh_from_db()
    assert (letter.published_at, letter.published_by) == (None, None)
    with pytest.raises(Refused, match="已经收回"):
        withdraw_thanks(letter, by=here.reporter)
    with pytest.raises(Refused, match="已经收回"):
        publish_thanks(letter, by=here.secretary)


def test_who_is_thanked_would_rather_not_be_read_about(here: Desk) -> None:
    letter = letter_of(here)
    publish_thanks(letter, by=here.secretary)
    with pytest.raises(Refused):
        unpublish_thanks(letter, by=here.leader)
    enter(here.handler).post(reverse("helpdesk:thanks_unpublish", args=[letter.pk]), {"submission": uuid4()})
    assert letter.text not in out()
    assert sees(here.handler) == {letter}
    with pytest.raises(Refused, match="没有公开"):
        unpublish_thanks(letter, by=here.secretary)


def test_nobody_thanks_themselves_or_nobody(here: Desk) -> None:
    with pytest.raises(Refused, match="感谢别人"):
        letter_of(here, by=here.handler)
    with pytest.raises(Refused, match="感谢谁"):
        letter_of(here, to_user=None)


# The photo -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("consent", CONSENTS)
def test_a_photo_goes_out_with_the_name_alone(here: Desk, consent: str) -> None:
    letter = letter_of(here, consent, photos=[small_photo()])
    public = reverse("helpdesk:thanks_photo_out", args=[letter.pk])
    own = reverse("helpdesk:thanks_photo", args=[letter.pk])
    assert status(None, public) == 404
    assert status(here.handler, own) == 200
    if consent != "private":
        publish_thanks(letter, by=here.secretary)
    assert status(None, public) == (200 if consent == "named" else 404)
    assert (public in out()) == (consent == "named")
    assert status(resident_of(household_in(here.grid)), own) == (200 if consent == "named" else 404)


# Writing ---------------------------------------------------------------------------------------------------------


def test_from_a_request_that_is_done(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve")
    browser = enter(here.reporter)
    address = f"{reverse('helpdesk:thanks_new')}?request={row.pk}"
    page = browser.get(address).content.decode()
    assert f'<option value="{here.handler.pk}" selected>' in page
    answer = browser.post(
        address,
        {"submission": uuid4(), "to_user": here.handler.pk, "text": "谢谢师傅", "consent": "named", "photos": upload()},
    )
    letter = ThanksLetter.objects.get()
    assert answer["Location"] == letter.get_absolute_url()
    assert (letter.request, letter.to_user, letter.writer, letter.photo is not None) == (
        row,
        here.handler,
        here.reporter,
        True,
    )
    assert row.get_absolute_url() in browser.get(letter.get_absolute_url()).content.decode()
    assert row.get_absolute_url() not in enter(here.handler).get(letter.get_absolute_url()).content.decode()


def test_not_for_what_is_not_done_or_not_ones_own(here: Desk) -> None:
    address = f"{reverse('helpdesk:thanks_new')}?request="
    running, done = here.log(), here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve")
    for user, key in [
        (here.reporter, running.pk),
        (here.leader, done.pk),
        (resident_of(household_in(here.grid)), done.pk),
        (here.reporter, "x"),
    ]:
        assert enter(user).get(f"{address}{key}").status_code == 404


def test_freely_by_a_name_that_is_typed(here: Desk) -> None:
    browser = enter(here.reporter)
    page = browser.get(reverse("helpdesk:thanks_new")).content.decode()
    assert here.leader.name in page
    assert here.handler.name not in page
    sent = {"submission": uuid4(), "to_name": "电台的志愿者", "text": "头发剪得好", "consent": "nameless"}
    browser.post(reverse("helpdesk:thanks_new"), sent)
    letter = ThanksLetter.objects.get()
    assert (letter.to_user, letter.to_name, letter.request) == (None, "电台的志愿者", None)
    assert not Notice.objects.filter(kind="thanks_written").exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": ""}, "想说的话"),
        ({"to_name": ""}, "请写上感谢谁"),
        ({"consent": ""}, "请选一项"),
        ({"text": "长" * 1001}, "1000"),
        ({"photos": SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")}, "照片"),
    ],
)
def test_what_is_wrong_is_said(here: Desk, wrong: dict[str, Any], says: str) -> None:
    sent = {"submission": uuid4(), "to_name": "志愿者", "text": "谢谢", "consent": "named", **wrong}
    page = enter(here.reporter).post(reverse("helpdesk:thanks_new"), sent)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert not ThanksLetter.objects.exists()


def test_script_stays_text(here: Desk) -> None:
    publish_thanks(letter_of(here, text="<script>alert(1)</script>"), by=here.secretary)
    assert "<script>alert" not in out()
    assert "&lt;script&gt;alert" in out()


def test_on_paper_the_office_writes_it_down(here: Desk) -> None:
    staff = appoint(Role.COMMUNITY_STAFF, here.grid.community)
    sent = {
        "submission": uuid4(),
        "writer_name": "李桂兰",
        "written_on": (clock.today() - timedelta(days=2)).isoformat(),
        "to_user": here.leader.pk,
        "text": "两次都来劝。",
        "consent": "named",
        "photos": upload(),
    }
    browser = enter(staff)
    late = {
        **sent,
        "submission": uuid4(),
        "photos": upload(),
        "written_on": (clock.today() + timedelta(days=1)).isoformat(),
    }
    assert "以前的日子" in browser.post(reverse("helpdesk:thanks_paper"), late).content.decode()
    browser.post(reverse("helpdesk:thanks_paper"), sent)
    letter = ThanksLetter.objects.get()
    assert (letter.writer, letter.writer_name, letter.logged_by) == (None, "李桂兰", staff)
    assert clock.local(letter.written_at).date() == clock.today() - timedelta(days=2)
    publish_thanks(letter, by=here.secretary)
    assert "李桂兰" in out()
    withdraw_thanks(letter, by=staff)
    assert enter(here.leader).get(reverse("helpdesk:thanks_paper")).status_code == 403


def test_a_side_of_a_mediation_writes_thanks_too(here: Desk) -> None:
    other = neighbour_of(here.household)
    family_of(here.household, {"name": "李桂兰"})
    row = requests.open_mediation(by=here.leader, title="练琴", home=here.household, other=other)
    row = here.take(row, "accept")
    for side in row.sides:
        requests.agree(row, side, by=here.leader)
    row = here.walk(here.take(row, "dispatch"), "sign")
    row = here.take(row, "reply", result="impossible", photos=[])
    row = here.take(row, "conclude")
    neighbour = resident_of(other)
    page = enter(neighbour).get(f"{reverse('helpdesk:thanks_new')}?request={row.pk}")
    assert page.status_code == 200
    assert here.handler.name in page.content.decode()


# Today, own data, retention --------------------------------------------------------------------------------------


def test_the_office_is_asked_while_it_is_new(here: Desk) -> None:
    letter_of(here, "private")
    letter_of(here)
    letter_of(here, "nameless")

    def asked(user: Any) -> list[str]:
        user.__dict__.pop("scope", None)
        with scoping.armed():
            return [ask.title for ask in asks_of(thanks, user)]

    assert asked(here.secretary) == ["2 封感谢信可以公开"]
    assert asked(here.leader) == asked(here.reporter) == []
    with clock.at(clock.now() + timedelta(days=31)):
        assert asked(here.secretary) == []


def test_ones_own_letters_are_taken_along_and_erased(here: Desk) -> None:
    (person,) = family_of(here.household, {"name": here.reporter.name})
    here.reporter.appointments.update(resident=person)
    letter = letter_of(here, photos=[small_photo()])
    publish_thanks(letter, by=here.secretary)
    sections = {one.slug: one for _room, found in personal.sections(here.reporter) for one in found}
    assert sections["thanks"].rows[0]["text"] == letter.text
    effects = [line.words for one in personal.effects(person) for line in one.goes]
    assert any("感谢信" in words for words in effects)
    personal.erase(person, by=here.secretary)
    letter.refresh_from_db()
    assert (letter.writer, letter.photo, letter.published_at) == (None, None, None)
    assert here.reporter.name not in letter.writer_name + letter.text
    assert letter.withdrawn_at is not None


def test_what_was_taken_back_is_deleted_after_a_month(here: Desk) -> None:
    letter = letter_of(here, photos=[small_photo("olive")])
    kept = letter_of(here)
    assert letter.photo is not None
    withdraw_thanks(letter, by=here.reporter)
    retention.run([here.grid.community])
    assert ThanksLetter.objects.count() == 2
    with clock.at(clock.now() + timedelta(days=31)):
        retention.run([here.grid.community])
    assert list(ThanksLetter.objects.all()) == [kept]
    assert AuditEvent.objects.filter(verb="thanks_withdrawn").exists()


def test_pages_cost_the_same_for_many(here: Desk, django_assert_max_num_queries: Any) -> None:
    for _number in range(4):
        publish_thanks(letter_of(here), by=here.secretary)
        letter_of(here)
    browser = enter(here.secretary)
    with django_assert_max_num_queries(10):
        browser.get(reverse("helpdesk:thanks"))
