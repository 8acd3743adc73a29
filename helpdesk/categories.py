"""The categories a community begins with (domain §4); afterwards they are its own rows, to be edited."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# The category of what two sides cannot settle between themselves; its name may be changed, this not.
MEDIATION = "mediation"


class Group(models.TextChoices):
    URGENT = "urgent", _("先保平安")
    HOME = "home", _("家里和院子里")
    PEOPLE = "people", _("人和邻里")
    WORDS = "words", _("想问、想说")


class LimitKind(models.TextChoices):
    """How a limit is counted: day and night, or in the hours and days that the office works."""

    MINUTES = "minutes24", _("分钟（昼夜计）")
    HOURS = "hours24", _("小时（昼夜计）")
    WORKING_HOURS = "working_hours", _("工作小时")
    WORKING_DAYS = "working_days", _("工作日")
    CALENDAR_DAYS = "calendar_days", _("天")


@dataclass(frozen=True)
class Seed:
    """One category as it is laid down; `sign` and `finish` are (kind, amount)."""

    slug: str
    name: str
    hint: str
    group: Group
    icon: str
    sign: tuple[LimitKind, int]
    finish: tuple[LimitKind, int]
    banner: str = ""
    is_for_stewards: bool = False
    needs_secretary: bool = False
    is_confidential: bool = False
    needs_photo: bool = True
    never_public: bool = False


HOURS, MINUTES = LimitKind.HOURS, LimitKind.MINUTES
W_HOURS, W_DAYS, DAYS = LimitKind.WORKING_HOURS, LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS

SEEDS = (
    Seed(
        "emergency",
        gettext_noop("紧急险情"),
        gettext_noop("冒烟、漏气、漏电、要塌要掉的东西"),
        Group.URGENT,
        "exclamation-triangle-fill",
        (MINUTES, 30),
        (HOURS, 2),
        banner=gettext_noop(
            "有危险先打电话：着火打 119，受伤发病打 120，有人闹事打 110，电线出险打 95598；"
            "闻到燃气味，先关阀门、开窗，到屋外再打燃气公司电话。"
        ),
    ),
    Seed(
        "fire_lane",
        gettext_noop("消防通道和飞线充电"),
        gettext_noop("通道被堵、楼道充电、乱拉电线"),
        Group.URGENT,
        "fire",
        (HOURS, 2),
        (HOURS, 24),
    ),
    Seed(
        "plumbing",
        gettext_noop("水电暖维修"),
        gettext_noop("漏水、堵了、跳闸、灯不亮"),
        Group.HOME,
        "droplet-half",
        (W_HOURS, 4),
        (W_DAYS, 3),
        is_for_stewards=True,
    ),
    Seed(
        "appliances",
        gettext_noop("家电维修"),
        gettext_noop("洗衣机、电视、冰箱、电饭煲"),
        Group.HOME,
        "tv",
        (W_DAYS, 1),
        (W_DAYS, 5),
        is_for_stewards=True,
    ),
    Seed(
        "public_fixtures",
        gettext_noop("公共设施"),
        gettext_noop("路灯、大门、道闸、健身器材"),
        Group.HOME,
        "lamp",
        (W_HOURS, 4),
        (W_DAYS, 7),
    ),
    Seed(
        "sanitation",
        gettext_noop("环境卫生"),
        gettext_noop("垃圾没清、小广告、下水臭"),
        Group.HOME,
        "trash3",
        (W_HOURS, 4),
        (W_DAYS, 3),
    ),
    Seed(
        "nuisance",
        gettext_noop("停车、噪音和宠物"),
        gettext_noop("车乱停、夜里吵、狗不牵绳"),
        Group.PEOPLE,
        "volume-up",
        (W_DAYS, 1),
        (W_DAYS, 7),
    ),
    Seed(
        MEDIATION,
        gettext_noop("矛盾调解"),
        gettext_noop("邻里、家里说不拢，请人说和"),
        Group.PEOPLE,
        "people",
        (W_DAYS, 1),
        (DAYS, 30),
        needs_photo=False,
        never_public=True,
    ),
    Seed(
        "assistance",
        gettext_noop("困难帮扶"),
        gettext_noop("生病、没人照应、手头紧"),
        Group.PEOPLE,
        "heart",
        (HOURS, 24),
        (W_DAYS, 7),
        needs_photo=False,
        never_public=True,
    ),
    Seed(
        "property_complaint",
        gettext_noop("物业投诉"),
        gettext_noop("收了费没办事、态度不好"),
        Group.PEOPLE,
        "building-exclamation",
        (W_DAYS, 1),
        (W_DAYS, 15),
        needs_secretary=True,
        needs_photo=False,
    ),
    Seed(
        "enquiry",
        gettext_noop("政策咨询"),
        gettext_noop("医保、养老、低保怎么办"),
        Group.WORDS,
        "question-circle",
        (W_HOURS, 4),
        (W_DAYS, 3),
        needs_photo=False,
    ),
    Seed(
        "suggestion",
        gettext_noop("意见建议和微心愿"),
        gettext_noop("想添条凳子、想办个活动"),
        Group.WORDS,
        "lightbulb",
        (W_DAYS, 1),
        (W_DAYS, 7),
        needs_photo=False,
    ),
    Seed(
        "tip_off",
        gettext_noop("举报"),
        gettext_noop("只有社区书记看得到"),
        Group.WORDS,
        "shield-lock",
        (W_DAYS, 1),
        (W_DAYS, 15),
        needs_secretary=True,
        is_confidential=True,
        needs_photo=False,
        never_public=True,
    ),
    Seed(
        "other",
        gettext_noop("别的事"),
        gettext_noop("不知道归哪类，就选这个"),
        Group.WORDS,
        "chat-left-text",
        (W_HOURS, 4),
        (W_DAYS, 7),
        needs_photo=False,
    ),
)

# What people type, in either language, where they look for a category: beside its name and its examples.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "emergency": (
        "着火", "起火", "冒烟", "煤气", "燃气", "漏气", "漏电", "触电", "坠落", "掉下来", "要塌", "塌了", "裂缝",
        "电梯困人", "困在电梯", "晕倒", "受伤", "打架", "危险", "救命", "fire", "smoke", "gas", "danger", "hurt",
        "trapped", "falling",
    ),
    "fire_lane": (
        "消防", "通道", "堵住", "占道", "飞线", "充电", "电瓶车", "电动车", "楼道堆", "杂物", "灭火器", "拉电线",
        "fire lane", "charging", "e-bike", "ebike", "blocked", "scooter",
    ),
    "plumbing": (
        "漏水", "渗水", "滴水", "水管", "水龙头", "龙头", "下水道堵", "马桶", "堵", "停水", "没水", "水压", "跳闸",
        "停电", "没电", "断电", "插座", "开关", "灯不亮", "灯坏", "灯泡", "暖气", "不热", "地暖", "热水器", "电线",
        "leak", "water", "pipe", "tap", "toilet", "drain", "power", "socket", "light", "heating", "radiator",
    ),
    "appliances": (
        "家电", "电器", "洗衣机", "电视", "冰箱", "空调", "电饭煲", "微波炉", "油烟机", "电扇", "风扇", "遥控器",
        "washing machine", "fridge", "television", "tv", "air conditioner", "cooker", "appliance",
    ),
    "public_fixtures": (
        "路灯", "楼道灯", "大门", "门禁", "单元门", "对讲", "道闸", "抬杆", "健身器材", "凳子坏", "座椅", "栏杆",
        "电梯", "井盖", "路面", "坑", "监控", "摄像头", "信箱", "street light", "lamp", "gate", "lift", "elevator",
        "bench", "manhole", "road", "camera", "door",
    ),
    "sanitation": (
        "垃圾", "臭", "味道", "小广告", "卫生", "没人扫", "脏", "老鼠", "蟑螂", "蚊子", "苍蝇", "下水臭", "化粪池",
        "落叶", "积水", "大件", "rubbish", "garbage", "trash", "smell", "dirty", "rat", "mouse", "cockroach",
        "mosquito", "litter",
    ),
    "nuisance": (
        "停车", "车位", "乱停", "挡车", "噪音", "吵", "声音大", "装修", "广场舞", "狗", "猫", "遛狗", "狗叫", "狗屎",
        "宠物", "鸽子", "油烟", "parking", "noise", "loud", "dog", "cat", "pet", "music",
    ),
    MEDIATION: (
        "矛盾", "纠纷", "吵架", "邻居", "楼上楼下", "说和", "调解", "家里闹", "离婚", "赡养", "欠钱", "赔偿",
        "quarrel", "dispute", "neighbour", "neighbor", "mediation",
    ),
    "assistance": (
        "困难", "生病", "住院", "没人照顾", "照应", "老人", "残疾", "低保", "救助", "没钱", "手头紧", "吃饭", "送饭",
        "轮椅", "失业", "孩子没人", "help", "ill", "sick", "poor", "wheelchair", "care", "alone",
    ),
    "property_complaint": (
        "物业", "物业费", "保安", "门卫", "保洁", "投诉", "乱收费", "不办事", "态度", "property", "manager",
        "complaint", "fee", "guard",
    ),
    "enquiry": (
        "怎么办", "办理", "咨询", "政策", "医保", "社保", "养老", "退休", "居住证", "户口", "证明", "盖章", "公租房",
        "补贴", "高龄", "how", "policy", "insurance", "pension", "certificate", "permit", "allowance", "question",
    ),
    "suggestion": (
        "建议", "意见", "希望", "心愿", "想要", "添", "加装", "凳子", "活动", "晾衣", "种树", "suggest", "idea",
        "wish", "activity",
    ),
    "tip_off": (
        "举报", "揭发", "保密", "匿名", "违法", "违建", "群租", "赌博", "传销", "贪", "report", "secret", "anonymous",
        "illegal", "gambling",
    ),
    "other": (
        "别的", "其他", "不知道", "other", "else",
    ),
}  # fmt: skip
