"""The standard chart of accounts of a self-managed estate and its funds.

Codes after the accounting system of private non-profit organisations (民间非营利组织会计制度, 财会〔2004〕7号);
an estate may add accounts of its own below these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _


class Fund(models.TextChoices):
    """Whose purpose money serves: every posting belongs to one fund, and each fund balances by itself."""

    FEE = "fee", _("物业费")
    PUBLIC = "public", _("公共收益")
    GRANT = "grant", _("政府补助专项")
    CUSTODY = "custody", _("代管")


class AccountKind(models.TextChoices):
    ASSET = "asset", _("资产")
    LIABILITY = "liability", _("负债")
    NET_ASSET = "net_asset", _("净资产")
    INCOME = "income", _("收入")
    EXPENSE = "expense", _("支出")


class Side(models.TextChoices):
    DEBIT = "debit", _("借")
    CREDIT = "credit", _("贷")


_KIND_OF_DIGIT = {
    "1": AccountKind.ASSET,
    "2": AccountKind.LIABILITY,
    "3": AccountKind.NET_ASSET,
    "4": AccountKind.INCOME,
    "5": AccountKind.EXPENSE,
}
_DEBIT_KINDS = {AccountKind.ASSET, AccountKind.EXPENSE}


@dataclass(frozen=True, slots=True)
class ChartLine:
    """An account of the standard chart; `contra` ones grow on the other side than their kind does."""

    code: str
    name: str
    is_money: bool = False
    contra: bool = False

    @property
    def kind(self) -> AccountKind:
        return kind_of(self.code)

    @property
    def parent_code(self) -> str:
        """The code of the account above; "" for an account of the first level."""
        return parent_of(self.code)

    @property
    def normal_side(self) -> Side:
        return normal_side(self.kind, contra=self.contra)


def kind_of(code: str) -> AccountKind:
    """What kind of account a code names; raises KeyError for a first digit outside 1 to 5."""
    return _KIND_OF_DIGIT[code[0]]


def parent_of(code: str) -> str:
    """The code above: two digits less, "" for the first level of four digits."""
    return code[:-2] if len(code) > 4 else ""


def normal_side(kind: str, *, contra: bool = False) -> Side:
    """The side on which accounts of this kind grow."""
    return Side.DEBIT if (kind in _DEBIT_KINDS) != contra else Side.CREDIT


STANDARD = (
    ChartLine("1001", gettext_noop("现金"), is_money=True),
    ChartLine("1002", gettext_noop("银行存款"), is_money=True),
    ChartLine("1009", gettext_noop("其他货币资金"), is_money=True),
    ChartLine("100901", gettext_noop("微信"), is_money=True),
    ChartLine("100902", gettext_noop("支付宝"), is_money=True),
    ChartLine("1121", gettext_noop("应收物业费")),
    ChartLine("1122", gettext_noop("其他应收款")),
    ChartLine("1141", gettext_noop("预付账款")),
    ChartLine("1501", gettext_noop("固定资产")),
    ChartLine("1502", gettext_noop("累计折旧"), contra=True),
    ChartLine("1505", gettext_noop("在建工程")),
    ChartLine("1701", gettext_noop("受托代理资产")),
    ChartLine("2202", gettext_noop("应付账款")),
    ChartLine("2203", gettext_noop("预收物业费")),
    ChartLine("2204", gettext_noop("应付工资")),
    ChartLine("2206", gettext_noop("应交税金")),
    ChartLine("2209", gettext_noop("其他应付款")),
    ChartLine("2601", gettext_noop("受托代理负债")),
    ChartLine("3101", gettext_noop("非限定性净资产")),
    ChartLine("3102", gettext_noop("限定性净资产")),
    ChartLine("310201", gettext_noop("政府补助净资产")),
    ChartLine("310202", gettext_noop("公共收益净资产")),
    ChartLine("4101", gettext_noop("捐赠收入")),
    ChartLine("4301", gettext_noop("提供服务收入")),
    ChartLine("430101", gettext_noop("物业费收入")),
    ChartLine("430102", gettext_noop("物业费减免"), contra=True),
    ChartLine("4401", gettext_noop("政府补助收入")),
    ChartLine("4901", gettext_noop("其他收入和利息")),
    ChartLine("4902", gettext_noop("公共收益收入")),
    ChartLine("490201", gettext_noop("停车收入")),
    ChartLine("490202", gettext_noop("场地和广告收入")),
    ChartLine("5101", gettext_noop("业务活动成本")),
    ChartLine("510101", gettext_noop("门卫工资")),
    ChartLine("510102", gettext_noop("社保和保险")),
    ChartLine("510103", gettext_noop("保洁和垃圾清运")),
    ChartLine("510104", gettext_noop("绿化")),
    ChartLine("510105", gettext_noop("公共水电")),
    ChartLine("510106", gettext_noop("维修")),
    ChartLine("510107", gettext_noop("设备维保")),
    ChartLine("510108", gettext_noop("公共收益成本")),
    ChartLine("510109", gettext_noop("折旧")),
    ChartLine("5201", gettext_noop("管理费用")),
    ChartLine("520101", gettext_noop("办公和印刷")),
    ChartLine("520102", gettext_noop("通讯")),
    ChartLine("520103", gettext_noop("审计")),
    ChartLine("5301", gettext_noop("手续费")),
    ChartLine("5401", gettext_noop("其他费用")),
)
BY_CODE = {line.code: line for line in STANDARD}
PARENTS = frozenset(line.parent_code for line in STANDARD if line.parent_code)

# Where the opening balance of each fund stands on the other side.
NET_ASSETS_OF_FUND = {
    Fund.FEE: "3101",
    Fund.PUBLIC: "310202",
    Fund.GRANT: "310201",
    Fund.CUSTODY: "2601",
}


class AccountWords:
    """To be mixed into what has these columns of an account: how it is called."""

    pk: Any
    code: Any
    name: Any
    kind: Any
    is_money: Any

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        """The name; that of a standard account in the reader's language."""
        standard = BY_CODE.get(self.code)
        return gettext(self.name) if standard and standard.name == self.name else str(self.name)
