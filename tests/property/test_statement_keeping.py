"""Rows of statements: kept once, matched with what they are, taken back, and what stands between bank and books."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import retention
from community.models import AuditEvent
from core import clock
from core.refusal import Refused
from grids.models import Household
from property.fees import actions as fees
from property.models import MonthlyBalance, Payment, Statement, StatementFormat, StatementRow
from property.models.statements import StatementRow as Row
from property.statements import actions, keeping, matching, outstanding, uploads
from property.statements.masking import mask_remark
from property.statements.reading import read
from tests.factories import (
    BuildingFactory,
    CommunityFactory,
    DwellingFactory,
    EstateFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    UnitFactory,
    committee_of,
)
from tests.grids.roster_pages import work_off
from tests.property.fees import NOW, FeeEstate
from tests.property.statement_files import as_text, rows, styles

pytestmark = pytest.mark.django_db
BANK = """交易日期,摘要,对方户名,收入,支出,余额,流水号
2026-07-03,3-2-501物业费,王建国,180.00,,1180.00,A1
2026-07-04,电费,国网电力有限公司,,80.00,1100.00,A2
2026-07-05,物业费,李秀英,90.00,,1190.00,A3
2026-07-06,利息,,1.23,,1191.23,A4
"""


@pytest.fixture
def estate():
    with clock.at(NOW):
        committee = committee_of(opened_on=date(2026, 7, 1))
        building = BuildingFactory(estate=committee.book.estate, grid__community=committee.book.community, number="3")
        yield FeeEstate(committee, building)


def home(estate: FeeEstate, room: str, name: str, unit: str = "2", area: int = 10000) -> Household:
    """A household behind this door of building 3, with one person of this name."""
    known = estate.building.units.filter(number=unit).first()
    stairs = known or UnitFactory(building=estate.building, number=unit)
    household = HouseholdFactory(dwelling=DwellingFactory(unit=stairs, room_no=room, area=area))
    MembershipFactory(household=household, resident=ResidentFactory(community=household.community, name=name))
    return household


def take(estate: FeeEstate, text: str = BANK, name: str = "工行7月.csv", code: str = "1002") -> Statement:
    """Keep the rows of a text."""
    account = estate.committee.account(code)
    found = keeping.plan(read(text.encode(), name), account)
    return uploads.keep_directly(found, account=account, name=name, mapping={}, by=estate.committee.cashier)


def row_of(reference: str) -> Row:
    return StatementRow.objects.select_related("account__book__estate").get(reference=reference)


def best(estate: FeeEstate, reference: str) -> matching.Suggestion | None:
    row = row_of(reference)
    return next(iter(matching.suggest(estate.committee.book, [row]).get(row.pk, [])), None)


# Once -------------------------------------------------------------------------------------------------------------


def test_an_overlapping_export_adds_what_is_new(estate):
    first = take(estate)
    assert (first.outcome["new"], first.outcome["known"]) == (4, 0)
    again = take(estate)
    assert (again.outcome["new"], again.outcome["known"]) == (0, 4)
    longer = take(estate, BANK + "2026-07-06,利息,,1.23,,1192.46,A5\n2026-07-07,物业费,赵六,10.00,,1202.46,A6\n")
    assert (longer.outcome["new"], longer.outcome["known"]) == (2, 4)
    assert StatementRow.objects.count() == 6
    assert estate.committee.account("1002").statements.count() == 3


def test_equal_rows_are_kept_as_often_as_they_stand_there(estate):
    head = "日期,金额,摘要\n"
    line = "2026-07-03,5.00,停车\n"
    take(estate, f"{head}{line}{line}2026-07-03,-1.00,x\n")
    assert StatementRow.objects.count() == 3
    take(estate, f"{head}2026-07-03,-1.00,x\n{line}{line}{line}2026-07-04,-2.00,y\n")
    assert StatementRow.objects.filter(amount=5).count() == 3
    assert StatementRow.objects.count() == 5


def test_the_same_row_in_another_file_of_the_bank_is_the_same(estate):
    take(estate)
    spaced = BANK.replace("2026-07-0", "2026/07/0").replace("物业费", " 物业费 ").replace("1180.00", '"1,180.00"')
    assert take(estate, spaced).outcome["new"] == 0


def test_a_state_that_changes_later_does_not_make_another_row(estate):
    head = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
    line = "2026-07-03 08:00:00,商户消费,五金店,灯泡,支出,¥20.00,零钱,{},9001,/,/\n"
    take(estate, head + line.format("支付成功"), code="100901")
    assert take(estate, head + line.format("已全额退款"), code="100901").outcome["new"] == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=rows, style=styles(), data=st.data())
def test_any_two_exports_that_overlap_by_whole_days_make_every_row_once(estate, found, style, data):
    StatementRow.objects.all().delete()
    account = estate.committee.account("1002")
    cut = data.draw(st.sampled_from([row.day for row in found]))
    early, late = [row for row in found if row.day <= cut], [row for row in found if row.day >= cut]
    before = sum((row.amount for row in found if row.day < cut), style.seed)
    for part, seed in ((early, style.seed), (late, before), (found, style.seed)):
        content = as_text(part, type(style)(**{**vars(style), "seed": seed}))
        reading = read(content, "a.csv")
        uploads.keep_directly(keeping.plan(reading, account), account=account, name="a.csv", mapping={}, by=None)
    assert sorted(abs(row.amount) for row in StatementRow.objects.all()) == sorted(abs(row.amount) for row in found)


def test_what_is_missing_between_two_statements_is_doubted(estate):
    take(estate)
    head = BANK.splitlines()[0]
    later = f"{head}\n2026-07-20,a,b,5.00,,1300.00,B1\n2026-07-21,a,b,5.00,,1305.00,B2\n"
    found = keeping.plan(read(later.encode()), estate.committee.account("1002"))
    assert "接不上" in found.doubts[0].text


# The command ------------------------------------------------------------------------------------------------------


def command(*args: str, **options: object) -> dict[str, object]:
    out = StringIO()
    call_command("import_statement", *args, "--json", stdout=out, **options)
    return dict(json.loads(out.getvalue()))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "工行7月.csv"
    path.write_text(BANK, encoding="gb18030")
    return str(path)


def test_the_command_says_what_it_would_do_and_does_it_once(estate, file):
    code = estate.committee.book.estate.code
    said = command(file, "--estate", code)
    keys = ("format", "rows", "money_in", "money_out", "first", "last")
    assert [said[key] for key in keys] == ["bank", 4, "271.23", "80.00", "2026-07-03", "2026-07-06"]
    assert (said["balance_checked"], said["doubts"], said["applied"], said["account"]) == (True, [], False, "1002")
    assert not StatementRow.objects.exists()
    assert command(file, "--estate", code, "--apply")["new"] == 4
    assert command(file, "--estate", code, "--apply")["known"] == 4
    assert StatementRow.objects.count() == 4


def test_the_command_reads_for_an_estate_without_books_and_writes_for_none(file):
    estate = EstateFactory(code="777")
    assert command(file, "--estate", "777")["rows"] == 4
    with pytest.raises(CommandError, match="还没有账本"):
        command(file, "--estate", "777", "--apply")
    EstateFactory(code="777", community=CommunityFactory())
    with pytest.raises(CommandError, match="--community"):
        command(file, "--estate", "777")
    assert command(file, "--estate", "777", "--community", estate.community.code)["rows"] == 4
    for args in (("--estate", "778"), ("--estate", "777", "--community", "1")):
        with pytest.raises(CommandError, match="没有编号"):
            command(file, *args)
    with pytest.raises(CommandError, match="打不开"):
        command("/nowhere.csv", "--estate", "777", "--community", estate.community.code)


def test_the_command_in_words(estate, file):
    out = StringIO()
    call_command("import_statement", file, "--estate", estate.committee.book.estate.code, stdout=out)
    assert "收入 271.23 元" in out.getvalue()
    assert "余额逐笔相符" in out.getvalue()
    assert "没有写入" in out.getvalue()


def test_what_somebody_said_about_columns_is_remembered(estate, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("甲,乙,丙,丁\n2026-07-03,abc,100.00,\n2026-07-04,def,,7.00\n2026-07-04,def,8.00,\n")
    code = estate.committee.book.estate.code
    with pytest.raises(CommandError, match="甲、乙、丙、丁"):
        command(str(path), "--estate", code)
    given = ("--column", "甲=date", "--column", "丙=in", "--column", "丁=out", "--column", "乙=remark")
    said = command(str(path), "--estate", code, "--apply", "--by", estate.committee.cashier.phone.plain, *given)
    assert (said["money_in"], said["money_out"]) == ("108.00", "7.00")
    assert StatementFormat.objects.count() == 1
    assert command(str(path), "--estate", code)["money_in"] == "108.00"
    with pytest.raises(CommandError, match="不认识"):
        command(str(path), "--estate", code, "--column", "甲=nothing")
    with pytest.raises(CommandError, match="没有手机号"):
        command(str(path), "--estate", code, "--apply", "--by", "13900000000")


# What a row is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "3-2-501",
        "3幢2单元501",
        "3幢2单元501室物业费",
        "三幢二单元501",
        "3号楼2单元501",
        "３－２－５０１",
        "物业费3—2—501王",
        "3栋501",
        "225-3-2-501",
    ],
)
def test_a_door_is_found_in_what_payers_write(text):
    found = matching.doors_in(text, "225")
    assert {(building, room) for building, _unit, room in found} == {("3", "501")}
    assert {unit for _b, unit, _r in found} <= {"2", ""}


@pytest.mark.parametrize("text", ["2026-07-03", "13812345678", "7月物业费", "订单 20260703-1-5555555", ""])
def test_what_is_no_door_is_none(text):
    assert matching.doors_in(text, "225") == set()


def test_a_door_and_a_name_make_a_household_sure(estate):
    wanted = home(estate, "501", "王建国")
    home(estate, "502", "赵六")
    estate.rate()
    take(estate)
    found = best(estate, "A1")
    assert (found.kind, found.target, found.is_sure) == ("household", wanted, True)
    assert found.why == "附言里写了这个门牌，和这一户的人同名"


def test_a_name_alone_is_not_sure_but_with_what_is_owed_it_is(estate):
    wanted = home(estate, "601", "李秀英", area=5000)
    take(estate)
    assert best(estate, "A3").is_sure is False
    estate.rate()
    estate.bill()
    assert estate.committee.book.pk
    found = best(estate, "A3")
    assert (found.target, found.is_sure) == (wanted, True)
    assert "正好是欠的 90.00 元" in found.why


def test_two_of_one_name_are_not_sure(estate):
    home(estate, "501", "李秀英", area=5000)
    home(estate, "502", "李秀英", area=5000)
    estate.rate()
    estate.bill()
    take(estate)
    row = row_of("A3")
    found = matching.suggest(estate.committee.book, [row])[row.pk]
    assert [one.is_sure for one in found] == [False, False]


def test_confirmed_a_row_becomes_a_payment_with_a_receipt_once(estate):
    household = home(estate, "501", "王建国")
    estate.rate()
    estate.bill()
    take(estate)
    row = row_of("A1")
    payment = actions.match_household(row, household, by=estate.committee.cashier)
    row.refresh_from_db()
    assert (row.match, row.payment, row.matched_by) == ("payment", payment, estate.committee.cashier)
    assert (payment.amount, payment.paid_on, payment.means, payment.reference) == (180, date(2026, 7, 3), "bank", "A1")
    assert payment.number == 1
    with pytest.raises(Refused, match="已经核对过"):
        actions.match_household(row, household, by=estate.committee.cashier)
    assert AuditEvent.objects.filter(verb="statement_row_matched").count() == 1


def test_only_the_cashier_matches(estate):
    household = home(estate, "501", "王建国")
    take(estate)
    for other in (estate.committee.bookkeeper, estate.committee.reviewer):
        with pytest.raises(Refused, match="出纳"):
            actions.match_household(row_of("A1"), household, by=other)
        with pytest.raises(Refused, match="出纳"):
            actions.set_aside(row_of("A1"), note="x", by=other)


def test_a_payment_that_was_booked_by_hand_is_found_and_not_taken_twice(estate):
    household = home(estate, "501", "王建国")
    estate.rate()
    estate.bill()
    booked = estate.pay(household, "180", means="bank", paid_on=date(2026, 7, 3), payer="王建国")
    take(estate)
    found = best(estate, "A1")
    assert (found.kind, found.target, found.is_sure) == ("payment", booked, True)
    actions.confirm(row_of("A1"), found, by=estate.committee.cashier)
    assert Payment.objects.count() == 1
    with pytest.raises(Refused, match="对不上"):
        actions.match_payment(row_of("A3"), booked, by=estate.committee.cashier)


def test_a_voucher_is_found_by_amount_and_day(estate):
    posted = estate.committee.post(day=date(2026, 7, 4), amount=Decimal(80), payee="国网电力有限公司", summary="电费")
    take(estate)
    found = best(estate, "A2")
    assert (found.kind, found.target, found.is_sure) == ("voucher", posted, True)
    actions.confirm(row_of("A2"), found, by=estate.committee.cashier)
    assert best(estate, "A2") is None
    with pytest.raises(Refused, match="对不上"):
        actions.match_voucher(row_of("A3"), posted, by=estate.committee.cashier)


def test_several_rows_may_be_one_voucher_but_never_more_than_it_moved(estate):
    posted = estate.committee.post(day=date(2026, 7, 4), amount=Decimal(100))
    take(estate, "日期,金额,流水号\n2026-07-04,-60.00,C1\n2026-07-04,-40.00,C2\n2026-07-04,-0.01,C3\n")
    for reference in ("C1", "C2"):
        actions.match_voucher(row_of(reference), posted, by=estate.committee.cashier)
    with pytest.raises(Refused, match="对不上"):
        actions.match_voucher(row_of("C3"), posted, by=estate.committee.cashier)


def test_all_that_is_sure_is_confirmed_at_once(estate):
    home(estate, "501", "王建国")
    estate.rate()
    estate.bill()
    estate.committee.post(day=date(2026, 7, 4), amount=Decimal(80), payee="国网电力有限公司")
    take(estate)
    book = estate.committee.book
    waiting = StatementRow.objects.of_book(book).waiting().select_related("account__book__estate")
    done, refused = actions.confirm_sure(book, waiting, by=estate.committee.cashier)
    assert (done, refused) == (2, [])
    assert StatementRow.objects.filter(match="none").count() == 2


def test_a_match_is_taken_back(estate):
    take(estate)
    row = actions.set_aside(row_of("A4"), note="存款利息", by=estate.committee.cashier)
    with pytest.raises(Refused, match="写一句"):
        actions.set_aside(row_of("A3"), note=" ", by=estate.committee.cashier)
    actions.unmatch(row, by=estate.committee.cashier)
    row.refresh_from_db()
    assert (row.match, row.note, row.matched_by) == ("none", "", None)
    with pytest.raises(Refused, match="还没有核对"):
        actions.unmatch(row, by=estate.committee.cashier)


# Between bank and books -------------------------------------------------------------------------------------------


def book_balance(estate: FeeEstate) -> Decimal:
    found = MonthlyBalance.objects.filter(account__code="1002")
    return sum((row.debit - row.credit for row in found), Decimal(0))


def items_come_out(estate: FeeEstate) -> bool:
    account = estate.committee.account("1002")
    items = outstanding.unmatched(account, date(2026, 7, 31))
    moved = sum(row.amount for row in StatementRow.objects.filter(account=account))
    return moved + sum(amount for _what, amount in items) == book_balance(estate)


def test_statement_and_items_are_the_books_at_every_step(estate):
    household = home(estate, "501", "王建国")
    estate.rate()
    estate.bill()
    cashier = estate.committee.cashier
    account = estate.committee.account("1002")
    assert outstanding.unmatched(account, date(2026, 7, 31)) == []
    take(estate)
    assert outstanding.balance_on(account, date(2026, 7, 31)) == Decimal("1191.23")
    assert outstanding.balance_on(account, date(2026, 7, 4)) == Decimal("1100.00")
    assert outstanding.balance_on(account, date(2026, 7, 1)) is None
    assert len(outstanding.unmatched(account, date(2026, 7, 31))) == 4
    assert items_come_out(estate)
    estate.committee.post(day=date(2026, 7, 8), amount=Decimal("33.30"))
    assert items_come_out(estate)
    actions.match_household(row_of("A1"), household, by=cashier)
    assert any("凭证还没入账" in what for what, _amount in outstanding.unmatched(account, date(2026, 7, 31)))
    assert items_come_out(estate)
    estate.committee.post(fees.draft_day(estate.committee.book, date(2026, 7, 3), by=estate.committee.bookkeeper))
    assert items_come_out(estate)
    actions.match_voucher(row_of("A2"), estate.committee.post(day=date(2026, 7, 5), amount=Decimal(80)), by=cashier)
    actions.set_aside(row_of("A4"), note="利息", by=cashier)
    assert items_come_out(estate)
    estate.pay(household, "5", means="bank", paid_on=date(2026, 7, 9))
    estate.committee.post(fees.draft_day(estate.committee.book, date(2026, 7, 9), by=estate.committee.bookkeeper))
    assert items_come_out(estate)
    whats = " ".join(what for what, _amount in outstanding.unmatched(account, date(2026, 7, 31)))
    assert "账上有、对账单没有：收据" in whats
    assert "李秀英" not in whats


# On its way -------------------------------------------------------------------------------------------------------


def send(estate: FeeEstate, text: str = BANK) -> Statement:
    committee = estate.committee
    uploads.take_in(committee.book, content=text.encode(), name="a.csv", account=None, by=committee.cashier)
    work_off()
    return Statement.objects.latest("created_at")


def test_a_statement_is_sent_looked_at_and_taken_in(estate):
    statement = send(estate)
    assert (statement.state, statement.preview["new"]) == ("ready", 4)
    assert statement.content == BANK.encode()
    assert "王建国" not in str(statement.preview)
    uploads.carry_out(statement, fingerprint=statement.fingerprint, by=estate.committee.cashier)
    work_off()
    statement.refresh_from_db()
    assert (statement.state, statement.outcome["new"], statement.sealed_content) == ("applied", 4, "")
    with pytest.raises(Refused, match="已经办结"):
        uploads.give_up(statement, by=estate.committee.cashier)


def test_what_came_meanwhile_leads_back_to_the_preview(estate):
    statement = send(estate)
    take(estate)
    uploads.carry_out(statement, fingerprint=statement.fingerprint, by=estate.committee.cashier)
    work_off()
    statement.refresh_from_db()
    assert (statement.state, statement.preview["new"], statement.preview["known"]) == ("ready", 0, 4)


def test_a_file_that_cannot_be_read_is_erased(estate):
    statement = send(estate, "姓名,电话\n张三,1\n")
    assert (statement.state, statement.sealed_content) == ("unreadable", "")


def test_columns_are_named_once_and_the_file_read_again(estate):
    text = "甲,乙,丙,丁\n2026-07-03,abc,100.00,\n2026-07-04,def,,7.00\n2026-07-04,def,8.00,\n"
    statement = send(estate, text)
    assert statement.preview == {"unknown": True, "headings": {"甲": "date", "乙": "", "丙": "", "丁": ""}}
    with pytest.raises(Refused, match="每一栏"):
        uploads.carry_out(statement, fingerprint=statement.fingerprint, by=estate.committee.cashier)
    uploads.understand(statement, mapping={"丙": "in", "丁": "out"}, by=estate.committee.cashier)
    work_off()
    statement.refresh_from_db()
    assert statement.preview["money_in"] == "108.00"
    assert send(estate, text).preview["money_in"] == "108.00"


def test_a_wrong_statement_is_taken_back_while_nothing_is_matched(estate):
    statement = take(estate)
    cashier = estate.committee.cashier
    row = actions.set_aside(row_of("A4"), note="利息", by=cashier)
    with pytest.raises(Refused, match="1 笔已经对上"):
        uploads.take_back(statement, by=cashier, reason="选错了账户")
    actions.unmatch(row, by=cashier)
    with pytest.raises(Refused, match="为什么"):
        uploads.take_back(statement, by=cashier, reason=" ")
    uploads.take_back(statement, by=cashier, reason="选错了账户")
    assert not StatementRow.objects.exists()
    assert take(estate).outcome["new"] == 4


def test_files_that_nobody_decides_about_are_erased_after_a_week(estate):
    statement = send(estate)
    assert uploads.forget_old() == 0
    with clock.at(NOW.replace(day=18)):
        assert uploads.forget_old() == 1
    statement.refresh_from_db()
    assert (statement.state, statement.sealed_content, statement.sealed_preview) == ("abandoned", "", "")


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("3-2-501王建国物业费", "3-2-501王＊＊物业费"),
        ("李秀英 13812345678", "李＊＊ ****5678"),
        ("7月物业费", "7月物业费"),
        ("收款方备注:二维码收款", "收款方备注:二维码收款"),
    ],
)
def test_names_and_numbers_in_remarks_are_masked(plain, shown):
    assert mask_remark(plain) == shown


def test_names_and_accounts_are_forgotten_after_ten_years(estate):
    take(estate)
    rule = next(one for one in retention.rules() if one.slug == "statement_rows")
    community = estate.committee.book.community
    with clock.at(NOW.replace(year=2036, month=6)):
        assert rule.count(community, rule.before) == 0
    with clock.at(NOW.replace(year=2037)):
        assert rule.count(community, rule.before) == 4
        rule.forget(community, rule.before)
        assert rule.count(community, rule.before) == 0
    row = row_of("A1")
    assert (row.counterparty.plain, row.remark.plain, row.amount) == ("", "", 180)
