"""An advisory group at work: its people, and sessions as far as a test needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from alliance.advice import actions
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, Recommendation
from community.models import Community, User
from community.roles import Role
from core import clock
from tests.core.test_files import pdf
from tests.factories import CommunityFactory, UserFactory, appoint

NAMES = ("钱学文", "孙知远", "李思齐", "周明德", "吴慎行")
AGENDA = ("消防通道怎么腾出来", "老人上下楼")


@dataclass
class Group:
    """A community with its secretary, a worker who keeps the minutes, and advisers."""

    community: Community
    secretary: User
    staff: User
    advisers: list[User]

    def plan(self, **fields: Any) -> AdviceSession:
        """A session tomorrow, to which all advisers are invited."""
        given = {
            "by": self.staff,
            "topic": "老旧小区的停车",
            "starts_at": clock.now() + timedelta(days=1),
            "place": "社区二楼会议室",
            "agenda": AGENDA,
            "invited": self.advisers,
        }
        return actions.plan_session(self.community, **{**given, **fields})

    def held(self, **fields: Any) -> AdviceSession:
        """One that has begun an hour ago, without minutes."""
        return self.plan(**{"starts_at": clock.now() - timedelta(hours=1), **fields})

    def draft(self, session: AdviceSession | None = None, **fields: Any) -> AdviceSession:
        """With minutes, by the worker; all but the last adviser came."""
        session = session or self.held()
        items = AgendaItem.objects.of(session)
        given = {
            "by": self.staff,
            "version": session.version,
            "attended": self.advisers[:-1],
            "said": {item.pk: f"大家谈了{item.title}。" for item in items},
        }
        return actions.write_minutes(session, **{**given, **fields})

    def advise(self, session: AdviceSession, text: str = "消防通道划黄线", **fields: Any) -> Recommendation:
        """A recommendation in the draft."""
        return actions.put_recommendation(
            session, **{"by": self.staff, "text": text, "to_whom": "社区居委会", **fields}
        )

    def send(self, session: AdviceSession) -> AdviceSession:
        """Everybody has read; sent for signing."""
        for seat in AdviceAttendance.objects.of(session).filter(attended=True).exclude(user=session.written_by_id):
            actions.say_read(session, by=seat.user)
        return actions.send_for_signing(session, by=self.staff)

    def approve(self, session: AdviceSession) -> AdviceSession:
        """Signed by two advisers."""
        session = self.send(session)
        for one in self.advisers[:2]:
            session = actions.sign_minutes(session, by=one, version=session.version)
        return session

    def approved(self, *texts: str) -> AdviceSession:
        """A session with signed minutes and these recommendations."""
        session = self.draft()
        for text in texts:
            self.advise(session, text)
        session.refresh_from_db()
        return self.approve(session)

    def advised(self, text: str = "消防通道划黄线") -> Recommendation:
        """The recommendation of a session with signed minutes."""
        session = self.approved(text)
        row: Recommendation = Recommendation.objects.of(session).select_related("session").get()
        return row

    def publish(self, session: AdviceSession, **fields: Any) -> AdviceSession:
        """Made public with all its recommendations."""
        rows = list(Recommendation.objects.of(session))
        given = {"by": self.secretary, "public_text": "谈了停车和消防通道。", "public": rows}
        return actions.publish_session(session, **{**given, **fields})

    def study(self, **fields: Any) -> Any:
        """A study that nobody has let out."""
        given = {
            "by": self.staff,
            "title": "朱方路老年人出行调查",
            "authors": "钱学文",
            "year": 2025,
            "summary": "走访了一百户老人。",
            "paper": pdf(),
        }
        return actions.add_study(self.community, **{**given, **fields})


def a_group(community: Community | None = None, advisers: int = 3) -> Group:
    """A group of so many advisers."""
    community = community or CommunityFactory()
    return Group(
        community,
        appoint(Role.SECRETARY, community),
        appoint(Role.COMMUNITY_STAFF, community),
        [appoint(Role.ADVISER, community, user=UserFactory(name=name)) for name in NAMES[:advisers]],
    )
