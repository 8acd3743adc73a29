"""The pages of the fees: for the bookkeeper, for the cashier at the door, for the household, for a passer-by."""

from __future__ import annotations

import re
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import reverse

from community.check_codes import read_code, read_number, shown
from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.spreadsheets import read_sheets
from property.fees import reminders
from property.fees.doors import find
from property.fees.household import fees_of, own_owed
from property.fees.receipts import code_of, paid_for
from property.models import Bill, BillingRun, FeeSchedule, Payment, Relief, Vehicle
from tests.factories import MembershipFactory, ResidentFactory, appoint, resident_of
from tests.property.fees import AUGUST, JULY, NOW, FeeEstate, fee_estate

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=120)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def estate() -> FeeEstate:
    return fee_estate()


@pytest.fixture
def book(estate):
    return estate.committee.book


@pytest.fixture
def as_(client):
    def signed_in(user):
        client.force_login(user)
        return client

    return signed_in


def url(name, *args):
    return reverse(f"property:{name}", args=args)


def sent(**fields):
    return {"submission": str(uuid4()), **fields}


def named(home, name):
    resident = ResidentFactory(community=home.community, name=name)
    MembershipFactory(household=home, resident=resident)
    home.head = resident
    home.save()
    return home


def words_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s", "", text)


# The bookkeeper -------------------------------------------------------------------------------------------------------


def test_a_rate_is_begun_changed_and_ended(estate, book, as_):
    page = as_(estate.committee.bookkeeper)
    typed = sent(
        name="物业费",
        basis="area",
        rate="０．５５元",
        account="430101",
        fund="fee",
        first_month="2026-07",
        decided="大会",
    )
    assert page.post(url("fee_schedule_add", book.pk), typed).url == url("fee_schedules", book.pk)
    schedule = FeeSchedule.objects.get()
    assert (schedule.rate, schedule.first_month, schedule.building) == (Decimal("0.55"), "2026-07", None)
    shown_page = page.get(url("fee_schedules", book.pk)).text
    assert "0.55" in shown_page
    assert "整个小区" in shown_page
    change = sent(rate="0.6", first="2026-09", decided="第二次大会")
    page.post(url("fee_schedule_change", book.pk, schedule.pk), change)
    old, new = FeeSchedule.objects.order_by("first_month")
    assert (old.last_month, new.rate, new.first_month) == ("2026-08", Decimal("0.6"), "2026-09")
    page.post(url("fee_schedule_end", book.pk, new.pk), sent(last="2026-12"))
    new.refresh_from_db()
    assert new.last_month == "2026-12"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rate": "很多"}, "请只写数字"),
        ({"rate": "0"}, "大于零"),
        ({"rate": "0.12345"}, "四位小数"),
        ({"first_month": "明年"}, "不是月份"),
        ({"last_month": "2026-05"}, "以后"),
        ({"first_month": "2026-05"}, "期初欠费"),
    ],
)
def test_what_is_wrong_with_a_rate_stands_at_the_field(estate, book, as_, fields, words):
    typed = sent(name="物业费", basis="area", rate="0.5", account="430101", fund="fee", first_month="2026-07") | fields
    page = as_(estate.committee.bookkeeper).post(url("fee_schedule_add", book.pk), typed).text
    assert words in page
    assert 'value="物业费"' in page
    assert not FeeSchedule.objects.exists()


