"""The sections of a quarter, made from the books: 1 and 2 from the kept monthly balances, 3 from the vouchers, 5 from
the fee books, 9 from what residents asked; 6 to 8 are typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from core.money import yuan
from core.quarters import Month, Quarter
from core.refusal import Refused
from property.chart import AccountKind, AccountWords, Fund
from property.models import Account, Book, CashProof, MonthlyBalance, Posting, Voucher, VoucherAttachment
from property.publication import fee_facts
from property.publication.answers import answers
from property.publication.rows import (
    AgeingRow,
    AnswerRow,
    AssetRow,
    CashRow,
    CollectionRow,
    FundRow,
    HistoryRow,
    ItemRow,
    Outstanding,
    ResolutionRow,
    Row,
    Section,
    SpendingRow,
    StaffRow,
)
from property.querysets import StatementRow, fen_sum, yuan_of

ZERO = Decimal("0.00")
QUARTERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Sections:
    """All rows of a publication, section by section."""

    funds: tuple[FundRow, ...]
    items: tuple[ItemRow, ...]
    spending: tuple[SpendingRow, ...]
    cash: tuple[CashRow, ...]
    history: tuple[HistoryRow, ...]
    collection: tuple[CollectionRow, ...] = ()
    ageing: tuple[AgeingRow, ...] = ()
    staff: tuple[StaffRow, ...] = ()
    assets: tuple[AssetRow, ...] = ()
    resolutions: tuple[ResolutionRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()

    def lines(self) -> list[tuple[int, int, Row]]:
        """Every row with its section and position, from 1."""
        parts: tuple[tuple[Section, Sequence[Row]], ...] = (
            (Section.FUNDS, self.funds),
            (Section.ITEMS, self.items),
            (Section.SPENDING, self.spending),
            (Section.CASH, self.cash),
            (Section.COLLECTION, self.collection),
            (Section.STAFF, self.staff),
            (Section.ASSETS, self.assets),
            (Section.RESOLUTIONS, self.resolutions),
            (Section.ANSWERS, self.answers),
            (Section.HISTORY, self.history),
            (Section.AGEING, self.ageing),
        )
        return [(section, position, row) for section, rows in parts for position, row in enumerate(rows, start=1)]


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum in yuan, 0.00 for none."""
    return sum(values, ZERO)


def first_month(book: Book, quarter: Quarter) -> Month:
    """The first month of the quarter that the book covers: a book may begin within a quarter."""
    return max(quarter.months[0], Month.of(book.opened_on))


def compose(book: Book, quarter: Quarter, proofs: Iterable[CashProof], typed: Iterable[Row] = ()) -> Sections:
    """The sections of a quarter of a book found already, with the rows `typed` for 6 to 8.

    Raises Refused where those that are made from the books do not tie out to the fen.
    """
    told = list(typed)
    first, last = first_month(book, quarter), quarter.months[2]
    accounts = Account.objects.of_book(book)
    statement = accounts.statement(book, first, last)
    january = max(Month(quarter.year, 1), Month.of(book.opened_on))
    year = accounts.statement(book, january, last)
    owed = fee_facts.ageing(book, quarter)
    sections = Sections(
        funds=tuple(_funds(statement)),
        items=tuple(_items(book, statement, year, fee_facts.of_items(book, quarter))),
        spending=tuple(_spending(book, first, last)),
        cash=tuple(_cash(statement, proofs)),
        history=tuple(_history(book, quarter)),
        collection=fee_facts.collection(book, quarter, owed),
        ageing=owed,
        staff=tuple(row for row in told if isinstance(row, StaffRow)),
        assets=tuple(row for row in told if isinstance(row, AssetRow)),
        resolutions=tuple(row for row in told if isinstance(row, ResolutionRow)),
        answers=tuple(answers(book, quarter)),
    )
    check(sections, accounts.money_by_fund(last))
    return sections


def check(sections: Sections, money: dict[str, Decimal]) -> None:
    """Refuse sections that contradict each other, or the money (yuan by fund) that the books say is there."""
    for row in sections.funds:
        if not row.ties_out or row.closing != money[row.fund]:
            raise Refused(_("“%(fund)s”的期初、收入、支出和期末对不上，请先核对账本。") % {"fund": row.label})
    kinds = (
        ("income", total(row.income for row in sections.funds)),
        ("expense", total(row.expenditure for row in sections.funds)),
        ("other", total(row.other for row in sections.funds)),
    )
    for kind, due in kinds:
        if total(row.quarter for row in sections.items if row.kind == kind) != due:
            raise Refused(_("按项目相加的结果和合计对不上，请先核对账本。"))
    if total(row.amount for row in sections.spending) != total(row.expenditure for row in sections.funds):
        raise Refused(_("逐笔支出相加的结果和支出合计对不上，请先核对账本。"))
    if total(row.book for row in sections.cash) != total(row.closing for row in sections.funds):
        raise Refused(_("钱款账户的余额和期末结余对不上，请先核对账本。"))


