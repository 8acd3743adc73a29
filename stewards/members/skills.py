"""The skills that a community begins with; afterwards they are its own rows, to be edited."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class Seed:
    """One skill as it is laid down, with the kinds of request that call for it."""

    slug: str
    name: str
    hint: str
    categories: tuple[str, ...]
    needs_evidence: bool = False


SEEDS = (
    Seed("pipes", gettext_noop("水管"), gettext_noop("水龙头、马桶、下水道、暖气片"), ("plumbing",)),
    Seed("wiring", gettext_noop("电路"), gettext_noop("开关、插座、灯、跳闸"), ("plumbing",), needs_evidence=True),
    Seed("appliances", gettext_noop("家电"), gettext_noop("洗衣机、电视、电饭煲、油烟机"), ("appliances",)),
    Seed("locks", gettext_noop("木工和锁具"), gettext_noop("门、窗、柜子、锁"), ("other",)),
    Seed("company", gettext_noop("陪伴照料"), gettext_noop("陪着说话、陪着看病、搭把手"), ("assistance",)),
    Seed("hair", gettext_noop("理发修脚"), gettext_noop("上门理发、修脚"), ("assistance",)),
    Seed("errands", gettext_noop("跑腿代办"), gettext_noop("买菜、取药、交费"), ("assistance",)),
    Seed("phones", gettext_noop("手机电脑"), gettext_noop("教着用手机、装软件、防诈骗"), ("other",)),
)