def test_reliefs_and_vehicles_are_noted_at_the_household_and_listed(estate, book, as_):
    home = estate.home()
    page = as_(estate.committee.bookkeeper)
    back = url("fee_household", book.pk, home.pk)
    relief = sent(
        percent="50", reason="低保户", decided_by="自管会", decided_on="2026-07-02", starts_on="2026-07-01", ends_on=""
    )
    assert page.post(url("fee_relief_add", book.pk, home.pk), relief).url == back
    vehicle = sent(plate="苏L·a1234", starts_on="2026-07-01", note="")
    assert page.post(url("fee_vehicle_add", book.pk, home.pk), vehicle).url == back
    assert Vehicle.objects.get().plate.plain == "苏LA1234"
    listed = page.get(url("fee_reliefs", book.pk)).text
    assert home.dwelling.label in listed
    assert "低保户" not in listed
    plates = page.get(url("fee_vehicles", book.pk)).text
    assert "A1234" not in plates
    assert "苏L＊＊＊34" in plates
    sheet = page.get(url("fee_reliefs", book.pk) + "?format=xlsx")
    rows = str(read_sheets(sheet.content))
    assert home.dwelling.label in rows
    assert "低保户" not in rows
    page.post(url("fee_relief_end", book.pk, Relief.objects.get().pk), sent(ends_on="2026-08-31"))
    page.post(url("fee_vehicle_end", book.pk, Vehicle.objects.get().pk), sent(ends_on="2026-08-31"))
    assert Relief.objects.get().ends_on == Vehicle.objects.get().ends_on == date(2026, 8, 31)
    assert page.post(url("fee_relief_drop", book.pk, Relief.objects.get().pk), sent(reason="登错户了")).url == back
    assert not Relief.objects.exists()


def test_a_run_is_looked_at_then_made_once(estate, book, as_):
    home, nameless = estate.home(), estate.home(area=None)
    estate.rate()
    page = as_(estate.committee.bookkeeper)
    look = page.get(url("billing_run_new", book.pk), {"first": "2026-07", "last": "2026-09", "due_on": "2026-09-30"})
    assert "180.00" in look.text
    assert "没有登记面积" in look.text
    assert nameless.dwelling.label in look.text
    assert not Bill.objects.exists()
    typed = sent(first="2026-07", last="2026-09", due_on="2026-09-30")
    first, second = (page.post(url("billing_run_new", book.pk), typed) for _time in range(2))
    run = BillingRun.objects.get()
    assert first.url == second.url == run.get_absolute_url()
    made = page.get(run.get_absolute_url()).text
    assert home.dwelling.label in made
    assert run.voucher.get_absolute_url() in made
    again = page.get(url("billing_run_new", book.pk), {"first": "2026-07", "last": "2026-09", "due_on": "2026-09-30"})
    assert "没有要出的" in again.text
    offered = page.get(url("billing_run_new", book.pk)).context["form"]
    assert (offered["first"].value(), offered["last"].value()) == ("2026-10", "2026-12")


def test_a_run_of_nonsense_is_refused_with_words(estate, book, as_):
    page = as_(estate.committee.bookkeeper)
    for fields, words in (
        ({"first": "2026-09", "last": "2026-07"}, "以后"),
        ({"first": "2026-07", "last": "2028-07"}, "12 个月"),
        ({"first": "2027-01", "last": "2027-01"}, "出账"),
    ):
        typed = sent(due_on="2028-12-31", **fields)
        assert words in page.post(url("billing_run_new", book.pk), typed).text
    assert not BillingRun.objects.exists()


def test_a_days_receipts_become_one_voucher(estate, book, as_):
    one, other = estate.home(), estate.home()
    estate.rate()
    estate.bill()
    estate.pay(one, "180")
    estate.pay(other, "60", means="wechat")
    page = as_(estate.committee.bookkeeper)
    assert "240.00" in page.get(url("fee_days", book.pk)).text
    answer = page.post(url("fee_day_draft", book.pk, "2026-08-10"), sent())
    voucher = Payment.objects.filter(household=one).get().voucher
    assert answer.url == voucher.get_absolute_url()
    assert voucher.amount == 240
    assert "都做好了" in page.get(url("fee_days", book.pk)).text
    assert page.post(url("fee_day_draft", book.pk, "gestern"), sent()).status_code == 404


# The cashier at the door ----------------------------------------------------------------------------------------------


def test_three_taps_take_a_payment(estate, book, as_):
    home = named(estate.home(), "王建国")
    estate.rate()
    estate.bill()
    page = as_(estate.committee.cashier)
    found = page.get(url("fees", book.pk), {"q": "王建国"})
    assert found.url == url("fee_take", book.pk, home.pk)
    asked = page.get(found.url)
    assert asked.context["form"]["amount"].value() == "180.00"
    assert "王＊＊" in asked.text
    assert "王建国" not in asked.text
    typed = sent(amount="180.00", paid_on="2026-08-10", payer="", reference="", means="wechat")
    first, second = (page.post(found.url, typed) for _click in range(2))
    payment = Payment.objects.get()
    assert first.url == second.url == payment.get_absolute_url()
    assert (payment.amount, payment.means, payment.account.code) == (180, "wechat", "100901")
    receipt = page.get(first.url).text
    assert "壹佰捌拾元整" in receipt
    assert payment.receipt_no in receipt
    assert shown(code_of(payment)) in receipt