def _funds(statement: list[StatementRow]) -> list[FundRow]:
    """A row a fund that has or had anything; `other` is counted by itself, from what is neither money nor result."""
    rows = []
    for fund in Fund.values:
        own = [row for row in statement if row.fund == fund]
        if own:
            money = [row for row in own if row.account.is_money]
            rows.append(
                FundRow(
                    fund=fund,
                    opening=total(row.opening for row in money),
                    income=total(row.grown for row in own if row.account.kind == AccountKind.INCOME),
                    expenditure=total(row.grown for row in own if row.account.kind == AccountKind.EXPENSE),
                    other=total(row.credit - row.debit for row in own if _kind(row) == "other"),
                    closing=total(row.closing for row in money),
                )
            )
    return rows


def _kind(row: StatementRow) -> str:
    """What an account is to a resident: income, expense, other, or "" for the money itself."""
    if row.account.is_money:
        return ""
    return row.account.kind if row.account.kind in {AccountKind.INCOME, AccountKind.EXPENSE} else "other"


def _effect(row: StatementRow) -> Decimal:
    """What an item shows: income and expenditure as they grew, everything else as it moved money."""
    return row.credit - row.debit if _kind(row) == "other" else row.grown


def _items(
    book: Book,
    statement: list[StatementRow],
    year: list[StatementRow],
    facts: Mapping[tuple[str, str], fee_facts.ItemFacts],
) -> list[ItemRow]:
    """What came and went by account and fund; what was planned or billed is told also where nothing came."""
    quarter = {(row.account.pk, row.fund): _effect(row) for row in statement}
    rows = []
    for row in year:
        kind = str(_kind(row))
        if kind:
            now = quarter.get((row.account.pk, row.fund), ZERO)
            rows.append(_item(row.account, row.fund, kind, now, _effect(row), facts))
    told = [row for row in rows if row.quarter or (row.year and row.kind != "other")]
    expected = {key for key, fact in facts.items() if fact.budget or fact.receivable}
    told += _expected(book, expected - {(row.code, row.fund) for row in told}, facts)
    return sorted(told, key=lambda row: (_ORDER[row.kind], row.code, list(Fund.values).index(row.fund)))


def _expected(
    book: Book, keys: set[tuple[str, str]], facts: Mapping[tuple[str, str], fee_facts.ItemFacts]
) -> list[ItemRow]:
    """What was planned or billed and has not moved this year; no query where there is none."""
    if not keys:
        return []
    accounts = {one.code: one for one in Account.objects.of_book(book).filter(code__in=[code for code, _fund in keys])}
    return [
        _item(accounts[code], fund, str(accounts[code].kind), ZERO, ZERO, facts)
        for code, fund in keys
        if code in accounts and accounts[code].kind in _ORDER
    ]


_ORDER: dict[str, int] = {"income": 0, "expense": 1, "other": 2}


def _item(
    account: AccountWords,
    fund: str,
    kind: str,
    quarter: Decimal,
    year: Decimal,
    facts: Mapping[tuple[str, str], fee_facts.ItemFacts],
) -> ItemRow:
    known = facts.get((account.code, fund), fee_facts.ItemFacts())
    return ItemRow(kind, account.code, account.name, fund, quarter, year, **asdict(known))


def _spending(book: Book, first: Month, last: Month) -> list[SpendingRow]:
    """Every posted voucher of these months with a posting of expenditure, in the order of the books; two queries."""
    costs = (
        Posting.objects.unscoped(reason="lines of the vouchers of a book found already")
        .filter(voucher=OuterRef("pk"), account__kind=AccountKind.EXPENSE)
        .order_by()
        .values("voucher")
        .annotate(debit_fen=fen_sum("debit"), credit_fen=fen_sum("credit"))
    )
    vouchers = (
        Voucher.objects.of_book(book)
        .posted()
        .filter(month__month__range=(str(first), str(last)))
        .annotate(
            cost_debit=Subquery(costs.values("debit_fen")),
            cost_credit=Subquery(costs.values("credit_fen")),
        )
        .filter(cost_debit__isnull=False)
        .select_related("month")
        .order_by("day", "sequence")
    )
    papers = _papers(book, first, last)
    return [_spent(voucher, papers.get(voucher.pk, ())) for voucher in vouchers]


