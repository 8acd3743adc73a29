"""Invented partner units: what they offer and have pledged, what was done together, and what can be joined."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from alliance.activities import actions as doing
from alliance.models import Activity, ActivitySlot, Partner, SignUp
from alliance.partners import actions
from community import actions as community_actions
from community.models import Community, User
from community.roles import Role
from core import clock
from core.photos import CleanPhoto, clean_photo
from demo.officers import Hiring, Officers
from helpdesk import actions as requests
from helpdesk.models import Category

_OURS = "the demo's own rows"
Kind = Partner.Kind
# Kind, name, what is told of it, who speaks for it ("" nobody yet).
UNITS = (
    (Kind.PARTY, "滨江统计局机关党支部", "每月第一个周六来院里，清小广告、劝停车。", "顾明远"),
    (Kind.PARTY, "滨江广播电台党支部", "出人、出音响，帮院里办活动。", "夏静怡"),
    (Kind.ENTERPRISE, "一剪清理发店", "两位师傅，带工具上门理发修脚。", "石春梅"),
    (Kind.UNIVERSITY, "滨江学院信息系", "大学生来教老人用手机。", ""),
    (Kind.SOCIAL, "同心社工服务中心", "陪伴独居老人，带孩子做功课。", ""),
)
NEEDS = (
    ("barber", "下不了楼的老人想有人上门理发", "多数八十岁以上，一个多月没有理发了。", 12, 25),
    ("phones", "想学用手机看病挂号", "字看不清、怕点错，希望有人手把手教。", 30, 40),
    ("repair", "小广场的长椅坏了三条", "老人走一圈没有地方歇脚。", 60, None),
    ("children", "暑假里孩子没人带", "双职工家庭，希望白天有个地方写作业。", 15, 60),
)
OFFERS = (
    (0, "cleaning", "二十位志愿者，周六上午", "清小广告、扫楼道", "每月一次，20 人"),
    (1, "culture", "一套移动音响和两位主持人", "", "提前一周说"),
    (2, "barber", "两位理发师上门", "带工具，理发、修脚都可以", "每月两次，每次 10 人"),
    (3, "phones", "大学生教手机", "挂号、视频、防诈骗，手把手", "每两周一次，10 位学生"),
    (4, "children", "假期写作业的地方和两位社工", "有一间活动室", "每天 15 个孩子"),
)
QUOTES = ("墙刷得跟新的一样，心里亮堂。", "腿脚不好，师傅上门来剪，谢谢你们。", "大家一起动手，快得很。")


def work_together(community: Community, officers: Officers, *, hiring: Hiring, seed: int) -> None:
    """Everything that units bring, in the order in which it came."""
    _Year(community, officers, hiring, Random(seed)).tell()  # noqa: S311 invented data, nothing secret


class _Year:
    def __init__(self, community: Community, officers: Officers, hiring: Hiring, random: Random) -> None:
        self._community, self._officers, self._random = community, officers, random
        self._hiring, self._today = hiring, clock.today()
        self._staff = officers.staff
        self._leader = next(iter(officers.leaders.values()))
        self._units: list[Partner] = []
        self._contacts: dict[int, User] = {}

    def tell(self) -> None:
        with _ago(120):
            self._join()
        with _ago(60):
            needs = self._lists()
        self._wall()
        self._bench()
        self._haircuts_held()
        self._projects(needs)
        self._pledges()
        self._coming()
        self._handed()

    def _join(self) -> None:
        for kind, name, about, contact in UNITS:
            joined = clock.today() - timedelta(days=30)
            unit = actions.add_partner(
                self._community, by=self._staff, kind=kind, name=name, about=about, joined_on=joined
            )
            self._units.append(unit)
            if contact:
                user = self._hiring.account(contact, f"{Role.PARTNER_CONTACT.label}·{name}")
                secretary = self._officers.secretary
                community_actions.appoint(user, role=Role.PARTNER_CONTACT, place=unit, by=secretary)
                self._contacts[unit.pk] = user

    def _lists(self) -> list[Any]:
        for number, topic, title, text, amount in OFFERS:
            unit = self._units[number]
            by = self._contacts.get(unit.pk, self._staff)
            actions.offer_resource(unit, by=by, topic=topic, title=title, text=text, amount=amount)
        today = clock.today()
        return [
            actions.log_need(
                self._community,
                by=self._leader,
                topic=topic,
                title=title,
                text=text,
                people=people,
                until=today + timedelta(days=60 + days) if days else None,
            )
            for topic, title, text, people, days in NEEDS
        ]

    def _wall(self) -> None:
        row = self._plan(0, 44, "cleaning", "周六清理东墙小广告", "3 幢东墙", [("铲小广告", 8), ("刷墙", 6)])
        self._hold(row, unit=6, before="wall_before", after="wall_after", caption="3 幢东墙", served=210, said=2)
        with clock.at(row.ends_at + timedelta(days=1)):
            doing.publish(
                row,
                by=self._staff,
                outcome="东墙上的小广告铲干净了，重新刷了白。大家说好，谁看见有人贴就劝一劝。",
                served=210,
            )

    def _bench(self) -> None:
        row = self._plan(1, 23, "repair", "一起修小广场的长椅", "小广场", [("修长椅", 6), ("递工具、送水", 4)])
        self._hold(row, unit=4, before="bench_before", after="bench_after", caption="小广场长椅", served=60, said=1)
        with clock.at(row.ends_at + timedelta(days=1)):
            doing.publish(
                row, by=self._staff, outcome="三条长椅都换了木板、上了漆，老人走一圈有地方歇脚了。", served=60
            )

    def _haircuts_held(self) -> None:
        row = self._plan(2, 3, "barber", "院子里免费理发", "小广场", [("登记、扶老人", 4)], guests=20)
        self._hold(row, unit=2, served=17)

    def _hold(
        self,
        row: Activity,
        *,
        unit: int,
        before: str = "",
        after: str = "",
        caption: str = "",
        served: int = 0,
        said: int = 0,
    ) -> None:
        """Join it, be there, lay the photos side by side, confirm the hours, hear those who were served."""
        assert row.partner is not None
        contact = self._contacts[row.partner_id or 0]
        slot = _slots(row)[0]
        people = [*self._officers.red_stewards[:2], *(user for user, _home in self._officers.residents[:3])]
        with clock.at(row.starts_at - timedelta(days=4)):
            doing.join(slot, by=contact, partner=row.partner, people=unit)
            for person in people[: max(slot.wanted - unit, 0)]:
                doing.join(slot, by=person)
            if before:
                doing.add_photos(row, by=contact, photos=[scene(before)], moment="before", caption=caption)
        with clock.at(row.starts_at + timedelta(minutes=8)):
            for one in _signups(row):
                doing.check_in(one, by=contact)
        with clock.at(row.ends_at + timedelta(minutes=20)):
            if after:
                doing.add_photos(row, by=contact, photos=[scene(after)], moment="after", caption=caption)
            minutes = {one.pk: row.minutes - self._random.choice((0, 0, 30)) for one in _signups(row)}
            doing.close(row, by=contact, minutes=minutes, served=served)
        with clock.at(row.ends_at + timedelta(hours=3)):
            for text in QUOTES[:said]:
                doing.give_feedback(row, by=contact, helped="yes", text=text, may_show=True, for_another=True)

    def _projects(self, needs: list[Any]) -> None:
        barber, phones, bench, _children = needs
        units = self._units
        with _ago(50):
            done = actions.propose(units[1], by=self._staff, title="修好小广场的长椅", need=bench)
            actions.step_project(done, "agree", by=self._contacts[units[1].pk])
            actions.step_project(done, "start", by=self._staff)
        with _ago(22):
            actions.step_project(done, "finish", by=self._staff, outcome="三条长椅都修好了。")
        with _ago(12):
            going = actions.propose(units[2], by=self._contacts[units[2].pk], title="每月两次上门理发", need=barber)
            actions.step_project(going, "agree", by=self._staff)
            actions.step_project(going, "start", by=self._staff)
        with _ago(2):
            actions.propose(units[3], by=self._staff, title=phones.title, need=phones, until=phones.until)
            actions.propose(units[0], by=self._contacts[units[0].pk], title="把车棚里的旧车清一清")

    def _pledges(self) -> None:
        first, second = self._units[0], self._units[1]
        one, other = self._contacts[first.pk], self._contacts[second.pk]
        with _ago(40):
            kept = actions.make_pledge(first, by=one, title="每月来清一次小广告", until=self._day(-10))
            actions.make_pledge(second, by=other, title="送来两只音箱给活动室", until=self._day(-4))
            actions.make_pledge(first, by=one, title="给楼道换二十只感应灯", until=self._day(5))
        with _ago(11):
            kept = actions.step_pledge(
                kept, "report", by=one, outcome="这个月清了三面墙。", photos=[scene("wall_after")]
            )
        with _ago(10):
            actions.step_pledge(kept, "confirm", by=self._staff)

    def _day(self, days: int) -> date:
        """So many days from the day on which all of this is told, whatever the clock says meanwhile."""
        return self._today + timedelta(days=days)

    def _coming(self) -> None:
        row = self._plan(2, -4, "barber", "周六上门理发，请来帮个手", "先到居委会集合", [("陪师傅上门", 2)], guests=12)
        helping, guests = _slots(row)
        with _ago(1):
            for steward in self._officers.red_stewards[:3]:
                doing.join(helping, by=steward)
            for user, _home in self._officers.residents[1:4]:
                doing.join(guests, by=user)
        self._plan(None, -9, "phones", "手机课：学会挂号和视频", "居委会二楼", [("一对一教", 10)], guests=20)
        self._plan(0, -16, "safety", "消防演习，一起学用灭火器", "北门空地", [("维持秩序", 6)], guests=80, told=False)

    def _handed(self) -> None:
        """One request is in a unit's hands."""
        reporter, home = self._officers.residents[2]
        category = Category.objects.unscoped(reason=_OURS).get(community=self._community, slug="sanitation")
        leader = self._officers.leader_of(home)
        with _ago(1):
            row = requests.log_request(
                by=reporter,
                category=category,
                title="车棚墙上又贴满了小广告",
                description="开锁、疏通的，一层盖一层。",
                household=home,
                reporter=reporter,
                consent=True,
            )
            row = requests.step(row, "accept", by=leader, category=category, text="收到了，请统计局的志愿者来看。")
            requests.step(row, "dispatch", by=leader, handler=self._contacts[self._units[0].pk])

    def _plan(
        self,
        unit: int | None,
        days_ago: int,
        topic: str,
        title: str,
        place: str,
        helping: list[tuple[str, int]],
        *,
        guests: int = 0,
        told: bool = True,
    ) -> Activity:
        """An activity on the Saturday nearest to that day, announced ten days before, or a day ago."""
        starts_at = _saturday(days_ago)
        slots = [{"title": words, "wanted": number} for words, number in helping]
        if guests:
            slots.append({"title": "来参加", "wanted": guests, "is_helping": False})
        partner = self._units[unit] if unit is not None else None
        by = self._contacts[partner.pk] if partner else self._staff
        with clock.at(min(starts_at - timedelta(days=10), clock.now() - timedelta(days=1))):
            row = doing.plan_activity(
                self._community,
                by=by,
                partner=partner,
                slots=slots,
                topic=topic,
                title=title,
                text="自带水杯，工具由我们准备。",
                place=place,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=2, minutes=30),
            )
            return doing.announce(row, by=self._staff) if told else row