def test_the_way_of_paying_is_asked_for_and_the_amount_stays(estate, book, as_):
    home = estate.home()
    estate.rate()
    estate.bill()
    page = as_(estate.committee.cashier)
    typed = sent(amount="100", paid_on="2026-08-10")
    asked = page.post(url("fee_take", book.pk, home.pk), typed).text
    assert "点一下是怎么交的" in asked
    assert 'value="100"' in asked
    look = page.post(url("fee_take", book.pk, home.pk), typed | {"look": "1"}).text
    assert "这笔钱会这样算" in look
    assert "2026 年 7 月 至 2026 年 8 月" in look
    assert not Payment.objects.exists()


def test_more_than_a_year_ahead_is_refused_in_the_form(estate, book, as_):
    home = estate.home()
    estate.rate()
    page = as_(estate.committee.cashier)
    typed = sent(amount="5000", paid_on="2026-08-10", means="cash")
    answer = page.post(url("fee_take", book.pk, home.pk), typed)
    assert answer.status_code == 200
    assert "还差一点" in answer.text
    assert 'value="5000"' in answer.text


def test_doors_are_found_as_people_write_them(estate, book):
    estate.building.number = "3"
    estate.building.save()
    home = named(estate.home(dwelling__unit__number="2", dwelling__room_no="501"), "欧阳修")
    gone = named(estate.home(left_on=date(2026, 7, 1)), "欧阳锋")
    unit, room = home.dwelling.unit.number, home.dwelling.room_no
    assert [door.pk for door in find(book, f"{home.building.number}-{unit}-{room}")] == [home.pk]
    assert {door.pk for door in find(book, "欧阳")} == {home.pk, gone.pk}
    assert [door.mark for door in find(book, "欧阳锋")] == ["7月1日搬走了"]
    home.head.pinyin, home.head.initials = "ouyangxiu", "oyx"
    home.head.save()
    assert [door.pk for door in find(book, "oyx")] == [home.pk]
    assert find(book, "") == find(book, "13912345678") == find(book, "没有这个人") == []


def test_a_household_of_another_estate_is_not_found(estate, book, as_):
    elsewhere = named(fee_estate().home(), "隔壁老王")
    assert find(book, "隔壁老王") == []
    page = as_(estate.committee.cashier)
    assert page.get(url("fee_take", book.pk, elsewhere.pk)).status_code == 404
    assert page.post(url("fee_take", book.pk, elsewhere.pk), sent(amount="1", means="cash")).status_code == 404


def test_undoing_leaves_both_papers_and_says_so(estate, book, as_, tmp_path):
    home = estate.home()
    estate.rate()
    estate.bill()
    payment = estate.pay(home, "60")
    page = as_(estate.committee.cashier)
    asked = page.get(url("payment_undo", payment.pk)).text
    assert "60.00" in asked
    answer = page.post(url("payment_undo", payment.pk), sent(reason="收的是隔壁的"))
    undone = Payment.objects.get(kind="undo")
    assert answer.url == undone.get_absolute_url()
    assert "后来撤销了" in page.get(payment.get_absolute_url()).text
    paper = words_of(page.get(url("receipt_pdf", payment.pk)).content, tmp_path)
    assert undone.receipt_no in paper
    assert "已经撤销" in paper
    twice = page.post(url("payment_undo", payment.pk), sent(reason="再来一次"))
    assert twice.status_code == 200


