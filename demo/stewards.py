"""The invented red stewards: what each can do, when each has time, and what the office looks after."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from community.models import Community, User
from core import clock
from core.files import Cleaned
from core.photos import clean_photo
from demo.officers import Hiring, Officers, appoint_red_stewards
from stewards.members import actions
from stewards.members.week import Hours, hours_of
from stewards.models import Skill, Steward, StewardSkill

HELPS, ALONE, TEACHES = StewardSkill.Level
_OURS = "the demo's own rows"
JOINED = timedelta(days=64)
WORKDAYS = ("0", "1", "2", "3", "4")
WEEKEND = ("5", "6")


@dataclass(frozen=True)
class Told:
    """What one of them says: skills with levels, days and parts of them, words, hours a week."""

    skills: tuple[tuple[str, int], ...]
    parts: tuple[str, ...]
    about: str
    hours: int = 8
    exact: tuple[Hours, ...] = ()
    by_phone: bool = False


def parts(days: Sequence[str], *names: str) -> tuple[str, ...]:
    """These parts of these days, as the page sends them."""
    return tuple(f"{day}-{name}" for day in days for name in names)


# In the order in which they are appointed.
TOLD = (
    Told(
        (("pipes", TEACHES), ("wiring", ALONE), ("locks", ALONE)),
        parts((*WORKDAYS, "5"), "morning", "afternoon"),
        "退休水电工，三十年手艺。",
        12,
    ),
    Told(
        (("appliances", TEACHES), ("wiring", ALONE)),
        parts(WORKDAYS, "afternoon", "evening") + parts(WEEKEND, "morning"),
        "开过家电维修铺，洗衣机、电视都能看。",
    ),
    Told((("pipes", ALONE), ("locks", TEACHES)), parts((*WORKDAYS, *WEEKEND), "morning"), "做了一辈子木匠。"),
    Told(
        (("company", TEACHES), ("errands", ALONE)),
        parts(WORKDAYS, "morning", "noon"),
        "爱跟老人说说话，跑腿也行。",
        6,
        by_phone=True,
    ),
    Told(
        (("wiring", TEACHES), ("appliances", ALONE)),
        parts(WORKDAYS, "evening") + parts(WEEKEND, "morning", "afternoon"),
        "供电公司上班，晚上和周末有空。",
    ),
    Told(
        (("hair", TEACHES), ("company", ALONE)), parts(("1", "3", "5"), "morning", "afternoon"), "上门理发，修脚也会。"
    ),
    Told(
        (("phones", TEACHES), ("appliances", HELPS)),
        parts(WEEKEND, "morning", "afternoon", "evening"),
        "程序员，教用手机、装软件。",
        4,
    ),
    Told(
        (("pipes", ALONE), ("wiring", HELPS)),
        parts(("0", "2", "4"), "morning", "afternoon", "evening"),
        "物业干过，水管熟。",
        exact=(Hours(6, 9 * 60 + 30, 11 * 60),),
    ),
    Told((("company", ALONE), ("errands", ALONE)), parts(WORKDAYS, "afternoon"), "社区医院退休的护士。"),
    Told((("locks", ALONE), ("pipes", HELPS)), parts(WEEKEND, "morning", "noon", "afternoon"), "修锁换门都行。", 6),
    Told(
        (("errands", ALONE), ("phones", HELPS)),
        parts(WORKDAYS, "evening", "night"),
        "值夜班的司机，半夜也能跑一趟。",
    ),
    Told(
        (("appliances", ALONE), ("pipes", ALONE), ("wiring", HELPS)),
        parts((*WORKDAYS, *WEEKEND), "afternoon"),
        "",
        by_phone=True,
    ),
)
# Days from today until the certificate of an electrician ends; None: nobody has looked at it yet.
CERTIFICATES: tuple[int | None, ...] = (410, 18, 700, -1, None)


def gather(community: Community, officers: Officers, *, hiring: Hiring) -> list[Steward]:
    """Nine more join the three, and all say who they are; a few things wait for the office."""
    joined = clock.now() - JOINED
    with clock.at(joined):
        appoint_red_stewards(community, officers, hiring=hiring)
        stewards = [actions.enrol(user, community) for user in officers.red_stewards]
        skills = _skills(community)
        certificates = iter(CERTIFICATES)
        for steward, told in zip(stewards, TOLD, strict=True):
            _tell(steward, told, skills, officers.staff, certificates, today=joined.date() + JOINED)
    _lately(stewards, officers.staff)
    return stewards


def _skills(community: Community) -> dict[str, Skill]:
    rows = Skill.objects.unscoped(reason=_OURS).filter(community=community)
    return {skill.slug: skill for skill in rows}


def _tell(
    steward: Steward,
    told: Told,
    skills: dict[str, Skill],
    office: User,
    certificates: Iterator[int | None],
    *,
    today: date,
) -> None:
    """What one says of themselves; what the office wrote down for those whom it rings up."""
    by = office if told.by_phone else steward.user
    actions.change_about(steward, about=told.about, weekly_minutes=told.hours * 60, by_phone=told.by_phone, by=by)
    actions.set_week(steward, hours=hours_of(told.parts, told.exact), by=by)
    actions.note(
        steward,
        trained_on=today - timedelta(days=30),
        insurer="平安财险",
        policy=f"ZY{today.year}{steward.user_id:06d}",
        insured_until=today + timedelta(days=180),
        by=office,
    )
    for slug, level in told.skills:
        skill = skills[slug]
        if not skill.needs_evidence:
            actions.add_skill(steward, skill=skill, level=level, by=by)
            continue
        days = next(certificates)
        until = today + timedelta(days=days) if days is not None else None
        held = actions.add_skill(
            steward, skill=skill, level=level, paper=_certificate(), valid_until=until, by=steward.user
        )
        if days is not None:
            actions.confirm_skill(held, valid_until=until, by=office)


def _lately(stewards: list[Steward], office: User) -> None:
    """One rests, one is away, one has a free evening; an insurance ends soon; two do not go together."""
    today = clock.today()
    with clock.at(clock.now() - timedelta(days=4)):
        actions.pause(
            stewards[8],
            starts_on=clock.today(),
            ends_on=today + timedelta(days=12),
            reason="照顾外孙",
            by=stewards[8].user,
        )
    for who, first, last, is_free, note in (
        (2, _at(today, 2, 0), _at(today, 5, 0), False, "去儿子家"),
        (6, _at(today, 1, 18), _at(today, 1, 21), True, "这天不加班"),
    ):
        actions.say(stewards[who], starts_at=first, ends_at=last, is_free=is_free, note=note, by=stewards[who].user)
    soon = stewards[3]
    actions.note(
        soon,
        trained_on=today - timedelta(days=300),
        insurer="平安财险",
        insured_until=today + timedelta(days=16),
        by=office,
    )
    actions.keep_apart(stewards[7], other=stewards[11], reason="以前合伙做生意闹过矛盾，本人都说不想搭班", by=office)


def _at(day: date, days: int, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time(hour)))


def _certificate() -> Cleaned:
    """A drawn certificate, so that no real one is needed: lines of writing, a photo's place, a seal."""
    image = Image.new("RGB", (900, 620), "#f7f1e3")
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 876, 596), outline="#a61b1b", width=8)
    draw.rectangle((90, 130, 270, 370), fill="#d9d4cb", outline="#857b6e", width=3)
    for top in range(150, 480, 60):
        draw.rectangle((330, top, 780, top + 14), fill="#857b6e")
    draw.ellipse((610, 400, 770, 560), outline="#a61b1b", width=8)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    photo = clean_photo(SimpleUploadedFile("certificate.jpg", content.getvalue(), "image/jpeg"))
    return Cleaned(photo.content, photo.content_type, ".jpg")