def _papers(book: Book, first: Month, last: Month) -> dict[UUID, tuple[str, ...]]:
    """The SHA-256 of every paper of the posted vouchers of these months, in the order of the papers; one query."""
    rows = (
        VoucherAttachment.objects.unscoped(reason="papers of the vouchers of a book found already")
        .filter(voucher__book=book, voucher__state="posted", voucher__month__month__range=(str(first), str(last)))
        .order_by("voucher", "line")
        .values_list("voucher_id", "attachment__sha256")
    )
    found: dict[UUID, list[str]] = {}
    for voucher, digest in rows:
        found.setdefault(voucher, []).append(digest)
    return {voucher: tuple(digests) for voucher, digests in found.items()}


def _spent(voucher: Voucher, papers: tuple[str, ...]) -> SpendingRow:
    return SpendingRow(
        day=voucher.day,
        month=voucher.month.month,
        number=voucher.number or 0,
        summary=voucher.summary,
        payee=str(voucher.payee),
        amount=yuan_of(voucher.cost_debit - voucher.cost_credit),  # type: ignore[attr-defined]
        papers=len(papers),
        resolution=voucher.resolution_ref,
        seal=voucher.hash,
        digests=papers,
    )


def _cash(statement: list[StatementRow], proofs: Iterable[CashProof]) -> list[CashRow]:
    """A row a money account that holds or held anything; what nobody has typed yet counts as equal to the books."""
    given = {proof.account_id: proof for proof in proofs}
    held: dict[int, list[StatementRow]] = {}
    for row in statement:
        if row.account.is_money:
            held.setdefault(row.account.pk, []).append(row)
    return [
        cash_row(rows[0].account.code, rows[0].account.name, total(row.closing for row in rows), given.get(pk))
        for pk, rows in held.items()
    ]


def cash_row(code: str, name: str, book: Decimal, proof: CashProof | None) -> CashRow:
    """A money account with what the cashier found."""
    items = tuple(Outstanding(what, Decimal(amount)) for what, amount in (proof.items if proof else []))
    statement = proof.balance if proof is not None and proof.balance is not None else book
    return CashRow(
        code=code,
        name=name,
        book=book,
        statement=statement,
        items=items,
        difference=book - statement - total(item.amount for item in items),
        explanation=proof.explanation if proof else "",
        counted_on=proof.counted_on if proof else None,
        counted_by=proof.counted_by if proof else "",
        witness=proof.witness if proof else "",
    )


def _history(book: Book, quarter: Quarter) -> list[HistoryRow]:
    """Income and expenditure of up to eight quarters, this one last."""
    quarters = [quarter]
    while len(quarters) < QUARTERS_SHOWN and quarters[0] > Quarter.of(book.opened_on):
        quarters.insert(0, quarters[0].previous())
    balances = MonthlyBalance.objects.of_book(book)
    first, last = quarters[0].months[0], quarter.months[2]
    grown = balances.grown(first, last)
    return [
        HistoryRow(
            quarter=str(one),
            income=total(grown[month][AccountKind.INCOME] for month in one.months),
            expenditure=total(grown[month][AccountKind.EXPENSE] for month in one.months),
        )
        for one in quarters
    ]


def unproved(row: CashRow, proof: CashProof | None) -> list[str]:
    """What is still missing of the proof of a money account, in words."""
    if proof is None or proof.balance is None:
        wanted = _("盘点到的现金") if row.is_cash else _("对账单上的余额")
        return [_("“%(account)s”还没有填%(wanted)s。") % {"account": row.label, "wanted": wanted}]
    found = []
    if proof.counted_on is None:
        found.append(_("“%(account)s”还没有填对账或盘点的日期。") % {"account": row.label})
    if row.is_cash and not (row.counted_by and row.witness):
        found.append(_("“%(account)s”要写明谁盘点、谁在场监盘，必须是两个人。") % {"account": row.label})
    if row.is_cash and proof.balance < 0:
        found.append(_("“%(account)s”盘点到的现金不会小于零，请核对。") % {"account": row.label})
    if row.difference and not row.explanation:
        found.append(
            _("“%(account)s”账上和实际相差 %(amount)s 元，请写明原因。")
            % {"account": row.label, "amount": yuan(row.difference)}
        )
    return found
