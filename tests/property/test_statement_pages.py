"""The pages of statements: sent, looked at, taken in, matched; for the cashier alone, names masked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from community.models import User
from community.once import new_id
from core import clock
from property.models import Payment, Statement, StatementRow
from property.statements import actions, today
from tests.asks import asks_of
from tests.factories import BuildingFactory, committee_of
from tests.grids.roster_pages import work_off
from tests.property.fees import NOW, FeeEstate
from tests.property.test_statement_keeping import BANK, home, row_of, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate():
    with clock.at(NOW):
        committee = committee_of(opened_on=date(2026, 7, 1))
        building = BuildingFactory(estate=committee.book.estate, grid__community=committee.book.community, number="3")
        yield FeeEstate(committee, building)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def cashier(estate):
    return client_of(estate.committee.cashier)


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"submission": new_id(), **fields})


def page_of(estate: FeeEstate, name: str = "statements") -> str:
    return reverse(f"property:{name}", args=[estate.committee.book.pk])


def send(client: Client, estate: FeeEstate, text: str = BANK, name: str = "工行7月.csv", **fields: Any) -> Statement:
    upload = SimpleUploadedFile(name, text.encode("gb18030"))
    answer = post(client, page_of(estate), file=upload, **fields)
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return Statement.objects.latest("created_at")


def test_a_statement_goes_from_the_file_to_its_rows(estate, cashier):
    statement = send(cashier, estate)
    shown = cashier.get(statement.get_absolute_url()).content.decode()
    assert "271.23" in shown
    assert "逐笔相符" in shown
    assert "王＊＊" in shown
    assert "王建国" not in shown
    answer = post(cashier, statement.get_absolute_url(), do="apply", seen=statement.fingerprint)
    assert answer.status_code == 302
    work_off()
    assert StatementRow.objects.count() == 4
    assert "已经导入" in cashier.get(statement.get_absolute_url()).content.decode()
    assert "还有 4 笔" in cashier.get(page_of(estate)).content.decode()


def test_the_account_follows_from_the_file_and_can_be_changed(estate, cashier):
    wechat = (
        "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
        "2026-07-03 08:00:00,二维码收款,王建国,3-2-501,收入,¥20.00,零钱,已收钱,9001,/,/\n"
    )
    statement = send(cashier, estate, wechat, "微信.csv")
    assert statement.account.code == "100901"
    bank = estate.committee.account("1002")
    post(cashier, statement.get_absolute_url(), do="account", account=str(bank.pk))
    work_off()
    statement.refresh_from_db()
    assert (statement.account, statement.state) == (bank, "ready")


def test_a_file_of_another_kind_is_refused_at_the_field(estate, cashier):
    answer = post(cashier, page_of(estate), file=SimpleUploadedFile("x.pdf", b"%PDF-1.7"))
    assert "请选择 Excel" in answer.content.decode()
    statement = send(cashier, estate, "姓名,电话\n张三,1\n")
    assert "读不出来" in cashier.get(statement.get_absolute_url()).content.decode()


def test_columns_are_named_on_a_page(estate, cashier):
    statement = send(cashier, estate, "甲,乙,丙,丁\n2026-07-03,abc,100.00,\n2026-07-04,def,,7.00\n2026-07-04,g,8.00,\n")
    assert "说明栏目" in cashier.get(statement.get_absolute_url()).content.decode()
    url = reverse("property:statement_columns", args=[statement.pk])
    assert "丙" in cashier.get(url).content.decode()
    post(cashier, url, column_0="date", column_1="remark", column_2="in", column_3="out")
    work_off()
    assert "108.00" in cashier.get(statement.get_absolute_url()).content.decode()


def test_rows_say_what_they_may_be_and_are_confirmed_one_by_one(estate, cashier):
    household = home(estate, "501", "王建国")
    estate.rate()
    take(estate)
    shown = cashier.get(page_of(estate, "statement_rows")).content.decode()
    assert "附言里写了这个门牌" in shown
    assert "王建国" not in shown
    row = row_of("A1")
    assert household.dwelling.label in cashier.get(row.get_absolute_url()).content.decode()
    answer = post(cashier, row.get_absolute_url(), choice=f"household:{household.pk}")
    assert answer.status_code == 302
    assert Payment.objects.get().statement_row == row
    assert "00001" in cashier.get(row.get_absolute_url()).content.decode()
    post(cashier, reverse("property:statement_row_unmatch", args=[row.pk]))
    row.refresh_from_db()
    assert row.match == "none"
    assert Payment.objects.count() == 1


def test_a_choice_that_was_not_offered_is_refused(estate, cashier):
    household = home(estate, "777", "赵六")
    take(estate)
    answer = post(cashier, row_of("A1").get_absolute_url(), choice=f"household:{household.pk}")
    assert "情况刚才变了" in answer.content.decode()
    assert not Payment.objects.exists()


def test_the_cashier_looks_for_a_household_by_door_or_name(estate, cashier):
    household = home(estate, "777", "赵六")
    estate.rate()
    take(estate)
    row = row_of("A3")
    for sought in ("3-2-777", "赵六"):
        assert str(household.pk) in cashier.get(row.get_absolute_url(), {"q": sought}).content.decode()
    assert "没有找到" in cashier.get(row.get_absolute_url(), {"q": "钱七"}).content.decode()
    answer = post(cashier, f"{row.get_absolute_url()}?q=赵六", choice=f"household:{household.pk}")
    assert answer.status_code == 302


def test_all_sure_ones_are_confirmed_at_once(estate, cashier):
    home(estate, "501", "王建国")
    estate.rate()
    take(estate)
    answer = cashier.post(page_of(estate, "statement_rows"), {"submission": new_id()}, follow=True)
    assert "对上了 1 笔" in answer.content.decode()
    answer = cashier.post(page_of(estate, "statement_rows"), {"submission": new_id()}, follow=True)
    assert "没有一笔是有把握的" in answer.content.decode()


def test_something_else_is_written_down(estate, cashier):
    take(estate)
    row = row_of("A4")
    url = reverse("property:statement_row_aside", args=[row.pk])
    assert "这是什么" in post(cashier, url, note="").content.decode()
    assert post(cashier, url, note="存款利息").status_code == 302
    assert "存款利息" in cashier.get(row.get_absolute_url()).content.decode()
    assert cashier.get(page_of(estate, "statement_rows"), {"format": "xlsx"}).status_code == 200
    assert "存款利息" in cashier.get(page_of(estate, "statement_rows"), {"match": "other"}).content.decode()


def test_a_statement_is_taken_back_with_a_reason(estate, cashier):
    statement = take(estate)
    assert "为什么撤回" in post(cashier, statement.get_absolute_url(), do="take_back", reason="").content.decode()
    assert post(cashier, statement.get_absolute_url(), do="take_back", reason="选错了").status_code == 302
    assert not StatementRow.objects.exists()


def test_others_of_the_committee_read_and_change_nothing(estate):
    bookkeeper = client_of(estate.committee.bookkeeper)
    statement = take(estate)
    row = row_of("A1")
    pages = (page_of(estate), page_of(estate, "statement_rows"), statement.get_absolute_url(), row.get_absolute_url())
    for url in pages:
        assert bookkeeper.get(url).status_code == 200
        assert "有把握的全部确认" not in bookkeeper.get(url).content.decode()
    post(bookkeeper, page_of(estate, "statement_rows"))
    post(bookkeeper, statement.get_absolute_url(), do="take_back", reason="x")
    assert StatementRow.objects.filter(match="none").count() == 4
    assert bookkeeper.get(reverse("property:statement_row_aside", args=[row.pk])).status_code == 403
    other = client_of(committee_of().cashier)
    for url in (page_of(estate), statement.get_absolute_url(), row.get_absolute_url()):
        assert other.get(url).status_code == 404


def test_today_asks_the_cashier_alone(estate):
    take(estate)
    assert [str(ask.title) for ask in asks_of(today, estate.committee.cashier)] == ["4 笔流水还没对上"]
    assert asks_of(today, estate.committee.bookkeeper) == []
    for row in StatementRow.objects.all():
        actions.set_aside(row, note="x", by=estate.committee.cashier)
    assert asks_of(today, estate.committee.cashier) == []


def test_a_list_takes_as_many_queries_for_one_row_as_for_twenty(estate, cashier, django_assert_max_num_queries):
    home(estate, "501", "王建国")
    lines = "".join(f"2026-07-04,3-2-501,王建国,{n}.00,,,B{n}\n" for n in range(1, 30))
    take(estate, BANK.splitlines()[0] + "\n" + lines)
    with django_assert_max_num_queries(26):
        cashier.get(page_of(estate, "statement_rows"))
