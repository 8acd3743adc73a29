"""What volunteers never touch: gas, mains and lifts, with where to turn instead. The one place that says so.

城镇燃气管理条例 (国务院令第583号) art. 27 and 特种设备安全法 art. 18 leave gas installations and lifts to those who
hold a licence; what stands before a household's meter belongs to the utility. Pure: asks no database.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.refusal import Refused


@dataclass(frozen=True)
class Ban:
    """A kind of work that is not offered: how people write it, what it is, and who does it."""

    pattern: re.Pattern[str]
    what: str | Promise
    turn_to: str | Promise


BANS = (
    Ban(
        re.compile(r"燃气|煤气|天然气|液化气|沼气|漏气|灶具打不着|\bgas\b", re.IGNORECASE),
        gettext_lazy("燃气"),
        gettext_lazy("请住户先关阀门、开窗，到屋外打燃气公司的电话；有危险打 119。"),
    ),
    Ban(
        # A lamp beside the lift is not the lift.
        re.compile(r"电梯(?!口|厅|间|旁|门口)|升降机|\b(lift|elevator)\b", re.IGNORECASE),
        gettext_lazy("电梯"),
        gettext_lazy("请打电梯里贴的维保电话；有人困在里面打 119 或 96333。"),
    ),
    Ban(
        re.compile(
            r"总闸|总开关|总阀|总管|主管道|进户(水|电|线|管)|入户(水|电)(线|管)|电表|水表|配电(箱|柜|室|房)|变压器|高压|立管"
            r"|\bmains?\b",
            re.IGNORECASE,
        ),
        gettext_lazy("总管、总闸和表"),
        gettext_lazy("用电的事打 95598，用水的事打自来水公司的电话；楼里的立管找物业或自管会。"),
    ),
)


def ban_on(*texts: str) -> Ban | None:
    """The first ban that these words fall under, or None."""
    said = "\n".join(unicodedata.normalize("NFKC", text) for text in texts)
    return next((ban for ban in BANS if ban.pattern.search(said)), None)


def refuse(*texts: str) -> None:
    """Raise Refused, with where to turn, where these words are about something that is not offered."""
    if ban := ban_on(*texts):
        raise Refused(_("%(what)s的活不能请志愿者做。%(turn_to)s") % {"what": ban.what, "turn_to": ban.turn_to})
