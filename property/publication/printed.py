"""The posted sheet as PDF: every figure and word as text for the typst template, from the frozen rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import charts, clock, qr
from core.documents import render
from core.money import yuan
from property.models import Publication
from property.publication import seal
from property.publication.lines import amount, count_words, day, percent
from property.publication.rows import AgeingRow
from property.publication.sheet import Group, Sheet, of_frozen, wage_words


def print_sheet(publication: Publication) -> bytes:
    """The posted sheet as PDF, in the language of the books, from the frozen rows; equal rows give equal bytes."""
    moment = publication.published_at or clock.now()
    with translation.override(settings.LANGUAGE_CODE), clock.at(moment):
        return render("property/quarter", sheet_data(of_frozen(publication)))


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """The data of the typst template, every figure and word as text."""
    publication = sheet.publication
    return {
        "title": publication.title,
        "issuer": publication.issuer,
        "version": publication.version_label,
        "code": sheet.code_groups,
        "hash": sheet.hash_groups,
        "facts": _facts(sheet),
        "big": [
            [_("本季收入"), yuan(sheet.income)],
            [_("本季支出"), yuan(sheet.expenditure)],
            [_("期末结余"), yuan(sheet.closing)],
        ],
        "sum": _equation(sheet),
        "sum_word": _("合计"),
        "qr": qr.svg(sheet.check_url),
        "qr_alt": _("查验这张公示的二维码"),
        "qr_words": _("扫码查验，或打开 %(url)s 输入查验码") % {"url": sheet.check_url.partition("?")[0]},
        "charts": [_drawn(sheet.over_quarters), _drawn(sheet.by_item)],
        "sections": [
            _fund_table(sheet),
            *_item_tables(sheet),
            _spending_table(sheet),
            *_cash_tables(sheet),
            *_fee_tables(sheet),
            *_typed_tables(sheet),
            *_answer_tables(sheet),
            *_notes(sheet),
            _signature_table(sheet),
        ],
        "notice": {"title": _("十二、公示"), "facts": _notice(sheet)},
        "hash_words": _("本公示全部内容的校验码（SHA-256），网页上的应与此相同："),
    }


def _drawn(chart: charts.Chart) -> dict[str, str]:
    return {"title": chart.title, "svg": str(chart.svg)}


def _equation(sheet: Sheet) -> str:
    words = {
        "opening": yuan(sheet.opening),
        "income": yuan(sheet.income),
        "spent": yuan(sheet.expenditure),
        "other": yuan(abs(sheet.other)),
        "closing": yuan(sheet.closing),
    }
    if not sheet.other:
        return _("期初 %(opening)s ＋ 收入 %(income)s － 支出 %(spent)s ＝ 期末 %(closing)s 元") % words
    if sheet.other > 0:
        return (
            _("期初 %(opening)s ＋ 收入 %(income)s － 支出 %(spent)s ＋ 其他变动 %(other)s ＝ 期末 %(closing)s 元")
            % words
        )
    return (
        _("期初 %(opening)s ＋ 收入 %(income)s － 支出 %(spent)s － 其他变动 %(other)s ＝ 期末 %(closing)s 元") % words
    )


def _facts(sheet: Sheet) -> list[list[str]]:
    publication = sheet.publication
    facts = [
        [_("公示单位"), publication.issuer],
        [
            _("期间"),
            _("%(first)s 至 %(last)s")
            % {"first": publication.period.start.isoformat(), "last": publication.period.end.isoformat()},
        ],
        [_("版本"), publication.version_label],
        [_("单位"), _("元")],
        [_("查验码"), sheet.code_groups],
    ]
    if publication.supersedes is not None:
        before = _("更正第 %(version)d 版（查验码 %(code)s）。%(reason)s") % {
            "version": publication.supersedes.version,
            "code": seal.grouped(publication.supersedes.check_code or ""),
            "reason": publication.reason,
        }
        facts.append([_("更正"), before])
    return facts


def _table(
    title: str, headings: list[str], rows: list[list[str]], widths: list[int], right: list[int]
) -> dict[str, Any]:
    """One section with one table; `widths` are shares of the page, 0 for as wide as needed; `right` are figures."""
    return {"title": title, "headings": headings, "rows": rows, "widths": widths, "right": right, "text": ""}


def _fund_table(sheet: Sheet) -> dict[str, Any]:
    headings = [_("资金"), _("期初"), _("收入"), _("支出"), *([_("其他变动")] if sheet.has_other else []), _("期末")]
    figures = [(row.label, row) for row in sheet.sections.funds]
    rows = [
        [
            label,
            yuan(row.opening),
            yuan(row.income),
            yuan(row.expenditure),
            *([yuan(row.other)] if sheet.has_other else []),
            yuan(row.closing),
        ]
        for label, row in figures
    ]
    rows.append(
        [
            _("合计"),
            yuan(sheet.opening),
            yuan(sheet.income),
            yuan(sheet.expenditure),
            *([yuan(sheet.other)] if sheet.has_other else []),
            yuan(sheet.closing),
        ]
    )
    return _table(_("一、资金收支总表"), headings, rows, [2] + [2] * (len(headings) - 1), list(range(1, len(headings))))


def _item_tables(sheet: Sheet) -> list[dict[str, Any]]:
    parts = [
        (_("二、收入（按项目）"), _("收入项目"), sheet.earned),
        (_("支出（按项目）"), _("支出项目"), sheet.spent),
        (_("其他变动（收回欠款、预收、添置等）"), _("项目"), sheet.moved),
    ]
    return [
        _item_table(title, name, group, rates=sheet.has_rates and group.kind == "income", budget=sheet.has_budget)
        for title, name, group in parts
        if group.rows or group.kind != "other"
    ]


def _item_table(title: str, name: str, group: Group, *, rates: bool, budget: bool) -> dict[str, Any]:
    """One kind of items; the columns of rates and of the budget only where they say something."""
    budget = budget and group.kind != "other"
    headings = [
        name,
        _("资金"),
        *([_("收费标准"), _("应收"), _("实收")] if rates else []),
        _("本季"),
        _("本年累计"),
        *([_("全年预算"), "%"] if budget else []),
    ]
    rows = [
        [
            row.label,
            row.fund_label,
            *([row.rate, amount(row.receivable), amount(row.received)] if rates else []),
            yuan(row.quarter),
            yuan(row.year),
            *([amount(row.budget), percent(row.percent)] if budget else []),
        ]
        for row in group.rows
    ]
    sums = [
        _("合计"),
        *([""] * (4 if rates else 1)),
        yuan(group.quarter),
        yuan(group.year),
        *(["", ""] if budget else []),
    ]
    first = 3 if rates else 2
    widths = [3, 2, *([3, 2, 2] if rates else []), 2, 2, *([2, 0] if budget else [])]
    return _table(title, headings, [*rows, sums], widths, list(range(first, len(headings))))


def _spending_table(sheet: Sheet) -> dict[str, Any]:
    rows = [
        [
            row.day.isoformat(),
            row.label,
            row.summary,
            row.payee,
            yuan(row.amount),
            str(row.papers),
            row.resolution,
        ]
        for row in sheet.sections.spending
    ]
    rows.append([_("合计"), "", "", "", yuan(sheet.paid), "", ""])
    headings = [_("日期"), _("凭证"), _("事由"), _("收款人"), _("金额"), _("附件"), _("依据的决议")]
    return _table(_("三、每一笔支出"), headings, rows, [0, 0, 4, 2, 0, 0, 2], [4, 5])


def _cash_tables(sheet: Sheet) -> list[dict[str, Any]]:
    headings = [_("账户"), _("账面余额"), _("对账单或盘点"), _("未达账项"), _("差额"), _("日期")]
    rows = [
        [
            row.label,
            yuan(row.book),
            yuan(row.statement),
            yuan(row.outstanding),
            yuan(row.difference),
            row.counted_on.isoformat() if row.counted_on else "",
        ]
        for row in sheet.sections.cash
    ]
    sums = sheet.cash
    rows.append([_("合计"), *(yuan(sums[key]) for key in ("book", "statement", "outstanding", "difference")), ""])
    tables = [_table(_("四、钱款核对"), headings, rows, [2, 2, 2, 2, 2, 0], [1, 2, 3, 4])]
    tables[0]["text"] = "\n".join(sheet.cash_notes)
    return tables


def _fee_tables(sheet: Sheet) -> list[dict[str, Any]]:
    """Section 5: over the whole estate, then what is owed building by building; nobody is named."""
    tables = []
    words = (_("应交户数"), _("已交户数"), _("收缴率"), _("应收"), _("减免"), _("实收"), _("预收"))
    rows = [
        [
            str(row.due),
            str(row.paid),
            percent(row.rate),
            yuan(row.billed),
            yuan(row.relief),
            yuan(row.received),
            yuan(row.prepaid),
        ]
        for row in sheet.sections.collection
    ]
    if rows:
        tables.append(_table(_("五、物业费收缴"), list(words), rows, [1, 1, 1, 2, 2, 2, 2], list(range(7))))
    owed = [[row.building, *_ages(row)] for row in sheet.sections.ageing]
    if owed:
        headings = [_("楼幢"), _("三个月以内"), _("三个月到一年"), _("一到两年"), _("两年以上"), _("合计")]
        owed.append([_("合计"), *_ages(sheet.owed)])
        tables.append(_table(_("欠费（按楼，不写住户）"), headings, owed, [2] * 6, list(range(1, 6))))
    return tables


def _ages(row: AgeingRow) -> list[str]:
    return [yuan(one) for one in (row.months_3, row.months_12, row.years_2, row.older, row.total)]


def _typed_tables(sheet: Sheet) -> list[dict[str, Any]]:
    """Sections 6 to 8, as far as there is something to say."""
    told = sheet.sections
    staff = [[row.post, str(row.people), amount(row.wages), row.note] for row in told.staff]
    assets = [
        [row.kind_label, row.name, row.source, row.approved_by, amount(row.amount), row.state, row.custodian]
        for row in told.assets
    ]
    resolutions = [[row.label, day(row.decided_on), *count_words(row)] for row in told.resolutions]
    tables = [
        _table(_("六、人员"), [_("岗位"), _("人数"), _("本季工资"), _("备注")], staff, [3, 1, 2, 3], [1, 2]),
        _table(
            _("七、资产和项目"),
            [_("类别"), _("名称"), _("资金来源"), _("谁批准的"), _("金额"), _("状态"), _("保管人")],
            assets,
            [0, 3, 2, 2, 0, 2, 2],
            [4],
        ),
        _table(
            _("八、决议"),
            [_("决议"), _("哪天通过"), _("同意的人数"), _("同意的面积")],
            resolutions,
            [4, 0, 3, 3],
            [],
        ),
    ]
    if sheet.wages.rows:
        tables[0]["text"] = "\n".join(wage_words(row) for row in sheet.wages.rows)
    return [table for table in tables if table["rows"] or table["text"]]


def _answer_tables(sheet: Sheet) -> list[dict[str, Any]]:
    rows = [
        [row.label, row.text, row.answer or _("还没有答复"), day(row.answered_on)] for row in sheet.sections.answers
    ]
    if not rows:
        return []
    headings = [_("问的是"), _("问"), _("答"), _("答复日期")]
    return [_table(_("九、居民提问和答复"), headings, rows, [2, 3, 3, 0], [])]


def _notes(sheet: Sheet) -> list[dict[str, Any]]:
    if not sheet.publication.notes:
        return []
    return [
        {"title": _("十、说明"), "headings": [], "rows": [], "widths": [], "right": [], "text": sheet.publication.notes}
    ]


def _signature_table(sheet: Sheet) -> dict[str, Any]:
    rows = [
        [str(one["office"]), one["signature"].name, _moment(one["signature"].at)]
        for one in sheet.stands
        if one["signature"]
    ]
    headings = [pgettext("signature", "职务"), pgettext("signature", "姓名"), _("签字时间")]
    return _table(_("十一、签字"), headings, rows, [2, 2, 3], [])


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _notice(sheet: Sheet) -> list[list[str]]:
    publication = sheet.publication
    first, last = publication.notice_from, publication.notice_to
    period = {"first": first.isoformat() if first else "", "last": last.isoformat() if last else ""}
    return [
        [_("公示期"), _("%(first)s 至 %(last)s（30 天）") % period],
        [_("张贴地点"), publication.places],
        [_("咨询电话"), publication.contact],
        [_("查账时间"), publication.inspection_hours],
    ]