def test_what_was_prepaid_is_given_back(estate, book, as_, tmp_path):
    home = estate.home()
    estate.rate()
    estate.pay(home, "100")
    page = as_(estate.committee.cashier)
    offered = page.get(url("fee_refund", book.pk, home.pk)).context["form"]
    assert offered["amount"].value() == "100.00"
    typed = sent(amount="100.01", means="cash", paid_on="2026-08-10", reason="搬走了")
    assert "最多可以退" in page.post(url("fee_refund", book.pk, home.pk), typed).text
    answer = page.post(url("fee_refund", book.pk, home.pk), typed | sent(amount="40"))
    refund = Payment.objects.get(kind="refund")
    assert answer.url == refund.get_absolute_url()
    assert "退款单" in words_of(page.get(url("receipt_pdf", refund.pk)).content, tmp_path)


def test_the_list_of_payments_filters_sorts_and_goes_into_a_sheet(estate, book, as_):
    one, other = named(estate.home(), "王建国"), named(estate.home(), "李大明")
    estate.rate()
    estate.bill()
    first, second = estate.pay(one, "60", payer="王建国"), estate.pay(other, "120", means="wechat")
    page = as_(estate.committee.reviewer)
    listing = url("fee_payments", book.pk)
    shown_all = page.get(listing).text
    assert shown_all.index(second.receipt_no) < shown_all.index(first.receipt_no)
    assert second.receipt_no not in page.get(listing, {"q": "王建国"}).text
    assert second.receipt_no not in page.get(listing, {"q": first.receipt_no}).text
    assert first.receipt_no not in page.get(listing, {"means": "wechat"}).text
    sheet = page.get(listing, {"format": "xlsx"})
    text = str(read_sheets(sheet.content))
    assert first.receipt_no in text
    assert "王＊＊" in text
    assert "王建国" not in text


@pytest.mark.parametrize("homes", [1, 12])
def test_lists_ask_the_same_of_one_row_and_of_many(estate, book, as_, homes, django_assert_max_num_queries):
    estate.rate()
    made = [estate.home() for _number in range(homes)]
    estate.bill()
    for home in made:
        estate.pay(home, "30")
    page = as_(estate.committee.cashier)
    with clock.at(LATER):
        for name in ("fee_payments", "fee_arrears", "fee_reliefs", "fee_ageing", "billing_runs"):
            with django_assert_max_num_queries(16):
                assert page.get(url(name, book.pk)).status_code == 200


# What is still open ---------------------------------------------------------------------------------------------------


def test_ageing_names_no_door(estate, book, as_):
    home = named(estate.home(), "王建国")
    estate.rate()
    estate.bill()
    with clock.at(LATER):
        page = as_(estate.committee.reviewer)
        text = page.get(url("fee_ageing", book.pk)).text
        assert "180.00" in text
        assert estate.building.label in text
        assert home.dwelling.label not in text
        assert "王" not in re.sub(r"<[^>]+>", "", text.split("<main", 1)[1].split("</main", 1)[0])
        assert page.get(url("fee_ageing", book.pk), {"format": "xlsx"})["Content-Type"].endswith("sheet")


def test_who_owes_is_for_the_committee_alone(estate, book, as_):
    estate.home()
    estate.rate()
    estate.bill()
    secretary = appoint(Role.SECRETARY, book.community)
    with clock.at(LATER):
        assert as_(secretary).get(url("fee_arrears", book.pk)).status_code == 404
        assert as_(secretary).get(url("fee_slips", book.pk)).status_code == 404
        assert as_(secretary).get(url("fee_ageing", book.pk)).status_code == 200


def test_a_reminder_is_private_and_comes_once_a_month(estate, book, as_):
    home, silent, paid = (estate.home(dwelling__unit__number=number) for number in "123")
    estate.rate()
    estate.bill()
    estate.pay(paid, "180")
    resident = resident_of(home)
    page = as_(estate.committee.cashier)
    with clock.at(LATER):
        asked = page.get(url("fee_arrears", book.pk))
        assert [one.household.pk for one in reminders.owing(book)] == [home.pk, silent.pk]
        assert "没有账号，请印纸条" in asked.text
        assert page.post(url("fee_arrears", book.pk), sent(count="2")).url == url("fee_arrears", book.pk)
        notice = Notice.objects.get(user=resident)
        assert "180.00" in notice.text
        assert home.dwelling.label not in notice.text
        assert notice.url == url("my_fees")
        assert Notice.objects.filter(kind="fees_reminder").count() == 1
        event = AuditEvent.objects.get(verb=reminders.VERB)
        assert event.household_id is None
        again = page.post(url("fee_arrears", book.pk), sent(count="0"))
        assert "没有要提醒" in again.text
        assert "提醒过了" in page.get(url("fee_arrears", book.pk)).text
    with clock.at(LATER + timedelta(days=31)):
        assert all(one.may_be_told for one in reminders.owing(book))


