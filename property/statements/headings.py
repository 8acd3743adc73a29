"""What the columns of a statement hold, from their headings in whatever words a bank chooses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.hashing import digest
from core.spreadsheets import Cell
from property.statements import cells

_SEARCHED = 80
_LONGEST = 30


class Column(TextChoices):
    """What a column can hold."""

    DATE = "date", _("日期")
    TIME = "time", _("时间")
    AMOUNT = "amount", _("金额（一栏，收支看正负或另一栏）")
    IN = "in", _("收入金额")
    OUT = "out", _("支出金额")
    DIRECTION = "direction", _("收支方向（收/支、借/贷）")
    BALANCE = "balance", _("余额")
    COUNTERPARTY = "counterparty", _("对方名称")
    COUNTER_ACCOUNT = "counter_account", _("对方账号")
    PAYER = "payer", _("付款人")
    PAYER_ACCOUNT = "payer_account", _("付款人账号")
    PAYEE = "payee", _("收款人")
    PAYEE_ACCOUNT = "payee_account", _("收款人账号")
    REMARK = "remark", _("摘要、附言或备注")
    KIND = "kind", _("交易类型")
    STATE = "state", _("交易状态")
    CURRENCY = "currency", _("币种")
    REFERENCE = "reference", _("流水号")
    OWN_ACCOUNT = "own_account", _("本方账号")
    METHOD = "method", _("支付方式")
    REFUNDED = "refunded", _("退款金额")


IGNORED = ""
C = Column
# Columns of which a row has several, joined or tried one after the other.
SEVERAL = frozenset({C.REMARK, C.DATE})

_SIGN = r"(交易|记账|本币|人民币|本次|本期|当期|账户)?"
_WORTH = r"(交易|记账)?(发生)?(金额|额|数|发生额|合计)?"
# Tried from top to bottom on the whole heading; the number ranks columns of one meaning, the lowest is read first.
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), column, rank)
    for pattern, column, rank in (
        (r"序号|行号|编号|序|no\.?|#", IGNORED, 0),
        (
            r"(商户|商家|客户|企业)(交易|退款)?(订单|单|流水|申请)号|商户号|特约商户号|设备号|公众账号id|用户标识",
            IGNORED,
            0,
        ),
        (r".*(开户行|行号|银行名|机构|网点|汇率|利率|费率|柜员|地区|国家|钞汇|钞/汇|省市|税).*", IGNORED, 0),
        (
            r"凭证(种类|类型)|标签|标记|记录标识号|起始.*|积分.*|关联账户|子账户.*|手续费(总额)?|服务费|代金券金额|充值券退款金额",
            IGNORED,
            0,
        ),
        # Whether it came in or went out.
        (
            r"收/支|收支|收/付|收付|进出|借贷|借/贷|d/?c|dr/?cr|cr/?dr|debit/?credit|credit/?debit|in/?out|出/?入账|收入/支出",
            C.DIRECTION,
            0,
        ),
        (
            r"(收支|借贷|收付|存取|来往账|往来账?|资金|出入账|出入|进出账?|借/贷|收/支|dc)(标志|标识|方向|类型|流向|别)",
            C.DIRECTION,
            1,
        ),
        (r"(方向|交易方向|收付款(方向|类型)|记账方向|往来标志|借贷别|增减|增减方向)", C.DIRECTION, 1),
        # When.
        (r"(交易|发生|付款|支付|业务)(完成)?(日期|时间|日|日期时间|日期和时间)|交易发生(日期|时间)", C.DATE, 0),
        (r"日期|日期时间|日期和时间|date|(transaction|trade|trans)(date|time|datetime)|datetime", C.DATE, 0),
        (r"(入账|记账|到账|账务|收款|收支|核算|会计|账单|posting|post|book|booking)(日期|时间|日|date)", C.DATE, 1),
        (r"(交易)?(创建|下单|订单)(日期|时间)", C.DATE, 2),
        (r"(起息|清算|结算|最近修改|更新|value)(日期|时间|日|date)", C.DATE, 3),
        (r"时间|time|(交易)?时刻|交易时分秒?", C.TIME, 0),
        # Who paid whom: before the amounts, since 收款方 is no 收款.
        (r"付款(人|方|账户|单位)?(名称|户名|姓名|全称|名)|付款(人|方)|payer('?s)?(name)?", C.PAYER, 0),
        (
            r"收款(人|方|账户|单位)?(名称|户名|姓名|全称|名)|收款(人|方)|payee('?s)?(name)?|beneficiary(name)?",
            C.PAYEE,
            0,
        ),
        # How much.
        (
            rf"{_SIGN}(收入|贷方?|存入|转入|进账|来账|汇入|流入|收方|收款|入金|存款|入账|增加)方?{_WORTH}(收入|存入|贷方?|转入)?",
            C.IN,
            0,
        ),
        (r"credit(s|amount)?|deposits?(amount)?|moneyin|paidin|amountin|credited", C.IN, 0),
        (
            rf"{_SIGN}(支出|借方?|支取|取出|转出|出账|往账|汇出|流出|付方|付款|出金|取款|减少)方?{_WORTH}(支出|支取|借方?|转出)?",
            C.OUT,
            0,
        ),
        (r"debit(s|amount)?|withdrawals?(amount)?|moneyout|paidout|amountout|debited", C.OUT, 0),
        (r"(记账|入账|本币|人民币)金额(收入|贷)", C.IN, 0),
        (r"(记账|入账|本币|人民币)金额(支出|借)", C.OUT, 0),
        (r"(交易)?(金额|发生额)(收入|贷方?|存入)", C.IN, 1),
        (r"(交易)?(金额|发生额)(支出|借方?|支取)", C.OUT, 1),
        (
            r"(交易|发生|收支|变动|本次|收付|资金变动|资金)?(金额|额|发生额|交易额|发生金额|数额)|amount|transactionamount|sum",
            C.AMOUNT,
            0,
        ),
        (r"(记账|人民币|本币|账户|结算|应结订单|实际|实付|实收|变动后?|到账)金额|变动额|tradeamount", C.AMOUNT, 1),
        (r"(订单|原币|总)金额", C.AMOUNT, 2),
        (r"(申请)?退款金额", C.REFUNDED, 0),
        (
            r"(账户|账面|本次|联机|当前|交易后|记账后|期末|卡|活期|最新|结余|交易|实时)?(的)?(余额|结余)|账户结余|balance|(closing|running|account|current)balance|结存",
            C.BALANCE,
            0,
        ),
        (r"可用余额|availablebalance", C.BALANCE, 1),
        # With whom.
        (r"付款(人|方|单位)?(账号|账户|卡号)", C.PAYER_ACCOUNT, 0),
        (r"收款(人|方|单位)?(账号|账户|卡号)", C.PAYEE_ACCOUNT, 0),
        (
            r"(交易)?(对方|对手|对手方|收/?付方|收/?付款人|收/?付款方|往来单位|往来)(单位|账户|客户|银行)?(名称?|户名|姓名|名字|全称|信息|单位名称|账号与户名|昵称)",
            C.COUNTERPARTY,
            0,
        ),
        (
            r"交易对[方手]|对[方手]|对方单位|对方账户名|往来单位|商户名称|付款方/收款方|户名|counterparty(name)?|name",
            C.COUNTERPARTY,
            1,
        ),
        (
            r"(交易)?(对方|对手|对手方|收/?付方|往来)(银行|客户|单位)?(账号|账户|卡号|账卡号|账户号|账号/卡号)",
            C.COUNTER_ACCOUNT,
            0,
        ),
        (
            r"(本方|我方|查询|交易|己方|本人)?(账号|卡号|账户|账户号|卡号/账号|账号/卡号)|accountn(o|umber)\.?",
            C.OWN_ACCOUNT,
            0,
        ),
        # What for.
        (r"币种|币别|货币|货币种类|账户币种|currency|ccy", C.CURRENCY, 1),
        (r"(记账|入账)(币种|货币)", C.CURRENCY, 0),
        (r"(交易|结算|账户)(币种|货币)|tradecurrency", C.CURRENCY, 1),
        (
            r"(微信支付|微信|支付宝|银行|交易|账务|资金|核心|业务|系统|会计)*(流水|交易|订单|业务|单|明细)(编号|单号|号码?|订单号|流水号)|流水|交易号|日志号|reference(no|number)?\.?|ref\.?(no\.?)?|transactionid|回单(编)?号|(业务|交易)?参考号|账户明细编号.*|(电子)?回单.*号",
            C.REFERENCE,
            0,
        ),
        (r"凭证(号|号码|编号)|业务凭证号|支票号", C.REFERENCE, 2),
        (
            r"(交易|业务|账务)?(类型|种类|类别|分类|名称|渠道|方式|来源|代码)|businesstype|transactiontype|type",
            C.KIND,
            0,
        ),
        (r"(当前|交易|处理|订单|入账|支付|账单)?状态|status|state|交易结果|处理结果|结果", C.STATE, 0),
        (r"退款(状态|类型)|资金状态", IGNORED, 0),
        (r"(收/?付款|支付|付款|收款)(方式|银行|渠道)", C.METHOD, 0),
        (
            r"(.*)(摘要|附言|用途|备注|商品|商品说明|商品名称|说明|留言|交易场所|交易地点|描述|事由|信息|注释|款项)(.*)",
            C.REMARK,
            0,
        ),
        (r"(transaction)?description|memo|details?|remarks?|purpose|narrative|particulars|note|摘录", C.REMARK, 0),
    )
)
_KEPT_BRACKETS = re.compile(r"[\[(]([^\])]*)[\])]")
_SAYS_SIDE = re.compile(r"^(收入|支出|借方?|贷方?|存入|支取|转入|转出|收|支|存|取)$")


@dataclass(frozen=True)
class Heading:
    """One column of a sheet: its place (0-based), the words over it and what it holds."""

    index: int
    text: str
    column: str
    rank: int = 0


@dataclass(frozen=True)
class Headings:
    """The heading row; `row` is its 0-based index."""

    row: int
    columns: tuple[Heading, ...]

    def of(self, column: str) -> list[Heading]:
        """The columns that hold this, the best first."""
        return sorted((one for one in self.columns if one.column == column), key=lambda one: (one.rank, one.index))

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.columns]

    @property
    def digest(self) -> str:
        """By which the same layout is known again."""
        return digest([normal(text) for text in self.texts])

    @property
    def missing(self) -> list[str]:
        """What a statement cannot do without and this one does not name."""
        held = {one.column for one in self.columns}
        lacking = [] if C.DATE in held else [C.DATE.value]
        return lacking if held & {C.AMOUNT, C.IN, C.OUT} else [*lacking, C.AMOUNT.value]

    def with_columns(self, found: Mapping[int, str]) -> Headings:
        """With some columns held for something else, by their place."""
        changed = [Heading(one.index, one.text, found.get(one.index, one.column), one.rank) for one in self.columns]
        return Headings(self.row, tuple(changed))


def meanings() -> dict[str, str]:
    """Everything a column can hold, with its name for people; "" is a column that is not read."""
    return {IGNORED: gettext("不读取"), **{column.value: str(column.label) for column in Column}}


def normal(heading: str) -> str:
    """A heading without spaces, marks and remarks in brackets, except those that say on which side it stands."""
    text = unicodedata.normalize("NFKC", heading).replace("帐", "账").replace("\n", "")
    text = _KEPT_BRACKETS.sub(lambda found: found[1].strip() if _SAYS_SIDE.match(found[1].strip()) else "", text)
    text = re.sub(r"[\s*:、_\"'`。]", "", text).lower()
    text = re.sub(r"(?<=.)[/,-]?(单位)?(人民币)?元$", "", text)
    chinese = re.sub(r"(?<=[\u4e00-\u9fff])/?[a-z'.]+$", "", text)
    return chinese or text


def meaning(heading: str, mapping: Mapping[str, str] | None = None) -> tuple[str, int] | None:
    """What a column under this heading holds and its rank among its like; None for unknown words.

    `mapping` is a person's own choice, from the normal heading to the meaning, and goes before every rule.
    """
    written = normal(heading)
    if mapping and written in mapping:
        return mapping[written], -1
    if not written or len(written) > _LONGEST:
        return None
    return next(((str(column), rank) for pattern, column, rank in _RULES if pattern.fullmatch(written)), None)


def find(rows: Sequence[Sequence[Cell]], mapping: Mapping[str, str] | None = None) -> Headings | None:
    """The heading row: the one that names most; else the row of words above the first row with a day."""
    named = []
    for index, row in enumerate(rows[:_SEARCHED]):
        if _is_texts(row):
            named.append(_headings(index, row, mapping))
            below = rows[index + 1] if index + 1 < len(rows) else ()
            if _is_texts(below):
                both = [low if cells.words(low) else up for up, low in zip(row, below, strict=False)]
                named.append(_headings(index + 1, both, mapping))
    usable = [one for one in named if _weight(one) >= 3 and len(one.missing) < 2]
    best = max(usable, key=lambda one: (not one.missing, _weight(one), -one.row), default=None)
    return best or _above_first_day(rows, mapping)


def weight(headings: Headings | None) -> tuple[int, int, int]:
    """How much a reading of a file is worth beside others: whole, then the columns understood, then all columns."""
    if headings is None:
        return (0, 0, 0)
    return (1 if not headings.missing else 0, _weight(headings), len(headings.columns))


def _weight(headings: Headings) -> int:
    held = [one for one in headings.columns if one.column]
    return 2 * len({one.column for one in held}) + (len(held) == len(headings.columns))


def _is_texts(row: Sequence[Cell]) -> bool:
    """Whether a row can be one of headings: several short texts and no amounts or days."""
    filled = [cell for cell in row if cells.words(cell)]
    return len(filled) >= 2 and not any(not isinstance(cell, str) or _is_value(cell) for cell in filled)


def _is_value(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d¥￥,.:/+\-\s]*\d[\d¥￥,.:/+\-\s]*", cell))


def _headings(row: int, texts: Sequence[Cell], mapping: Mapping[str, str] | None) -> Headings:
    found = []
    for index, cell in enumerate(texts):
        text = cells.words(cell)
        if text:
            column, rank = meaning(text, mapping) or (IGNORED, 9)
            found.append(Heading(index, text, column, rank))
    return Headings(row, tuple(found))


def _above_first_day(rows: Sequence[Sequence[Cell]], mapping: Mapping[str, str] | None) -> Headings | None:
    for index, row in enumerate(rows[: _SEARCHED * 2]):
        if len([cell for cell in row if cells.words(cell)]) >= 3 and any(_is_day(cell) for cell in row):
            above = next((one for one in range(index - 1, -1, -1) if _is_texts(rows[one])), None)
            return _headings(above, rows[above], mapping) if above is not None else _nameless(index, row)
    return None


def _nameless(index: int, row: Sequence[Cell]) -> Headings:
    """A table without a heading row: columns are called after their place."""
    named = [Heading(place, gettext("第 %(n)d 栏") % {"n": place + 1}, IGNORED, 9) for place in range(len(row))]
    return Headings(index - 1, tuple(named))


def _is_day(cell: Cell) -> bool:
    if len(cells.plain(cell)) < 6:
        return False
    try:
        return cells.moment(cell, day_first=True) is not None
    except ValueError:
        return False


def layout_digest(texts: Iterable[str]) -> str:
    """The digest by which `StatementFormat` is found."""
    return digest([normal(text) for text in texts])