def scene(kind: str) -> CleanPhoto:
    """A drawn photo, so that no picture of a real place is needed: a wall or a bench, before and after."""
    image = Image.new("RGB", (960, 720), "#cfd8df")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 960, 720), fill="#a9a294")
    (_wall if kind.startswith("wall") else _seat)(draw, is_done=kind.endswith("after"))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    return clean_photo(SimpleUploadedFile(f"{kind}.jpg", content.getvalue(), content_type="image/jpeg"))


def _wall(draw: ImageDraw.ImageDraw, *, is_done: bool) -> None:
    draw.rectangle((60, 90, 900, 560), fill="#f6f3ec" if is_done else "#c6bba8")
    draw.rectangle((60, 500, 900, 560), fill="#b5564a" if is_done else "#8d7f6c")
    if is_done:
        return
    random = Random(7)  # noqa: S311 where the small ads hang
    for _ad in range(46):
        left, top = random.randint(80, 800), random.randint(110, 470)
        paper = random.choice(("#f4f1d8", "#e9d9a8", "#dfe6ea", "#f0c9c0"))
        draw.rectangle((left, top, left + random.randint(40, 90), top + random.randint(30, 60)), fill=paper)
        draw.line((left + 6, top + 12, left + 34, top + 12), fill="#5b5b5b", width=4)
        draw.line((left + 6, top + 22, left + 28, top + 22), fill="#5b5b5b", width=3)