def test_a_reminder_says_when_somebody_paid_meanwhile(estate, book, as_):
    home = estate.home()
    estate.rate()
    estate.bill()
    estate.pay(home, "180")
    other = estate.home()
    estate.bill()
    with clock.at(LATER):
        page = as_(estate.committee.bookkeeper)
        answer = page.post(url("fee_arrears", book.pk), sent(count="2"))
        assert "现在是 1 户" in answer.text
        assert not Notice.objects.filter(kind="fees_reminder").exists()
        assert [one.household.pk for one in reminders.owing(book)] == [other.pk]


def test_slips_are_a_page_a_household_with_the_door_outside(estate, book, as_, tmp_path):
    homes = [estate.home(), estate.home()]
    estate.rate()
    estate.bill()
    with clock.at(LATER):
        page = as_(estate.committee.cashier)
        paper = page.get(url("fee_slips", book.pk), {"building": estate.building.pk})
        words = words_of(paper.content, tmp_path)
        for home in homes:
            assert re.sub(r"\s", "", home.dwelling.label) in words
        for said in ("180.00", "减免", "第2页，共2页", "请住户本人打开"):
            assert said in words
        assert "欠费" not in words
        resident_of(homes[0])
        assert len([one for one in reminders.owing(book) if not one.accounts]) == 1


# The household --------------------------------------------------------------------------------------------------------


def test_a_household_reads_what_it_owes_and_how_it_was_worked_out(estate, book, as_):
    home = estate.home(area=6108)
    neighbour = estate.home(area=7777)
    estate.rate(rate=Decimal("0.55"))
    estate.parking(home)
    estate.relieve(home, percent=50)
    estate.bill()
    payment = estate.pay(home, "50")
    resident = resident_of(home)
    text = as_(resident).get(url("my_fees")).text
    assert "61.08 平方米 × 0.55 元" in text
    assert "减免 50%" in text
    assert "每月 120 元 × 3 个月" in text
    assert payment.receipt_no in text
    assert "77.77" not in text
    fees = fees_of(home, book)
    assert fees.owed == fees.now.owed > 0
    assert sum((line.amount for line in fees.lines), Decimal(0)) - 50 == fees.owed
    assert as_(resident_of(neighbour)).get(payment.get_absolute_url()).status_code == 404


def test_the_first_page_says_what_is_to_be_paid(estate, book, as_):
    home = estate.home()
    resident = resident_of(home)
    page = as_(resident)
    assert "我家的物业费" not in page.get("/").text
    estate.rate()
    estate.bill()
    text = page.get("/").text
    assert "我家的物业费" in text
    assert "还有 180.00 元" in text
    with clock.at(NOW + timedelta(days=15)):
        assert "物业费 180.00 元" in page.get("/").text
    estate.pay(home, "180")
    assert "都交清了" in page.get("/").text
    assert own_owed(resident) == (Decimal("0.00"), None)


def test_the_own_page_asks_no_more_for_many_bills(estate, book, as_, django_assert_max_num_queries):
    home = estate.home()
    estate.rate()
    resident = resident_of(home)
    for month in (JULY, AUGUST):
        estate.bill(month, month)
        estate.pay(home, "60")
    page = as_(resident)
    with django_assert_max_num_queries(14):
        assert page.get(url("my_fees")).status_code == 200


def test_somebody_without_bills_reads_how_it_begins(estate, as_):
    resident = resident_of(estate.home())
    assert "还没有账单" in as_(resident).get(url("my_fees")).text


def test_what_a_payment_went_into_adds_up(estate):
    home = estate.home()
    estate.rate()
    estate.bill()
    payment = estate.pay(home, "200")
    parts = paid_for(payment)
    assert sum(part.amount for part in parts) == payment.amount
    assert [part.amount for part in parts] == [Decimal("180.00"), Decimal("20.00")]


