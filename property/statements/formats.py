"""Whose export a file is, as far as it says so; a name for people and the account that it belongs to by default."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from property.statements.headings import Headings, normal


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of export; `account` is the code of the money account that is meant where nobody says another."""

    name: str
    label: StrOrPromise
    account: str = "1002"


WECHAT = Format("wechat", _("微信支付账单"), "100901")
ALIPAY = Format("alipay", _("支付宝账单"), "100902")
_BANKS = (
    ("icbc", _("工商银行"), r"工商银行|工行|icbc|牡丹|明细查询文件下载"),
    ("cmb", _("招商银行"), r"招商银行|招行|cmb|一卡通|一网通"),
    ("bocom", _("交通银行"), r"交通银行|bocom|bankcomm|太平洋卡"),
    ("ccb", _("建设银行"), r"建设银行|建行|ccb|龙卡"),
    ("abc", _("农业银行"), r"农业银行|农行|abchina|金穗"),
    ("boc", _("中国银行"), r"中国银行|中行|boc(?!om)"),
    ("psbc", _("邮储银行"), r"邮储|邮政储蓄|psbc"),
    ("spdb", _("浦发银行"), r"浦发|浦东发展"),
    ("citic", _("中信银行"), r"中信银行|citic"),
    ("ceb", _("光大银行"), r"光大银行"),
    ("cmbc", _("民生银行"), r"民生银行|cmbc"),
    ("cib", _("兴业银行"), r"兴业银行"),
    ("pab", _("平安银行"), r"平安银行"),
    ("hxb", _("华夏银行"), r"华夏银行"),
    ("rural", _("农商银行或信用社"), r"农商|农村商业|信用社|农信"),
)
BANK = Format("bank", _("银行账单"))
OTHER = Format("other", _("收支明细"))

# Headings that one bank writes so and no other.
_LAYOUTS = (
    ("icbc", {"交易场所", "记账金额收入"}),
    ("cmb", {"联机余额", "客户摘要"}),
    ("cmb", {"收/付方名称", "借方金额", "贷方金额"}),
    ("bocom", {"交易地点", "借贷", "对方户名", "余额"}),
    ("abc", {"日志号", "本次余额"}),
    ("boc", {"付款人账号", "收款人账号", "交易后余额"}),
    ("ccb", {"账户明细编号-交易流水号", "贷方发生额收入"}),
)


def recognise(headings: Headings, around: str) -> Format:
    """The format of a table; `around` is what stands before it."""
    names = {normal(text) for text in headings.texts}
    if {"交易单号", "商户单号"} <= names or "微信支付业务单号" in names or "微信订单号" in names:
        return WECHAT
    if (
        names & {"收/付款方式", "支付宝交易号"}
        or {"商家订单号", "交易对方"} <= names
        or {"账务流水号", "业务流水号"} <= names
    ):
        return ALIPAY
    before = around.lower()
    if re.search(r"微信支付|微信昵称", before):
        return WECHAT
    if "支付宝" in before:
        return ALIPAY
    for name, layout in _LAYOUTS:
        if layout <= names:
            return next(_bank(*bank) for bank in _BANKS if bank[0] == name)
    for name, label, pattern in _BANKS:
        if re.search(pattern, before):
            return _bank(name, label, pattern)
    held = {one.column for one in headings.columns}
    return BANK if "balance" in held else OTHER


def _bank(name: str, label: StrOrPromise, _pattern: str) -> Format:
    return Format(name, label)


def by_name(name: str) -> Format:
    """The format of this name; that of no bank in particular for unknown ones."""
    known = {WECHAT.name: WECHAT, ALIPAY.name: ALIPAY, BANK.name: BANK} | {one[0]: _bank(*one) for one in _BANKS}
    return known.get(name, OTHER)
