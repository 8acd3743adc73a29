"""Invented requests in every state, taken there step by step by the people whose steps they are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from community.models import User
from core import clock
from core.photos import CleanPhoto, clean_photo
from demo.officers import Officers
from grids.models import Household
from helpdesk import actions
from helpdesk.models import Category, ServiceRequest
from helpdesk.states import State


@dataclass(frozen=True)
class Story:
    """What somebody asks for, and how it is answered."""

    slug: str
    title: str
    text: str
    reply: str


STORIES = (
    Story(
        "plumbing",
        "厨房水管漏水，地上积水",
        "洗菜池下面一直滴水，用盆接着，一晚上能接半盆。",
        "换了角阀和软管，试水半小时不漏。",
    ),
    Story("plumbing", "卫生间的灯不亮了", "换过灯泡也不亮，晚上老人去厕所怕摔。", "线头松了，接好并加了一个小夜灯。"),
    Story("appliances", "电饭煲插上没反应", "用了七八年，昨天突然不通电。", "保险管烧了，换好能用。"),
    Story("public_fixtures", "单元门口的路灯坏了", "晚上看不清台阶，有人差点绊倒。", "换了灯头，已经亮了。"),
    Story("public_fixtures", "健身器材的螺丝松了", "扭腰器一转就响，怕孩子受伤。", "螺丝紧好，裂的踏板也换了。"),
    Story("sanitation", "垃圾桶满了两天没清", "天热，味道很大，还有苍蝇。", "已经清运，并和保洁约好每天两次。"),
    Story("sanitation", "楼道里贴满小广告", "一层到五层都有，刚清完又贴。", "志愿者清了三个单元，门禁也修好了。"),
    Story("nuisance", "楼上夜里拖椅子", "过了十一点还有声音，睡不着。", "和楼上说好了，椅子脚都套了垫子。"),
    Story("nuisance", "有车停在消防通道旁", "每天下班以后就停在那里。", "车主已经挪车，地上重画了线。"),
    Story("assistance", "想申请送餐", "一个人住，腿脚不便，做饭有困难。", "老年食堂每天中午送到家，下周一开始。"),
    Story("enquiry", "医保缴费去哪里办", "孩子在外地，我不会用手机交。", "社区窗口可以代办，带身份证来就行。"),
    Story("suggestion", "广场上能不能加两条长椅", "老人走一圈没有地方歇脚。", "已经报上去，下月装两条带靠背的。"),
)

# How far each of them goes; the rest of the life of a request follows from the table of states.
ROADS: dict[str, tuple[str, ...]] = {
    State.SUBMITTED: (),
    State.WITHDRAWN: ("withdraw",),
    State.REJECTED: ("reject",),
    State.ACCEPTED: ("accept",),
    State.DISPATCHED: ("accept", "dispatch"),
    State.IN_PROGRESS: ("accept", "dispatch", "sign"),
    State.REVIEW: ("accept", "dispatch", "sign", "reply"),
    State.RESOLVED: ("accept", "dispatch", "sign", "reply", "resolve"),
    State.CLOSED: ("accept", "dispatch", "sign", "reply", "resolve", "rate"),
}
# (state, how many, how many days ago the first of them was submitted)
COUNTS = (
    (State.CLOSED, 14, 60),
    (State.RESOLVED, 5, 6),
    (State.REVIEW, 3, 5),
    (State.IN_PROGRESS, 6, 4),
    (State.DISPATCHED, 4, 2),
    (State.ACCEPTED, 3, 1),
    (State.REJECTED, 2, 20),
    (State.WITHDRAWN, 2, 15),
    (State.SUBMITTED, 7, 0),
)
# How soon somebody is in touch; one in seven has to wait.
SOON = {"accept": timedelta(minutes=15), "dispatch": timedelta(minutes=25), "sign": timedelta(minutes=80)}
SLOW = 7
QUARREL = ("晒台上的花盆往楼下滴水", "每次浇花，水都滴到我家晒的被子上，说过几次没有用，请社区帮忙说和。")
# To the first household, from it, to the second, from it.
SAID = (
    "您先别急，把滴水的时间记一记，周六带来，我们当面看。",
    "记了三次，都是早上七点多。只要不再滴，别的不追究。",
    "楼下反映花盆滴水，您家里方便加个托盘吗？周六我们一起坐下来商量。",
    "不知道会滴那么多。托盘已经买了，周六一定来。",
)


def tell(officers: Officers, *, seed: int) -> list[ServiceRequest]:
    """Log all of them and take each as far as it goes."""
    teller = _Teller(officers, Random(seed))  # noqa: S311 invented data, nothing secret
    return [
        teller.one(state, days_ago=first - first * number // max(count, 1), number=number)
        for state, count, first in COUNTS
        for number in range(count)
    ]


def mediate(officers: Officers) -> ServiceRequest:
    """Two households that are being reconciled: each has said something that the other does not read."""
    (first, home), (second, other) = officers.residents[:2]
    leader, mediator = officers.leader_of(home), officers.staff
    with _days_ago(6):
        request = actions.open_mediation(by=first, title=QUARREL[0], description=QUARREL[1], home=home, other=other)
    with _days_ago(5):
        text = "收到了。先分别问问两家，都愿意再约时间。"
        request = actions.step(request, "accept", by=leader, category=request.category, text=text)
        sides = request.sides
        for side, user in zip(sides, (first, second), strict=True):
            actions.agree(request, side, by=user)
    with _days_ago(4):
        request = actions.step(request, "dispatch", by=leader, handler=mediator)
    with _days_ago(3):
        agreed = "本周六上午 9 点在社区调解室"
        request = actions.step(request, "sign", by=mediator, first_contact_at=clock.now(), appointment=agreed)
    said = zip((3, 2, 2, 1), (mediator, first, mediator, second), (*sides[:1] * 2, *sides[1:] * 2), SAID, strict=True)
    for days, speaker, party, words in said:
        with _days_ago(days):
            actions.add_update(request, by=speaker, text=words, party=party)
    return request


def _days_ago(days: int) -> Any:
    return clock.at(clock.now() - timedelta(days=days))


class _Teller:
    def __init__(self, officers: Officers, random: Random) -> None:
        self._officers = officers
        self._random = random
        rows = Category.objects.unscoped(reason="the demo's own categories")
        self._categories = {category.slug: category for category in rows}
        self._before, self._after = picture("before"), picture("after")
        self._told = 0

    def one(self, state: str, *, days_ago: int, number: int) -> ServiceRequest:
        """One request, submitted some days ago, in the state where it is to be today."""
        story = STORIES[self._told % len(STORIES)]
        residents = self._officers.residents
        reporter, household = residents[(self._told + self._told // len(STORIES)) % len(residents)]
        self._told += 1
        begun = clock.now() - timedelta(days=days_ago, minutes=30 + 7 * number)
        with clock.at(begun):
            request = actions.log_request(
                by=reporter,
                category=self._categories[story.slug],
                title=story.title,
                description=story.text,
                household=household,
                reporter=reporter,
                consent=True,
                photos=[self._before],
            )
        pause = (clock.now() - begun) / (len(ROADS[state]) + 1)
        is_quick = self._told % SLOW
        for position, action in enumerate(ROADS[state], 1):
            waited = pause * position
            with clock.at(begun + (min(waited, SOON[action]) if is_quick and action in SOON else waited)):
                request = self._step(request, action, story, reporter, household)
        return request

    def _step(
        self, request: ServiceRequest, action: str, story: Story, reporter: User, household: Household
    ) -> ServiceRequest:
        leader = self._officers.leader_of(household)
        handler = request.handler or self._handler(request)
        by = {"withdraw": reporter, "rate": reporter, "sign": handler, "reply": handler}.get(action, leader)
        return actions.step(request, action, by=by, **self._given(action, request, story, handler))

    def _handler(self, request: ServiceRequest) -> User:
        if request.category.is_for_stewards:
            return self._random.choice(self._officers.red_stewards)
        return self._officers.staff

    def _given(self, action: str, request: ServiceRequest, story: Story, handler: User) -> dict[str, Any]:
        photos: Sequence[CleanPhoto] = [self._after]
        given: dict[str, dict[str, Any]] = {
            "accept": {"category": request.category, "text": "收到了，我来安排。"},
            "reject": {"reason": "not_ours", "turn_to": "这件事归供电公司管，请拨 95598，需要时我们陪您一起打。"},
            "dispatch": {"handler": handler},
            "sign": {"first_contact_at": clock.now(), "appointment": "明天上午 9 点到 10 点上门"},
            "reply": {"result": "solved", "text": story.reply, "photos": photos},
            "rate": {"solved": "yes", "score": self._random.choice([4, 5, 5]), "text": "谢谢，来得很快。"},
            "withdraw": {"text": "已经自己修好了。"},
        }
        return given.get(action, {})


def picture(kind: str) -> CleanPhoto:
    """A drawn photo, so that no picture of a real home is needed: a pipe that drips, or one that does not."""
    image = Image.new("RGB", (1200, 900), "#d9d4cb")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 620, 1200, 900), fill="#b9b2a6")
    draw.rectangle((540, 0, 640, 420), fill="#8d949c")
    draw.rectangle((500, 380, 680, 470), fill="#6f767e")
    if kind == "before":
        for top in (500, 580, 680):
            draw.ellipse((575, top, 605, top + 44), fill="#3b78b5")
        draw.ellipse((380, 760, 820, 850), fill="#7fa8cf")
    else:
        draw.rectangle((480, 360, 700, 480), fill="#c9a24a")
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    return clean_photo(SimpleUploadedFile(f"{kind}.jpg", content.getvalue(), "image/jpeg"))