# Papers and the check -------------------------------------------------------------------------------------------------


def test_a_receipt_names_the_payer_to_those_concerned_alone(estate, book, as_, tmp_path):
    home = estate.home()
    estate.rate()
    payment = estate.pay(home, "100", payer="王建国")
    paper = url("receipt_pdf", payment.pk)
    for reader, name in (
        (resident_of(home), "王建国"),
        (estate.committee.cashier, "王建国"),
        (appoint(Role.SECRETARY, book.community), "王＊＊"),
    ):
        answer = as_(reader).get(paper)
        assert answer["Cache-Control"] == "private, no-store"
        words = words_of(answer.content, tmp_path)
        assert name in words
        for said in (payment.receipt_no, "壹佰元整", "2026年8月10日", shown(code_of(payment))):
            assert said in words


def test_anybody_checks_a_receipt_and_learns_no_name(estate, client):
    home = named(estate.home(), "王建国")
    estate.rate()
    payment = estate.pay(home, "100", payer="王建国")
    asked = {"number": payment.receipt_no, "code": shown(code_of(payment)).lower()}
    text = client.get(url("receipt_check"), asked).text
    assert "是真的" in text
    assert "100.00" in text
    assert "王" not in text
    assert home.dwelling.label not in text
    estate.undo(payment)
    assert "后来撤销了" in client.get(url("receipt_check"), asked).text
    wrong = client.get(url("receipt_check"), asked | {"code": "0000-0000"}).text
    assert "对不上" in wrong
    assert "100.00" not in wrong
    assert "请对着纸再看一遍" in client.get(url("receipt_check"), {"number": "十二", "code": "12"}).text


def test_numbers_and_codes_are_read_as_they_are_typed():
    assert read_number("２０２６－00012") == (2026, 12)
    assert read_number("№ 2026-00012") == (2026, 12)
    assert read_number("12") is None
    assert read_code("oi1l-abcd") == "0111ABCD"
    assert read_code("12345") == ""


def test_two_payments_never_share_a_code(estate):
    home = estate.home()
    estate.rate()
    assert code_of(estate.pay(home, "10")) != code_of(estate.pay(home, "10"))


# Today ----------------------------------------------------------------------------------------------------------------


def test_the_bookkeeper_is_asked_for_bills_and_vouchers(estate, book, as_):
    home = estate.home()
    estate.rate()
    page = as_(estate.committee.bookkeeper)
    assert "2026 年 8 月的账单还没有出" in page.get(reverse("community:today")).text
    estate.bill()
    assert "账单还没有出" not in page.get(reverse("community:today")).text
    estate.pay(home, "180")
    assert "还没有做凭证" not in page.get(reverse("community:today")).text
    with clock.at(NOW + timedelta(days=1)):
        assert "1 天的收款还没有做凭证" in page.get(reverse("community:today")).text
        assert "还没有做凭证" not in as_(estate.committee.cashier).get(reverse("community:today")).text


def test_verbs_of_the_record_have_words():
    from community.history import known_verbs

    sources = (Path(__file__).parents[2] / "property" / "fees").rglob("*.py")
    verbs = {verb for path in sources for verb in re.findall(r'(?:record|_record)\(\s*"(\w+)"', path.read_text())}
    assert verbs | {reminders.VERB} <= known_verbs()


def test_what_a_household_pays_is_between_it_and_the_committee(estate, book, as_):
    """Who visits a household does not find its money in the household's history; the household does."""
    home = named(estate.home(), "王建国")
    estate.rate()
    estate.relieve(home, percent=50)
    estate.bill()
    estate.pay(home, "50.00")
    leader, staff = appoint(Role.GRID_LEADER, home.building.grid), appoint(Role.COMMUNITY_STAFF, book.community)
    for user in (leader, staff):
        page = as_(user).get(home.get_absolute_url()).text
        assert "收了住户交的钱" not in page
        assert "登记了减免" not in page
    own = as_(resident_of(home)).get(reverse("grids:mine")).text
    assert "收了住户交的钱" in own