def _seat(draw: ImageDraw.ImageDraw, *, is_done: bool) -> None:
    draw.ellipse((640, 60, 930, 330), fill="#7fa37a")
    draw.rectangle((770, 300, 800, 560), fill="#7a5f45")
    wood = "#a6622f" if is_done else "#9a8f80"
    for place in (200, 560):
        draw.rectangle((place, 430, place + 26, 620), fill="#4d535a")
    planks = (350, 400, 450) if is_done else (350, 450)
    for top in planks:
        draw.rectangle((150, top, 640, top + 30), fill=wood)
    if not is_done:
        draw.polygon(((150, 400), (330, 404), (350, 432), (160, 428)), fill=wood)
        draw.polygon(((420, 520), (640, 600), (630, 628), (410, 548)), fill=wood)


def _saturday(days_ago: int) -> datetime:
    """Nine in the morning of the Saturday on that day or after it; of what is past, before it."""
    day = clock.today() - timedelta(days=days_ago)
    shift = (day.weekday() - 5) % 7
    day += timedelta(days=-shift if days_ago > 0 else (7 - shift) % 7)
    return timezone.make_aware(datetime.combine(day, time(9, 0)))


def _ago(days: int) -> Any:
    return clock.at(clock.now() - timedelta(days=days))


def _slots(row: Activity) -> list[ActivitySlot]:
    return list(ActivitySlot.objects.unscoped(reason=_OURS).filter(activity=row))


def _signups(row: Activity) -> list[SignUp]:
    rows = SignUp.objects.unscoped(reason=_OURS).filter(activity=row).exclude(state=SignUp.State.LEFT)
    return list(rows.order_by("at", "pk"))
