"""Invented people: households with names, ages, phones and identity numbers that belong to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from grids import identity

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
OLD = (
    "桂珍",
    "秀英",
    "玉兰",
    "凤英",
    "素芳",
    "国强",
    "建国",
    "德明",
    "志华",
    "永福",
    "长根",
    "金宝",
    "惠芬",
    "月娥",
    "庆生",
    "春梅",
)
MIDDLE = (
    "建平",
    "海燕",
    "丽娟",
    "志强",
    "俊杰",
    "晓红",
    "文斌",
    "雪梅",
    "立新",
    "红霞",
    "卫东",
    "慧敏",
    "振华",
    "玉芬",
    "小军",
    "艳萍",
)
YOUNG = (
    "子涵",
    "浩然",
    "欣怡",
    "宇轩",
    "梓萱",
    "雨桐",
    "佳怡",
    "博文",
    "思远",
    "静怡",
    "天佑",
    "可馨",
    "一诺",
    "嘉豪",
    "诗涵",
    "晨曦",
)

OUT_OF_WORK_AGE = 60
SCHOOL_AGE = 6
ADULT = 18
# Every so many people, from this age, is a Party member.
PARTY_FROM, PARTY_EVERY = 35, 9


@dataclass(frozen=True)
class Person:
    """One invented person; `relation` and `employment` as a roster writes them."""

    name: str
    relation: str
    sex: str
    born: date
    id_number: str
    phone: str
    employment: str
    care: str
    party: str


class People:
    """Draws households; the same seed and day give the same people."""

    def __init__(self, seed: int, today: date) -> None:
        self._random = Random(seed)  # noqa: S311 invented data, nothing secret
        self._today = today
        self._drawn = 0

    def household(self) -> list[Person]:
        """The people behind one door, the head first."""
        draw = self._random.random()
        if draw < 0.18:
            return [self._head(66, 92, alone=True)]
        if draw < 0.38:
            return self._couple(60, 84)
        if draw < 0.80:
            return self._family()
        return [self._head(24, 45), *self._maybe(0.4, "其他亲属", 22, 45)]

    def _family(self) -> list[Person]:
        couple = self._couple(30, 52)
        surname = couple[0].name[0]
        children = list(self._children(surname))
        return [*couple, *children, *self._maybe(0.25, "母亲", 68, 88)]

    def _couple(self, youngest: int, oldest: int) -> list[Person]:
        head = self._head(youngest, oldest)
        spouse_sex = "女" if head.sex == "男" else "男"
        age = max(youngest, self._age(head.born) - 3)
        return [head, self._person("配偶", age, age + 5, sex=spouse_sex)]

    def _children(self, surname: str) -> Iterator[Person]:
        for _child in range(self._random.choices([0, 1, 2], [2, 6, 2])[0]):
            sex = self._random.choice("男女")
            yield self._person("子" if sex == "男" else "女", 1, 22, sex=sex, surname=surname)

    def _maybe(self, chance: float, relation: str, youngest: int, oldest: int) -> Iterator[Person]:
        if self._random.random() < chance:
            sex = "女" if relation == "母亲" else ""
            yield self._person(relation, youngest, oldest, sex=sex)

    def _head(self, youngest: int, oldest: int, *, alone: bool = False) -> Person:
        return self._person("户主", youngest, oldest, alone=alone)

    def _person(
        self, relation: str, youngest: int, oldest: int, *, sex: str = "", surname: str = "", alone: bool = False
    ) -> Person:
        self._drawn += 1
        sex = sex or self._random.choice("男女")
        born = self._today - timedelta(days=self._random.randint(youngest * 365 + 90, oldest * 365 + 90))
        age = self._age(born)
        given = OLD if age >= OUT_OF_WORK_AGE else MIDDLE if age >= 28 else YOUNG
        return Person(
            name=(surname or self._random.choice(SURNAMES)) + self._random.choice(given),
            relation=relation,
            sex=sex,
            born=born,
            id_number=self._id_number(born, sex),
            phone=f"1990{self._drawn:07d}" if age >= 12 else "",
            employment=self._employment(age),
            care="、".join(self._care(age, alone)),
            party="中共党员"
            if age >= PARTY_FROM and self._drawn % PARTY_EVERY == 0
            else "群众"
            if age >= ADULT
            else "",
        )

    def _age(self, born: date) -> int:
        return (self._today - born).days // 365

    def _id_number(self, born: date, sex: str) -> str:
        """A number with a valid check digit that begins with 99, a prefix that no authority issues."""
        serial = self._drawn % 500 * 2 + (1 if sex == "男" else 0)
        stem = f"99{1000 + self._drawn // 500:04d}{born:%Y%m%d}{serial:03d}"
        return stem + identity.check_digit(stem)

    def _employment(self, age: int) -> str:
        if age >= OUT_OF_WORK_AGE:
            return "退休"
        if age < SCHOOL_AGE:
            return ""
        if age < ADULT + 4:
            return "在读"
        return self._random.choices(["在职", "灵活就业", "失业"], [70, 22, 8])[0]

    def _care(self, age: int, alone: bool) -> Iterator[str]:
        if alone:
            yield "独居老人"
        if age >= 80:
            yield "高龄老人"
        for category, chance in [("低保", 0.015), ("残疾", 0.012), ("流动人口", 0.03 if age < 45 else 0.0)]:
            if self._random.random() < chance:
                yield category
