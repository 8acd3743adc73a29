"""What people add to a published quarter (questions, photos, petitions), what is typed for it, and its versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from community import personal, today
from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from grids.models import Household, OwnerGroup, Ownership
from property import entries
from property.entries import Item
from property.models import (
    AuditPetition,
    CashCount,
    PetitionSignature,
    PostingPhoto,
    Publication,
    PublicationEntry,
    PublicationLine,
    PublicationQuestion,
    Voucher,
)
from property.models.public import PETITION_STEPS, QUESTION_STEPS
from property.publication import actions, asking, difference, forgetting, petitioning, posting, readiness, sheet
from property.publication.lines import facts_of, line_of, name_of
from property.publication.rows import (
    AnswerRow,
    AssetRow,
    ResolutionRow,
    Section,
    StaffRow,
    freeze,
    percent_of,
    thaw,
)
from property.publication.suggested import MOST_ITEMS, few, suggested
from tests.factories import (
    GridFactory,
    appoint,
    full_committee_of,
    household_in,
    resident_of,
    small_photo,
)

pytestmark = pytest.mark.django_db
AUTUMN = Quarter(2025, 4)
WINTER = AUTUMN.next()
DAY = date(2025, 10, 8)
GUARD = StaffRow("门卫", 3, Decimal("9000.00"), "三班倒")
GATE = AssetRow("project", "大门道闸", "政府补助", "居民会议", Decimal("12000.00"), "在建", "张三")
VOTE = ResolutionRow("2025-1", "换水泵", date(2025, 9, 1), 80, 100, Decimal("8000.00"), Decimal("9000.00"))


@pytest.fixture
def committee():
    committee = full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])
    committee.post(Voucher.objects.get(book=committee.book, kind="opening"))
    lines = entries.received([Item(committee.account("430101"), "fee", Decimal("800.00"))], committee.account("1002"))
    committee.post(kind="receipt", day=DAY, summary="收物业费", lines=lines)
    committee.post(day=DAY, item="510106", amount=Decimal("300.00"), payee="王建国", summary="修门禁")
    return committee


@pytest.fixture
def published(committee):
    return committee.publish(AUTUMN)


@pytest.fixture
def home(committee):
    grid = GridFactory(community=committee.book.community)
    return household_in(grid, dwelling__unit__building__estate=committee.book.estate, dwelling__area=8000)


@pytest.fixture
def reader(home):
    return resident_of(home)


def fresh(publication):
    return Publication.objects.for_page().get(pk=publication.pk)


def paid_line(publication):
    return line_of(publication, Section.SPENDING, 1)


def ask(publication, reader, text="门禁修了几次？"):
    return asking.ask(paid_line(publication), by=reader, text=text)


def page(client, user, url, data=None):
    user.__dict__.pop("scope", None)
    client.force_login(user)
    answer = client.get(url) if data is None else client.post(url, data)
    if answer.streaming:
        answer.content_read = b"".join(answer.streaming_content)
    return answer


# What is typed ----------------------------------------------------------------------------------------------------


def type_in(committee, publication, rows):
    proofs = actions.draft_sections(publication)[1]
    return actions.change_rows(
        publication, by=committee.bookkeeper, revision=publication.revision, rows=rows, proofs=proofs
    )


def test_what_is_typed_is_frozen_with_the_rest_and_begins_the_next_quarter(committee, client, reader):
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    draft = type_in(committee, draft, [GATE, GUARD, VOTE])
    published = actions.publish(committee.sign_all(committee.fill(draft)), by=committee.chair)
    told = sheet.of_frozen(fresh(published))
    assert told.verdict == "intact"
    assert (told.sections.staff, told.sections.assets, told.sections.resolutions) == ((GUARD,), (GATE,), (VOTE,))
    text = page(client, reader, published.get_absolute_url()).content.decode()
    for words in ("门卫", "大门道闸", "80 / 100 人，80%", "8,000.00 / 9,000.00 平方米，89%"):
        assert words in text
    committee.close(WINTER)
    after = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=WINTER)
    told = actions.draft_sections(after)[0]
    assert (told.staff, told.assets, told.resolutions) == ((GUARD,), (GATE,), ())


def test_typed_rows_make_signatures_void_and_are_the_bookkeepers(committee):
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    draft = actions.sign(committee.fill(draft), by=committee.bookkeeper, revision=2)
    draft = type_in(committee, draft, [GUARD])
    assert draft.state == "draft"
    assert draft.places
    with pytest.raises(Refused):
        actions.change_rows(draft, by=committee.supervisor, revision=draft.revision, rows=[], proofs={})


def test_the_form_offers_cited_resolutions_keeps_rows_and_gives_more(committee, client):
    committee.post(day=DAY, item="510106", amount=Decimal("20.00"), summary="灯", resolution_ref="2025-7")
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    url = reverse("property:quarter_rows", args=[draft.pk])
    shown = page(client, committee.bookkeeper, url)
    form = shown.context["form"]
    assert 'value="2025-7"' in shown.content.decode()
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"post_6_0": "门卫", "people_6_0": "3", "wages_6_0": "9000", "name_7_0": "道闸", "more": "1"}
    data |= {"people_for_8_0": "120", "people_all_8_0": "100"}
    refused = client.post(url, data)
    assert "同意的不能比全体还多" in refused.content.decode()
    data["people_for_8_0"] = "60"
    assert client.post(url, data).url == url
    told = actions.draft_sections(fresh(draft))[0]
    assert told.staff == (StaffRow("门卫", 3, Decimal("9000.00"), ""),)
    assert told.assets == (AssetRow("asset", "道闸", "", "", None, "", ""),)
    assert [(row.ref, row.people_for) for row in told.resolutions] == [("2025-7", 60)]


def test_a_row_without_a_name_is_shown_where_it_lacks_it(committee, client):
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    url = reverse("property:quarter_rows", args=[draft.pk])
    form = page(client, committee.bookkeeper, url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"people_6_0": "3"}
    answer = client.post(url, data)
    assert "请写上名称" in answer.content.decode()
    assert not PublicationEntry.objects.unscoped(reason="test").exists()


def test_the_checklist_tells_what_residents_would_miss_and_stops_nothing(committee, client):
    committee.post(day=DAY, item="510106", amount=Decimal("20.00"), summary="灯", resolution_ref="2025-7")
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    told = actions.draft_sections(draft)[0]
    said = [one.text for one in readiness.advice(draft, told) if not one.passed]
    assert any("第六部分" in text for text in said)
    assert any("2025-7" in text for text in said)
    assert not any(one.required for one in readiness.advice(draft, told))
    assert "第六部分" in page(client, committee.bookkeeper, draft.get_absolute_url()).content.decode()
    assert committee.sign_all(committee.fill(draft)).state == "signing"


texts = st.text(max_size=20)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@given(
    st.one_of(
        st.builds(StaffRow, texts, st.integers(0, 99), st.none() | amounts, texts),
        st.builds(
            AssetRow, st.sampled_from(["asset", "project"]), texts, texts, texts, st.none() | amounts, texts, texts
        ),
        st.builds(
            ResolutionRow,
            texts,
            texts,
            st.none() | st.dates(),
            st.none() | st.integers(0, 999),
            st.none() | st.integers(1, 999),
            st.none() | amounts,
            st.none() | amounts,
        ),
        st.builds(AnswerRow, st.just("2025Q4"), texts, st.dates(), texts, texts, st.none() | st.dates()),
    )
)
def test_every_new_row_is_read_as_it_was_frozen(row):
    section = {StaffRow: 6, AssetRow: 7, ResolutionRow: 8, AnswerRow: 9}[type(row)]
    assert thaw(section, freeze(row)) == row
    assert isinstance(name_of(row), str)
    assert all(isinstance(text, str) for _word, text in facts_of(row))


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_percent_is_rounded_half_up(part, whole):
    assert percent_of(part, whole) == (part * 200 + whole) // (2 * whole)


# Questions --------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_for_all_and_names_nobody(committee, published, reader, client):
    url = reverse("property:quarter_ask", args=[published.pk, 3, 1])
    form = page(client, reader, reverse("property:quarter_line", args=[published.pk, 3, 1])).context["form"]
    sent = {"text": "门禁修了几次？", "submission": form["submission"].value()}
    assert page(client, reader, url, sent).status_code == 302
    assert page(client, reader, url, sent).status_code == 302
    question = PublicationQuestion.objects.of(published).get()
    assert question.about == "2025-10 记-2 修门禁"
    for signer in committee.signers:
        assert Notice.objects.filter(user=signer, kind="publication_question").exists()
        (one,) = [found for found in today.gather(signer) if "提问" in found.title]
        assert one.url == reverse("property:question_answer", args=[question.pk])
        signer.__dict__.pop("scope", None)
    answered = page(client, committee.supervisor, one.url, {"answer": "修了两次，第二次没收钱。"})
    assert answered.status_code == 302
    assert Notice.objects.filter(user=reader, kind="publication_answer").exists()
    other = resident_of(
        household_in(
            GridFactory(community=committee.book.community), dwelling__unit__building__estate=committee.book.estate
        )
    )
    for path in (reverse("property:quarter_questions", args=[published.pk]), paid_line(published).get_absolute_url()):
        text = page(client, other, path).content.decode()
        assert "修了两次" in text
        assert reader.name not in text
        assert committee.supervisor.name not in text
    assert "看 1 个提问" in page(client, other, published.get_absolute_url()).content.decode()


def test_an_answer_is_due_in_seven_working_days_and_reminded_of_twice(committee, published, reader):
    secretary = appoint(Role.SECRETARY, committee.book.community)
    with clock.at(clock.now()):
        question = ask(published, reader)
    working = 7
    assert (question.due_at.date() - question.asked_at.date()).days >= working + 2
    assert asking.remind() == 0
    Notice.objects.all().delete()
    with clock.at(question.due_at - timedelta(hours=30)):
        assert (asking.remind(), asking.remind()) == (1, 0)
    assert not Notice.objects.filter(user=secretary).exists()
    with clock.at(question.due_at + timedelta(hours=1)):
        assert (asking.remind(), asking.remind()) == (1, 0)
        assert [one.urgent for one in today.gather(committee.chair) if "提问" in one.title] == [True]
    assert Notice.objects.filter(user=secretary, kind="publication_question").exists()


def test_who_may_ask_and_how_much(committee, published, reader, home):
    for stranger in (
        committee.chair,
        resident_of(household_in(GridFactory(community=committee.book.community))),
        appoint(Role.SECRETARY, committee.book.community),
    ):
        with pytest.raises(Refused):
            ask(published, stranger)
    with pytest.raises(Refused, match="必须填写"):
        ask(published, reader, "  ")
    for number in range(asking.MOST_OPEN):
        question = ask(published, reader, f"第 {number} 问")
    with pytest.raises(Refused, match="等一等"):
        ask(published, resident_of(home), "再问")
    asking.withdraw(question, by=reader)
    ask(published, reader, "再问")
    with pytest.raises(Refused):
        asking.withdraw(PublicationQuestion.objects.of(published).first(), by=committee.chair)


def test_only_lines_that_stand_there_can_be_asked_about(published, reader, client):
    for section, position in ((3, 99), (Section.HISTORY, 1), (99, 1), (0, 1)):
        assert line_of(published, section, position) is None
        url = reverse("property:quarter_line", args=[published.pk, section, position])
        assert page(client, reader, url).status_code == 404
    for section, position in PublicationLine.objects.of(published).values_list("section", "position"):
        if section != Section.HISTORY:
            url = reverse("property:quarter_line", args=[published.pk, section, position])
            assert page(client, reader, url).status_code == 200


def test_an_answer_stands_once_given(committee, published, reader):
    question = asking.answer(ask(published, reader), by=committee.cashier, answer="两次。")
    with pytest.raises(Refused):
        asking.answer(question, by=committee.chair, answer="三次。")
    with pytest.raises(Refused):
        asking.withdraw(question, by=reader)
    outsider = full_committee_of(opened_on=date(2025, 10, 1)).chair
    with pytest.raises(Refused):
        asking.answer(ask(published, reader), by=outsider, answer="我来答。")


def test_answers_print_in_the_next_quarter_and_open_ones_until_they_are_answered(committee, published, reader):
    with clock.at(clock.now() - timedelta(hours=3)):
        done, left = ask(published, reader, "问一"), ask(published, reader, "问二")
        asking.withdraw(ask(published, reader, "收回的"), by=reader)
        asking.answer(done, by=committee.chair, answer="答一")
    second = committee.publish(WINTER)
    told = sheet.of_frozen(fresh(second)).sections.answers
    assert [(row.text, row.answer, row.answered_on is None) for row in told] == [
        ("问一", "答一", False),
        ("问二", "", True),
    ]
    asking.answer(left, by=committee.chair, answer="答二")
    third = committee.publish(WINTER.next())
    assert [(row.text, row.answer) for row in sheet.of_frozen(fresh(third)).sections.answers] == [("问二", "答二")]
    assert sheet.of_frozen(fresh(committee.publish(WINTER.next().next()))).sections.answers == ()


# Photos -----------------------------------------------------------------------------------------------------------


def test_photos_show_where_it_hangs_during_the_notice(committee, published, reader, client):
    for on in (published.notice_from - timedelta(days=1), published.notice_to + timedelta(days=1)):
        with pytest.raises(Refused, match="公示期"):
            posting.add_photos(published, by=committee.chair, place="公告栏", posted_on=on, photos=[small_photo()])
    with pytest.raises(Refused, match="委员"):
        posting.add_photos(published, by=reader, place="公告栏", posted_on=clock.today(), photos=[small_photo()])
    (photo,) = posting.add_photos(
        published, by=committee.chair, place="公告栏", posted_on=clock.today(), photos=[small_photo()]
    )
    url = reverse("property:posting_photo", args=[photo.pk])
    assert url in page(client, reader, published.get_absolute_url()).content.decode()
    assert page(client, reader, url).status_code == 200
    posting.remove_photo(photo, by=committee.cashier)
    assert not PostingPhoto.objects.of(published).exists()
    assert sheet.of_frozen(fresh(published)).verdict == "intact"


# The petition -----------------------------------------------------------------------------------------------------


@pytest.fixture
def neighbours(committee, home):
    """Nine more homes of 80 m² each, one of them let; two belong to one owner group."""
    building = home.building
    homes = [home]
    for number in range(9):
        kind = Household.Kind.RENTING if number == 8 else Household.Kind.REGISTERED
        homes.append(household_in(building.grid, kind=kind, dwelling__unit__building=building, dwelling__area=8000))
    place = {"community": committee.book.community}
    group = OwnerGroup.objects.create(estate=committee.book.estate, label="王某等 2 人", **place)
    for one in homes[:2]:
        Ownership.objects.create(group=group, dwelling=one.dwelling, starts_on=date(2020, 1, 1), **place)
    return homes


def test_an_owner_counts_once_and_both_counts_must_be_reached(committee, published, neighbours, client):
    secretary = appoint(Role.SECRETARY, committee.book.community)
    first, twin, third, tenant = (resident_of(neighbours[number]) for number in (0, 1, 2, 9))
    petition = petitioning.begin(published, by=first, reason="维修费看不明白")
    assert (petition.people_total, petition.area_total) == (9, 80000)
    with pytest.raises(Refused, match="一位业主算一次"):
        petitioning.sign(petition, by=twin)
    with pytest.raises(Refused, match="租住"):
        petitioning.sign(petition, by=tenant)
    counted = AuditPetition.objects.of(published).with_counts().get()
    assert (counted.people, counted.area, counted.state) == (1, 16000, "open")
    with pytest.raises(Refused):
        petitioning.begin(published, by=third, reason="再来一个")
    reached = petitioning.sign(petition, by=third)
    assert reached.state == "reached"
    assert reached.reached_at is not None
    for told in (secretary, *committee.signers):
        assert Notice.objects.filter(user=told, kind="publication_petition").count() == 1
    petitioning.withdraw(petition, by=third)
    assert AuditPetition.objects.of(published).with_counts().get().people == 1
    petitioning.sign(petition, by=third)
    assert Notice.objects.filter(user=secretary, kind="publication_petition").count() == 1
    assert any("审计" in one.title for one in today.gather(secretary))
    url = petition.get_absolute_url()
    text = page(client, resident_of(neighbours[5]), url).content.decode()
    for home in neighbours:
        assert home.dwelling.label not in text
    signers = reverse("property:petition_signers", args=[petition.pk])
    assert neighbours[2].dwelling.label in page(client, secretary, signers).content.decode()
    assert AuditEvent.objects.filter(verb="petition_read", actor_id=secretary.pk).exists()
    assert page(client, committee.chair, signers).status_code == 404
    page(client, secretary, reverse("property:petition_end", args=[petition.pk]), {"outcome": "请了事务所。"})
    assert AuditPetition.objects.of(published).get().state == "ended"
    with pytest.raises(Refused):
        petitioning.sign(AuditPetition.objects.of(published).get(), by=twin)


@given(st.integers(0, 3000), st.integers(1, 3000), st.integers(0, 10**7), st.integers(1, 10**7))
def test_it_is_reached_with_a_fifth_of_both(people, people_total, area, area_total):
    petition = AuditPetition(people_total=people_total, area_total=area_total, percent=20)
    due = people > 0 and people * 5 >= people_total and area * 5 >= area_total
    assert petitioning.is_reached(people, area, petition) == due


def test_the_page_signs_and_takes_back(published, reader, client):
    assert page(client, reader, reverse("property:petition_new", args=[published.pk])).status_code == 200
    begun = client.post(reverse("property:petition_new", args=[published.pk]), {"reason": "看不明白"})
    petition = AuditPetition.objects.of(published).get()
    assert begun.url == petition.get_absolute_url()
    assert "收回联名" in client.get(begun.url).content.decode()
    client.post(reverse("property:petition_withdraw", args=[petition.pk]))
    assert "我家联名" in client.get(begun.url).content.decode()
    client.post(reverse("property:petition_sign", args=[petition.pk]))
    assert PetitionSignature.objects.unscoped(reason="test").standing().count() == 1


def test_who_asked_and_who_signed_is_given_kept_and_forgotten(committee, published, reader):
    question = asking.answer(ask(published, reader), by=committee.chair, answer="两次。")
    petition = petitioning.begin(published, by=reader, reason="看不明白")
    mine = {section.slug: section.rows for _room, found in personal.sections(reader) for section in found}
    assert [row["text"] for row in mine["quarter_questions"]] == ["门禁修了几次？"]
    assert len(mine["audit_petitions"]) == 1
    secretary = appoint(Role.SECRETARY, committee.book.community)
    petitioning.end(petition, by=secretary, outcome="查过了。")
    community = committee.book.community
    with clock.at(clock.now() + timedelta(days=800)):
        for rule in forgetting.RULES:
            assert (rule.count(community, rule.before), rule.forget(community, rule.before)) == (1, 1)
            assert rule.count(community, rule.before) == 0
    question.refresh_from_db()
    signature = PetitionSignature.objects.unscoped(reason="test").get()
    assert (question.asked_by, question.household, question.text) == (None, None, "门禁修了几次？")
    assert (signature.user, signature.household, signature.voter[:2]) == (None, None, "x:")


def test_every_step_of_questions_and_petitions_is_one_that_somebody_can_take():
    assert {(step.source, step.action) for step in QUESTION_STEPS} == {
        ("", "ask"),
        ("open", "answer"),
        ("open", "withdraw"),
    }
    assert all(step.source != "ended" for step in PETITION_STEPS)


# Versions and the workbook ----------------------------------------------------------------------------------------


@pytest.fixture
def corrected(committee, published):
    committee.post(day=WINTER.start, item="510104", amount=Decimal("50.00"), summary="修剪")
    begun = actions.correct(published, by=committee.bookkeeper, reason="漏写了人员")
    begun = type_in(committee, begun, [GUARD])
    filled = committee.fill(begun, notes="补上门卫人数。")
    return actions.publish(committee.sign_all(filled), by=committee.chair)


def test_both_versions_stand_side_by_side(published, corrected, reader, client):
    url = reverse("property:quarter_changes", args=[corrected.pk])
    assert url in page(client, reader, corrected.get_absolute_url()).content.decode()
    text = page(client, reader, url).content.decode()
    for words in ("漏写了人员", "六、人员", "门卫", "补上门卫人数", "第 1 版", "第 2 版"):
        assert words in text
    assert "三、每一笔支出" not in text
    with pytest.raises(Refused, match="更正后"):
        ask(fresh(published), reader)


def test_differences_are_told_line_by_line(published):
    before = sheet.of_frozen(fresh(published))
    told = before.sections
    paid = replace(told.spending[0], amount=Decimal("310.00"))
    more = replace(told.spending[0], number=9, summary="漏记的")
    after = replace(before, sections=replace(told, spending=(paid, more), cash=()))
    parts = {part.title: part for part in difference.parts(before, after)}
    (added, changed) = parts["三、每一笔支出"].changes
    assert (added.kind, added.name) == ("added", "2025-10 记-9 漏记的")
    assert (changed.kind, changed.facts) == ("changed", [("金额", "300.00", "310.00")])
    assert [change.kind for change in parts["四、钱款核对"].changes] == ["removed"]
    assert len(parts) == 2
    assert difference.parts(before, before) == []


def test_the_workbook_holds_every_section_and_the_hash(committee, published, reader, client, tmp_path):
    answer = page(client, reader, reverse("property:quarter_xlsx", args=[published.pk]))
    file = tmp_path / "quarter.xlsx"
    file.write_bytes(answer.content)
    book = CalamineWorkbook.from_path(str(file))
    assert book.sheet_names == [
        "公示",
        "一、各项资金",
        "二、收入和支出项目",
        "三、每一笔支出",
        "四、钱款核对",
        "近几个季度",
    ]
    head = dict(row[:2] for row in book.get_sheet_by_name("公示").to_python())
    assert head["校验码（SHA-256）"] == published.hash
    assert head["期末结余"] == 5500
    (paid,) = book.get_sheet_by_name("三、每一笔支出").to_python()[1:]
    assert paid[2:5] == ["修门禁", "王＊＊", 300]


# The page ---------------------------------------------------------------------------------------------------------


def test_the_page_is_folded_on_a_phone_and_open_on_a_desk(published, reader, client):
    client.force_login(reader)
    phone = client.get(published.get_absolute_url(), headers={"user-agent": "Mozilla/5.0 (Linux) Mobile Safari"})
    desk = client.get(published.get_absolute_url(), headers={"user-agent": "Mozilla/5.0 (X11) Safari"})
    assert 'id="s3" open' in desk.content.decode()
    assert 'id="s3" open' not in phone.content.decode()
    assert paid_line(published).get_absolute_url() in phone.content.decode()
    checked = client.get(reverse("property:check"), {"code": published.check_code})
    assert paid_line(published).get_absolute_url() not in checked.content.decode()


def test_the_page_asks_the_database_eight_times_at_most(
    committee, published, reader, client, django_assert_max_num_queries
):
    ask(published, reader)
    client.force_login(reader)
    client.get(published.get_absolute_url())
    with django_assert_max_num_queries(8):
        client.get(published.get_absolute_url())


# What statements and counts already say ---------------------------------------------------------------------------


def test_many_items_are_few_and_add_up():
    items = [(f"第 {number} 笔", Decimal(number) * (-1) ** number) for number in range(30)]
    told = few(items)
    assert len(told) == MOST_ITEMS
    assert sum(amount for _what, amount in told) == sum(amount for _what, amount in items)
    assert ("第 29 笔", Decimal(-29)) in told
    assert few(items[:3]) == items[:3]


def test_the_proof_begins_with_what_a_witnessed_count_says(committee, client):
    cash, bank = committee.account("1001"), committee.account("1002")
    lines = [entries.Line(cash, "fee", debit=Decimal("40.00")), entries.Line(bank, "fee", credit=Decimal("40.00"))]
    committee.post(kind="journal", day=DAY, summary="提现", lines=lines)
    committee.close(AUTUMN)
    CashCount.objects.create(
        community=committee.book.community,
        book=committee.book,
        account=cash,
        counted_on=AUTUMN.end,
        counted=Decimal("39.00"),
        book_amount=Decimal("40.00"),
        difference=Decimal("-1.00"),
        explanation="找零少了一元",
        counted_by=committee.cashier,
        counted_at=clock.now(),
        witnessed_by=committee.supervisor,
        witnessed_at=clock.now(),
    )
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    text = page(client, committee.cashier, reverse("property:quarter_edit", args=[draft.pk])).content.decode()
    for words in ('value="39.00"', "找零少了一元", f'value="{committee.supervisor.name}"', "已按对账单或盘点记录填好"):
        assert words in text
    told, proofs = actions.draft_sections(draft)
    assert suggested(draft, told.cash).keys() == {"1001"}
    assert proofs == {}
