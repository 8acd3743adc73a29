"""Yuan as people read, type and write them on receipts. Never a float."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

FEN = Decimal("0.01")
LIMIT = Decimal(10**12)

_AMOUNT = re.compile(r"-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def yuan(amount: Decimal | int | None) -> str:
    """Yuan with thousands and fen, "1,234.50"; "" for None. Halves of a fen are rounded away from zero."""
    if amount is None:
        return ""
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    fen = Decimal(amount).quantize(FEN, ROUND_HALF_UP)
    return f"{fen if fen else abs(fen):,.2f}"


def parse_yuan(text: str) -> Decimal:
    """Read what a person typed ("¥1,234.5", "１２３４．５元"); raises ValueError with a sentence."""
    typed = unicodedata.normalize("NFKC", text)
    typed = re.sub(r"\s", "", typed).replace("。", ".").replace("−", "-").replace("–", "-")
    typed = re.sub(r"^(-?)(?:人民币)?¥?", r"\1", typed)
    typed = re.sub(r"^¥-", "-", typed)
    typed = typed.removesuffix("元")
    if not typed:
        raise ValueError(_("请填写金额，例如 1234.50。"))
    if not _AMOUNT.fullmatch(typed):
        raise ValueError(_("“%(text)s”看不出是多少钱，请只写数字，例如 1234.50。") % {"text": text.strip()})
    amount = Decimal(typed.replace(",", ""))
    if amount != amount.quantize(FEN):
        raise ValueError(_("金额最多写到分，也就是小数点后两位。"))
    if abs(amount) >= LIMIT:
        raise ValueError(_("这个金额太大了，请核对有没有多写了零。"))
    return amount.quantize(FEN) if amount else Decimal("0.00")


def _group(number: int) -> str:
    """Up to 9999 in capitals; zeros inside become one 零, zeros at the end nothing."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def _whole(yuan_part: int) -> str:
    """The yuan in capitals, without 元; a gap of zeros between two groups becomes one 零."""
    text, gap = "", False
    for power in (2, 1, 0):
        number = yuan_part // 10_000**power % 10_000
        if number:
            text += ("零" if text and (gap or number < 1000) else "") + _group(number) + _GROUPS[power]
            gap = False
        else:
            gap = bool(text)
    return text


def chinese_capital(amount: Decimal) -> str:
    """The amount in the capital numerals of receipts and bank forms, "壹仟肆佰零玖元伍角整"; 负 before a negative one.

    正确填写票据和结算凭证的基本规定 (银发〔1997〕393号, annex 1), articles 1–3: one 零 for zeros inside, 零 after 元
    when there are fen and no jiao, 整 after 元. 会计基础工作规范 article 52: 整 after jiao too, nothing after fen.
    Where the rules leave a 零 to the writer it is left out. Raises ValueError for parts of a fen and from 10^12 yuan.
    """
    if amount != amount.quantize(FEN) or abs(amount) >= LIMIT:
        raise ValueError(f"not an amount for a receipt: {amount}")
    yuan_part, fen_part = divmod(int(abs(amount) * 100), 100)
    jiao, fen = divmod(fen_part, 10)
    text = "负" if amount < 0 else ""
    if yuan_part:
        text += _whole(yuan_part) + "元"
    if not fen_part:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif yuan_part:
        text += "零"
    return text + (_DIGITS[fen] + "分" if fen else "整")
