"""The invented advisory group: four sessions held, some advice done, some declined, and a fifth session ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from alliance.advice import actions
from alliance.models import Activity, AdviceAttendance, AdviceSession, AgendaItem, Partner, Recommendation
from community import actions as community_actions
from community.models import Community, User
from community.roles import Role
from core import clock
from core.documents import render
from demo.officers import Hiring, Officers, at_noon
from helpdesk.models import ServiceRequest

_OURS = "the demo's own rows"
# Name, what they do, and whether residents may read the name.
ADVISERS = (
    ("梁启明", "社会学教授，研究老旧小区治理", True),
    ("宋文博", "公共管理副教授", True),
    ("冯静怡", "社会工作讲师", True),
    ("谭志远", "退休民政干部，做了二十年志愿者", True),
    ("孟晓岚", "建筑系教授，做适老化改造", False),
)
APPOINTED = timedelta(days=420)


@dataclass(frozen=True)
class Advice:
    """A recommendation and how it went on: `answer` is (verdict, reason), `then` steps of (action, words)."""

    text: str
    because: str = ""
    answer: tuple[str, str] = ("", "")
    then: tuple[tuple[str, str], ...] = ()
    came: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """A session that was held so many days ago."""

    days: int
    topic: str
    agenda: tuple[tuple[str, str], ...]
    public: str
    advice: tuple[Advice, ...] = field(default=())


HELD = (
    Told(
        380,
        "居民自己管小区，账怎么让人信",
        (
            ("自管会的账目公示", "大家看了两个季度的公示，觉得数字都在，但看的人少，老人看不清小字。"),
            ("居民怎么提问", "建议每一笔都能问，问了要有人答，答不上来的下一季度再印一次。"),
        ),
        "谈了小区账目怎么公开、怎么让人看得懂。",
        (
            Advice(
                "公示单印大字版，每幢楼门口贴一张",
                "老人不会用手机，公告栏又太远。",
                ("adopted", "下个季度就印，由楼栋管家去贴。"),
                (("go_on", "先在两幢楼试贴。"), ("finish", "每幢楼门口都贴上了。")),
                ("每个季度都贴，贴好拍一张照片。",),
            ),
            Advice(
                "请外面的会计每年看一次账",
                "自己人查自己人，说不清楚。",
                ("partly", "先请退休会计来看，不收钱；外请要花钱，明年再议。"),
                (("look", "已经请到一位退休会计，下个月开始看。"),),
            ),
        ),
    ),
    Told(
        250,
        "独居老人谁来管",
        (
            ("结对走访", "看了走访的数字，独居老人每月都有人去，难的是去了以后的事没有人接。"),
            ("上下楼", "没有电梯，九位老人一年没有下过楼。"),
        ),
        "谈了独居老人的走访和上下楼。",
        (
            Advice(
                "走访发现的问题，三天内要有人接",
                "问了不办，下次老人就不说了。",
                ("adopted", "走访记下的问题，网格长三天内派人。"),
                (("finish", "已经这样做了一个季度，过期的会提醒。"),),
            ),
            Advice(
                "楼梯转角装折叠椅，让老人歇脚",
                "",
                ("adopted", "先装三幢楼，物业费里出。"),
                (("go_on", "量好了尺寸，等自管会开会。"),),
            ),
            Advice(
                "给每位独居老人装摄像头",
                "出了事能马上知道。",
                ("declined", "老人不愿意，也看得到别人进出。改成每天早上挂牌、没挂就上门。"),
            ),
        ),
    ),
    Told(
        120,
        "停车和消防通道",
        (
            ("晚上的车停在哪里", "下班以后缺四十个车位，消防通道被占。"),
            ("飞线充电", "三个单元有人从楼上拉线，要先有充电的地方。"),
        ),
        "谈了停车、消防通道和电动车充电。",
        (
            Advice(
                "消防通道划黄线，晚上安排志愿者劝",
                "",
                ("adopted", "黄线已经排进计划，联盟单位的志愿者每周三来劝。"),
                (("finish", "黄线划好了，占道的少了一大半。"),),
                ("黄线一共一百二十米，是自管会出的钱。",),
            ),
            Advice(
                "广场北边建一排充电桩",
                "有地方充，才好劝人不拉线。",
                ("adopted", "已经向街道申请，等批复。"),
            ),
        ),
    ),
)
LAST = Told(
    6,
    "志愿者怎么留得住",
    (
        ("红管家的辛苦", "十来个人，干得多的总是那几位，要有人换。"),
        ("怎么感谢", "发证书、年底说一声谢谢，比发东西好。"),
    ),
    "",
    (
        Advice("每年给志愿者写一封感谢信，写清楚帮了几家", ""),
        Advice("邀请在职党员周末来帮半天", "退休的人会越来越少。"),
    ),
)
STUDIES: tuple[tuple[str, str, str, tuple[tuple[str, str], ...], bool], ...] = (
    (
        "老旧小区居民自管一年观察",
        "社区治理研究小组",
        "看了一年的账、会议和走访，写了哪些做法别的小区也能学。",
        (
            ("看了什么", "看了四个季度的公示、十二次议事和一千多次走访的数字，没有看任何一户的资料。"),
            ("发现", "账目公开以后，缴费的人多了；走访以后，重复来说同一件事的人少了。"),
            ("建议", "公示用大字，走访发现的问题要有期限。"),
        ),
        True,
    ),
    (
        "独居老人社会支持访谈（初稿）",
        "社工机构研究部",
        "访谈了二十位老人，还没有定稿，先请顾问提意见。",
        (("方法", "每位老人谈一个小时，征得同意后记录，不写姓名和住址。"),),
        False,
    ),
)


def meet(community: Community, officers: Officers, *, hiring: Hiring) -> None:
    """The group is asked together, meets four times, is answered, and plans its fifth session."""
    with clock.at(at_noon(clock.today() - APPOINTED)):
        advisers = [_appoint(community, officers, hiring, *one) for one in ADVISERS]
        actions.change_group(
            community,
            by=officers.staff,
            name="顾问团",
            about="请懂行的人来出主意：社区遇到难事，顾问来看、来议，说了什么、做了没有，都写在这里。",
            founded_on=clock.today(),
        )
    for told in HELD:
        _answer_all(_hold(community, officers, advisers, told), officers, told)
    _link(community, officers)
    _wait_for_signatures(community, officers, advisers)
    _plan_next(community, officers, advisers)
    _read_studies(community, officers)


def _appoint(
    community: Community, officers: Officers, hiring: Hiring, name: str, background: str, is_named: bool
) -> User:
    adviser = hiring.account(name, str(Role.ADVISER.label))
    community_actions.appoint(adviser, role=Role.ADVISER, place=community, by=officers.secretary)
    actions.describe_adviser(community, adviser, by=officers.staff, background=background)
    if is_named:
        actions.set_naming(community, adviser, by=adviser, is_named=True)
    return adviser


def _written(community: Community, officers: Officers, advisers: list[User], told: Told) -> AdviceSession:
    """Planned a week before, held, its minutes written on the next day with what was recommended."""
    day = clock.today() - timedelta(days=told.days)
    with clock.at(at_noon(day - timedelta(days=7))):
        session = actions.plan_session(
            community,
            by=officers.staff,
            topic=told.topic,
            starts_at=at_noon(day) + timedelta(hours=2),
            place="社区二楼会议室",
            agenda=[title for title, _said in told.agenda],
            invited=[*advisers, officers.secretary],
        )
    with clock.at(at_noon(day + timedelta(days=1))):
        items = zip(AgendaItem.objects.of(session), told.agenda, strict=True)
        session = actions.write_minutes(
            session,
            by=officers.staff,
            version=session.version,
            attended=[*advisers[:4], officers.secretary],
            said={item.pk: said for item, (_title, said) in items},
        )
        for one in told.advice:
            actions.put_recommendation(
                session, by=officers.staff, text=one.text, because=one.because, to_whom="社区居委会"
            )
    return session


def _send(session: AdviceSession, officers: Officers) -> AdviceSession:
    seats = AdviceAttendance.objects.of(session).filter(attended=True).select_related("user")
    for seat in seats:
        actions.say_read(session, by=seat.user)
    return actions.send_for_signing(session, by=officers.staff)


def _hold(community: Community, officers: Officers, advisers: list[User], told: Told) -> AdviceSession:
    """A session with signed minutes, made public."""
    session = _written(community, officers, advisers, told)
    with clock.at(at_noon(clock.today() - timedelta(days=told.days - 4))):
        session = _send(session, officers)
        for one in advisers[:2]:
            session = actions.sign_minutes(session, by=one, version=session.version)
        rows = list(Recommendation.objects.of(session))
        return actions.publish_session(session, by=officers.secretary, public_text=told.public, public=rows)


def _answer_all(session: AdviceSession, officers: Officers, told: Told) -> None:
    rows = Recommendation.objects.of(session).select_related("session").order_by("position")
    for row, advice in zip(rows, told.advice, strict=True):
        verdict, words = advice.answer
        with clock.at(at_noon(clock.today() - timedelta(days=told.days - 12))):
            found = actions.answer_recommendation(row, by=officers.secretary, verdict=verdict, words=words)
        for number, (action, said) in enumerate(advice.then, start=1):
            with clock.at(at_noon(clock.today() - timedelta(days=max(told.days - 12 - 25 * number, 2)))):
                found = actions.follow_up(found, by=officers.staff, action=action, words=said)
        for said in advice.came:
            actions.record_outcome(found, by=officers.staff, words=said)


def _link(community: Community, officers: Officers) -> None:
    """What came of two of them is a request and an activity that the demo has."""
    rows = Recommendation.objects.in_community(community.pk).select_related("session")
    line = rows.get(text__startswith="消防通道划黄线")
    ours: Any = ServiceRequest.objects.unscoped(reason=_OURS).filter(community=community)
    request = ours.filter(title="有车停在消防通道旁", has_parties=False).order_by("number").first()
    if request is not None:
        actions.record_outcome(line, by=officers.staff, request=request)
    activity = Activity.objects.unscoped(reason=_OURS).filter(community=community, state="published").first()
    if activity is not None:
        actions.record_outcome(line, by=officers.staff, activity=activity)


def _wait_for_signatures(community: Community, officers: Officers, advisers: list[User]) -> None:
    """The fourth session: one has signed, the others are asked."""
    session = _written(community, officers, advisers, LAST)
    with clock.at(clock.now() - timedelta(days=1)):
        session = _send(session, officers)
        actions.sign_minutes(session, by=advisers[1], version=session.version)


def _plan_next(community: Community, officers: Officers, advisers: list[User]) -> None:
    day: date = clock.today() + timedelta(days=10)
    with clock.at(clock.now() - timedelta(days=1)):
        session = actions.plan_session(
            community,
            by=officers.staff,
            topic="广场怎么改，老人孩子都能用",
            starts_at=at_noon(day) + timedelta(hours=2),
            place="社区二楼会议室",
            agenda=["去广场走一圈", "健身器材和长椅", "夏天遮阴"],
            invited=[*advisers, officers.secretary],
        )
        for one, answer in zip(advisers[1:4], ("coming", "coming", "not_coming"), strict=True):
            actions.answer_invitation(session, by=one, answer=answer)


def _read_studies(community: Community, officers: Officers) -> None:
    """One study for everybody, one that its authors have not finished."""
    partner = Partner.objects.unscoped(reason=_OURS).filter(community=community, kind="social").order_by("pk").first()
    for title, authors, summary, parts, is_out in STUDIES:
        year = clock.today().year - 1
        data = {"title": title, "authors": authors, "year": str(year), "parts": [list(part) for part in parts]}
        study = actions.add_study(
            community,
            by=officers.staff,
            title=title,
            authors=authors,
            year=year,
            summary=summary,
            partner=partner,
            paper=render("demo/study", data),
        )
        if is_out:
            actions.release_study(study, by=officers.staff)
