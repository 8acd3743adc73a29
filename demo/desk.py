"""What the office keeps ready, and requests on longer ways: asked, put off, passed on, joined, begun again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from community.models import Community, User
from core import clock
from demo.officers import Officers
from demo.requests import picture
from grids.models import Household
from helpdesk import actions, spots
from helpdesk.actions import settings as desk_settings
from helpdesk.actions import stories, thanks
from helpdesk.actions.fixtures import add_fixture
from helpdesk.actions.spots import plan_spot
from helpdesk.models import Category, RecurringSpot, ServiceRequest
from helpdesk.states import State

_OURS = "the demo's own rows"

# (step, category or any, name, words)
REPLIES = (
    ("accept", "plumbing", "漏水先关阀", "收到了。请先把水池下面的小阀门关上，我马上请人来看。"),
    ("accept", "", "收到，在安排", "收到了，我来安排，定了时间给您打电话。"),
    ("reject", "", "归供电公司管", "这件事归供电公司管，请拨 95598。需要时我们陪您一起打。"),
    ("reply", "", "修好了，留电话", "已经修好，当面试过。再有问题，打社区的电话就行。"),
)
LAMP = ("楼道里的灯又坏了", "上个月刚修过，这两天又不亮，晚上上下楼全靠摸。")


# What wears a sign with a code, and where it stands.
FIXTURES = (("路灯", "健身广场东边"), ("道闸", "小区南门"), ("扭腰器", "健身广场"))


def keep_ready(community: Community, officers: Officers) -> None:
    """Rules of whom to ask first, words for what is said every day, signs on what stands outside."""
    by, known = officers.secretary, _categories()
    for slug, handler in (("plumbing", officers.red_stewards[0]), ("appliances", officers.red_stewards[1])):
        desk_settings.add_rule(community, by=by, category=known[slug], handler=handler)
    desk_settings.add_rule(community, by=by, category=known["assistance"], handler=officers.staff)
    for action, slug, title, text in REPLIES:
        desk_settings.add_reply(community, by=by, action=action, category=known.get(slug), title=title, text=text)
    grid = officers.residents[0][1].building.grid
    for name, place in FIXTURES:
        add_fixture(community, by=by, name=name, place=place, grid=grid, category=known["public_fixtures"])


def go_on(officers: Officers) -> None:
    """One request on each of the longer ways, and what came of others."""
    walk = _Walk(officers)
    walk.asked()
    walk.suspended()
    walk.waits_for_leave()
    walk.referred()
    walk.joined()
    walk.begun_again()
    walk.in_confidence()
    walk.comes_again()
    _tell_neighbours(officers)


class _Walk:
    def __init__(self, officers: Officers) -> None:
        self.officers = officers
        self.categories = _categories()
        self.before, self.after = picture("before"), picture("after")

    def asked(self) -> None:
        """The leader has asked the resident something; the clock stands still."""
        request, (_reporter, home) = self._log(0, "appliances", "洗衣机不脱水", "一转就停，显示一个字母。", days=2)
        with _back(days=1):
            text = "显示的是哪个字母？拍一张面板的照片就行。"
            self._step(request, "ask_info", self.officers.leader_of(home), text=text)

    def suspended(self) -> None:
        """It waits for a part, with the secretary's leave."""
        request, steward = self._in_hand(1, "plumbing", "暖气片接头渗水", "地上要放脸盆接着。", days=6)
        until = clock.today() + timedelta(days=9)
        with _back(days=3):
            text = "接头要换，配件下周才到。先缠了胶带，不滴了。"
            request = self._step(request, "ask_suspend", steward, text=text, until=until)
        with _back(days=2):
            text = "配件下周到，到了马上来换。"
            self._step(request, "suspend", self.officers.secretary, text=text, review_on=until)

    def waits_for_leave(self) -> None:
        """A handler would like more time, and the secretary has not said yet."""
        request, handler = self._in_hand(2, "suggestion", "楼道口装一段扶手", "雨天台阶滑，老人不好走。", days=5)
        until = clock.local(request.due_at).date() + timedelta(days=10)
        with _back(days=1):
            self._step(request, "ask_extend", handler, text="扶手要量尺寸定做，要多十天。", until=until)

    def referred(self) -> None:
        """It is not the community's to mend; who asks there, and when again, stands on its page."""
        request, _handler = self._in_hand(
            3, "public_fixtures", "路口的雨水井盖松了", "车一压就响，怕有人踩翻。", days=7
        )
        with _back(days=3):
            self._step(
                request,
                "refer",
                self.officers.secretary,
                referred_to="街道市政所",
                referred_number=f"SZ-{clock.today().year}-1187",
                next_check_on=clock.today() + timedelta(days=6),
                text="井盖归市政管，已经报上去了，我们隔几天去问一次。",
            )

    def joined(self) -> None:
        """Two neighbours have asked for the same; both are told, and each will rate."""
        first, _where = self._log(
            4, "public_fixtures", "健身广场的灯不亮", "晚上跳操看不清。", days=2, place="健身广场"
        )
        follower, home = self.officers.residents[0]
        with _back(days=1):
            actions.join(
                first,
                by=follower,
                reporter=follower,
                household=home,
                category=first.category,
                title="广场上黑",
                place="健身广场",
                consent=True,
                visibility=first.visibility,
            )

    def begun_again(self) -> None:
        """What was mended broke again: its reporter has asked for another round."""
        request, steward = self._in_hand(1, "plumbing", "马桶水箱一直流水", "夜里听得到水声。", days=9)
        leader = self._leader(request)
        with _back(days=7):
            request = self._step(request, "reply", steward, result="solved", text="换了进水阀。", photos=[self.after])
            request = self._step(request, "resolve", leader)
        reporter = request.reporter
        with _back(days=5):
            rating = {"solved": "no", "score": 2, "text": "当天好了，第二天又流。", "reasons": ["not_lasting"]}
            request = self._step(request, "rate", reporter, **rating)
        with _back(days=4):
            self._step(request, "reopen", reporter, text="又开始流水了，和上次一样。")

    def in_confidence(self) -> None:
        """Only the secretary reads it, and who said it only with a reason."""
        self._log(
            2,
            "tip_off",
            "有人在地下室充电动车",
            "晚上十点以后，三四辆，线是从窗户拉下去的。",
            days=3,
            place="3 幢地下室",
        )

    def comes_again(self) -> None:
        """The third time in one building: somebody says what will be done about it."""
        for number, days in enumerate((64, 33, 3)):
            reporter, home = self.officers.residents[number % 2]
            with _back(days=days):
                request = actions.log_request(
                    by=reporter,
                    reporter=reporter,
                    household=home,
                    category=self.categories["public_fixtures"],
                    title=LAMP[0],
                    description=LAMP[1],
                    building=self.officers.residents[0][1].building,
                    place="1 单元",
                    consent=True,
                    visibility=ServiceRequest.Visibility.NEIGHBOURHOOD,
                    photos=[self.before],
                )
            if days > 30:
                self._all_the_way(request, days=days)
        spots.raise_spots()
        for spot in RecurringSpot.objects.unscoped(reason=_OURS).filter(category__slug="public_fixtures")[:1]:
            leader = self.officers.leader_of(self.officers.residents[0][1])
            until = clock.today() + timedelta(days=12)
            plan_spot(spot, by=leader, plan="整个单元的灯座和线一起换，换成声控的。", plan_until=until)

    def _all_the_way(self, request: ServiceRequest, *, days: int) -> None:
        leader, handler = self._leader(request), self.officers.staff
        with _back(days=days - 1):
            request = self._step(request, "accept", leader, category=request.category)
            request = self._step(request, "dispatch", leader, handler=handler)
            request = self._step(request, "sign", handler, first_contact_at=clock.now())
        with _back(days=days - 2):
            text = "换了灯泡，亮了。"
            request = self._step(request, "reply", handler, result="solved", text=text, photos=[self.after])
            request = self._step(request, "resolve", leader)
        with _back(days=days - 4):
            self._step(request, "rate", request.reporter, solved="yes", score=4, text="")

    def _in_hand(self, who: int, slug: str, title: str, text: str, *, days: int) -> tuple[ServiceRequest, User]:
        """A request that somebody has signed for."""
        request, (_reporter, home) = self._log(who, slug, title, text, days=days)
        leader = self.officers.leader_of(home)
        handler = self.officers.red_stewards[0] if request.category.is_for_stewards else self.officers.staff
        with _back(days=days, hours=-2):
            request = self._step(request, "accept", leader, category=request.category)
            request = self._step(request, "dispatch", leader, handler=handler)
        with _back(days=days, hours=-3):
            begins = clock.local(clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
            slot = {"appointment_from": begins, "appointment_until": begins + timedelta(hours=1)}
            request = self._step(request, "sign", handler, first_contact_at=clock.now(), **slot)
        return request, handler

    def _log(
        self, who: int, slug: str, title: str, text: str, *, days: int, place: str = ""
    ) -> tuple[ServiceRequest, tuple[User, Household]]:
        reporter, home = self.officers.residents[who]
        with _back(days=days):
            made = actions.log_request(
                by=reporter,
                reporter=reporter,
                household=home,
                category=self.categories[slug],
                title=title,
                description=text,
                place=place,
                consent=True,
                visibility=ServiceRequest.Visibility.NEIGHBOURHOOD,
            )
        return made, (reporter, home)

    def _leader(self, request: ServiceRequest) -> User:
        return self.officers.leaders[request.grid_id or 0]

    def _step(self, request: ServiceRequest, action: str, by: User | None, **given: Any) -> ServiceRequest:
        return actions.step(request, action, by=by, **given)


def _tell_neighbours(officers: Officers) -> None:
    """What was done, told without names; and letters of thanks, one of them to be read by all."""
    done = ServiceRequest.objects.unscoped(reason=_OURS).filter(state=State.CLOSED, has_parties=False)
    lamp = done.filter(title=LAMP[0]).order_by("submitted_at")[0]
    photos = [photo for update in lamp.updates.unscoped(reason=_OURS) for photo in update.photos.unscoped(reason=_OURS)]
    stories.tell_story(
        lamp,
        by=officers.leaders[lamp.grid_id or 0],
        title="楼道的灯换好了",
        text="邻居说晚上上下楼看不清，第二天就换好了。",
        place="225号1幢",
        before=next((one for one in photos if one.moment == "before"), None),
        after=next((one for one in photos if one.moment == "after"), None),
    )
    for rated in done.filter(handler__in=officers.red_stewards, reporter__isnull=False)[:2]:
        letter = thanks.write_thanks(
            by=rated.reporter,
            community=rated.community,
            to_user=rated.handler,
            request=rated,
            text="大热天跑了两趟，修好了还把地上的水拖干净，不肯喝一口水。谢谢您。",
            consent="named",
        )
    thanks.publish_thanks(letter, by=officers.staff)


def _categories() -> dict[str, Category]:
    return {one.slug: one for one in Category.objects.unscoped(reason=_OURS)}


@contextmanager
def _back(*, days: int, hours: int = 0) -> Iterator[None]:
    """So long ago; less by negative hours."""
    with clock.at(clock.now() - timedelta(days=days, hours=hours)):
        yield
