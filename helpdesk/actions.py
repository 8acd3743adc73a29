"""Everything that is done to requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.calendar import work_calendar
from community.files import store, store_photos
from community.models import Appointment, Attachment, Community, User
from community.notices import notify
from community.numbers import next_number
from community.roles import Role
from core import clock
from core.files import Cleaned
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from core.sql import insert
from core.templatetags.portal import day, when
from grids.models import Building, Grid, Household
from helpdesk import deadlines, sides, words
from helpdesk.categories import MEDIATION, SEEDS
from helpdesk.models import Category, Party, Rating, ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import CO_HANDLER, WORKING, bar, parties_of, role_in, side_of
from helpdesk.querysets import leaders_of, possible_handlers
from helpdesk.states import ENDED, HANDLER, LEADER, REQUESTS, SECRETARY, State

RATING_DAYS = 7

Details = dict[str, Any]


@transaction.atomic
def seed_categories(community: Community, *, by: User | None = None) -> list[Category]:
    """Lay down the categories that a community begins with; those it has already stay as they are."""
    there = set(
        Category.objects.unscoped(reason="which categories there are")
        .filter(community=community)
        .values_list("slug", flat=True)
    )
    made = Category.objects.bulk_create(
        Category(
            community=community,
            slug=seed.slug,
            name=seed.name,
            hint=seed.hint,
            group=seed.group,
            icon=seed.icon,
            banner=seed.banner,
            is_for_stewards=seed.is_for_stewards,
            is_confidential=seed.is_confidential,
            needs_secretary=seed.needs_secretary,
            needs_photo=seed.needs_photo,
            never_public=seed.never_public,
            sign_kind=seed.sign[0],
            sign_amount=seed.sign[1],
            finish_kind=seed.finish[0],
            finish_amount=seed.finish[1],
            order=order,
        )
        for order, seed in enumerate(SEEDS)
        if seed.slug not in there
    )
    if made:
        audit.record("categories_seeded", community, by=by, changes={"count": len(made)})
    return made


@transaction.atomic
def log_request(
    *,
    by: User,
    category: Category,
    title: str,
    place_kind: str = "",
    place: str = "",
    building: Building | None = None,
    household: Household | None = None,
    grid: Grid | None = None,
    description: str = "",
    reporter: User | None = None,
    reporter_name: str = "",
    reporter_phone: Any = "",
    visibility: str = ServiceRequest.Visibility.HANDLERS,
    consent: bool = False,
    source: str = "",
    photos: Sequence[CleanPhoto] = (),
    other: Household | None = None,
) -> ServiceRequest:
    """Write down what somebody asks for, give it its number and its deadlines, and tell who triages it.

    A resident reports (`reporter` is `by`), or staff writes it down for somebody: then `household` names the
    household, whose head is the reporter unless another `reporter` or `reporter_name` is given; the head's account,
    where there is one, gets to follow and rate it. The place is that household's door unless `building` or `place`
    says otherwise. `other` is the other household of a mediation, which hears nothing of what is said here. Raises
    Refused where neither a place nor a person is named, and where the two households cannot be brought together.
    """
    community = category.community
    if reporter is None:
        own = household is not None and household.pk in by.scope.households and not reporter_name
        reporter = by if own else _account_of_head(household, reporter_name)
    place_kind, place, building = _placed(place_kind, place, building, household)
    now, calendar = clock.now(), work_calendar()
    row = ServiceRequest(
        community=community,
        number=_number(community),
        category=category,
        title=title,
        description=description,
        place_kind=place_kind,
        place=place[:80],
        building=building,
        grid=grid or _grid_of(building, household, by),
        home=household,
        reporter=reporter,
        reporter_name=(reporter_name or _name_of(reporter, household))[:40],
        reporter_phone=reporter_phone or _phone_of(reporter, household),
        logged_by=by,
        source=source or (ServiceRequest.Source.ONLINE if reporter == by else ServiceRequest.Source.BEHALF),
        visibility=ServiceRequest.Visibility.HANDLERS if category.never_public else visibility,
        consent=consent,
        is_confidential=category.is_confidential,
        submitted_at=now,
        sign_due_at=deadlines.sign_due(category, now, calendar),
        due_at=deadlines.finish_due(category, now, calendar),
    )
    insert([row])
    first = sides.set_up(row, other, by=by) if other else None
    details = {"reporter": row.reporter_name} if row.is_on_behalf else {}
    return _walked(row, "log", "", by=by, text=description, photos=photos, details=details, party=first)


@transaction.atomic
def open_mediation(
    *,
    by: User,
    title: str,
    home: Household,
    other: Household,
    description: str = "",
    category: Category | None = None,
    source: str = "",
    photos: Sequence[CleanPhoto] = (),
) -> ServiceRequest:
    """Ask for a mediation between `home`, which says so, and `other`, which learns of it when it is accepted.

    Raises Refused where the community has no such category, and where the two cannot be brought together.
    """
    rows = Category.objects.unscoped(reason="the category of mediations").in_use()
    category = category or rows.filter(community=home.community_id, slug=MEDIATION).first()
    if category is None or not category.is_mediation:
        raise Refused(_("本社区没有“矛盾调解”这一类，请先让社区加上。"))
    return log_request(
        by=by,
        category=category,
        title=title,
        description=description,
        household=home,
        other=other,
        source=source,
        photos=photos,
    )


@transaction.atomic
def name_other(request: ServiceRequest, *, other: Household, by: User) -> ServiceRequest:
    """Make a mediation that one household asked for one between two; what was said until now stays with the first.

    For those who triage it. Raises Refused where it is handled already, or the two cannot be brought together.
    """
    row = locked(request)
    if not parties_of(row, by) & {LEADER, SECRETARY}:
        raise Refused(_("这一步要由别的同志来办。"))
    if not row.category.is_mediation or row.has_parties or row.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refused(_("还没派人的调解，才能补上另一家。"))
    sides.set_up(row, other, by=by)
    row.version += 1
    row.save()
    audit.record("request_sided", row, by=by)
    return row


@transaction.atomic
def agree(request: ServiceRequest, party: Party, *, by: User) -> Party:
    """Record that a household agrees to a mediation: as it says itself, or as it told those who work on it.

    Raises Refused where it is not theirs to say, where it is said already, or where nobody asks any more.
    """
    row = locked(request)
    found = next((side for side in row.sides if side.pk == party.pk), None)
    parties = parties_of(row, by)
    if found is None or not (parties & WORKING or found == side_of(row, by)):
        raise Refused(_("同意不同意，要由这一家自己说，或者由办理的人问过再记。"))
    if row.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refused(_("现在不用再问同意不同意了。"))
    if found.agreed_on:
        raise Refused(_("这一家已经同意了。"))
    found.agreed_on, found.agreed_by = clock.today(), by
    found.save(update_fields=["agreed_on", "agreed_by"])
    update = _write(row, Update.Kind.REMARK, by=by, details={"agreed": True}, party=found)
    audit.record("request_agreed", row, by=by, changes={"side": [None, found.side]})
    _tell(row, update, by)
    return found


@transaction.atomic
def step(
    request: ServiceRequest,
    action: str,
    *,
    by: User | None,
    version: int | None = None,
    text: str = "",
    note: str = "",
    photos: Sequence[CleanPhoto] = (),
    agreement: Sequence[Cleaned] = (),
    **given: Any,
) -> ServiceRequest:
    """Take one step of the table of states; `given` is what the step needs.

    Raises Refused where the step is not open any more (with what the other person did), where it is somebody else's
    to take, where something is missing, or where a rule of its own forbids it. `version` is the one that was shown.
    `agreement` is what two households have signed. What a household itself says stays with it.
    """
    row = locked(request)
    if version is not None and version != row.version:
        raise Refused(too_late(row, by))
    parties = parties_of(row, by)
    refusal = why_not(row, action, by=by, parties=parties)
    if refusal:
        raise Refused(refusal)
    transition = REQUESTS.find(row.state, action, parties, {**given, "text": text, "photos": photos})
    before = row.state
    effect = EFFECTS.get(action)
    details = effect(row, by, photos=photos, text=text, agreement=agreement, **given) if effect else {}
    row.state = transition.target
    row.version += 1
    if row.state in ENDED:
        row.closed_at = clock.now()
    row.save()
    _walked(
        row,
        action,
        before,
        by=by,
        text=text or given.get("turn_to", ""),
        note=note,
        photos=photos,
        details=details,
        agreement=agreement,
        party=side_of(row, by) if by and row.has_parties else None,
    )
    if action == "conclude" and row.follow_up_on and by:
        sides.follow_up(row, by=by)
    return row


@transaction.atomic
def add_update(
    request: ServiceRequest,
    *,
    by: User,
    text: str = "",
    note: str = "",
    photos: Sequence[CleanPhoto] = (),
    party: Party | None = None,
) -> None:
    """Add a remark or photos that the reporter sees too, or a note that only those who work on it see.

    Of a mediation `party` is the household that reads it, None both; what a household writes is its own. Raises Refused
    where the request has ended, where nothing is said, or where it is not theirs to write.
    """
    row = locked(request)
    parties = parties_of(row, by)
    if row.state in ENDED:
        raise Refused(_("这件事已经结束了，不能再补充。有新的情况，请重新提一件。"))
    if not parties or (note and not parties & WORKING):
        raise Refused(_("这件事要由提出的人和办理的人来补充。"))
    if not (text or note or photos):
        raise Refused(_("请写一句话，或者附一张照片。"))
    own = side_of(row, by)
    if party and party.request_id != row.pk:
        raise Refused(_("这一家不在这件事里。"))
    if text or photos:
        _remark(row, by, text, photos, own or party, wrote=row.has_parties and own is None)
    if note:
        _write(row, Update.Kind.NOTE, by=by, note=note)
        audit.record("request_note", row, by=by)


@transaction.atomic
def bring_photo(request: ServiceRequest, photo: Attachment, *, by: User) -> None:
    """Add a photo to what was said when the request was made: it has only been longer under way.

    It becomes a file of the request's own; nothing is added to a request that has ended.
    """
    row = locked(request)
    if row.state in ENDED:
        return
    updates = Update.objects.unscoped(reason="the first word of a request already found")
    first = updates.filter(request=row, kind=Update.Kind.STEP).order_by("at", "pk")[0]
    own = Attachment(
        community_id=row.community_id,
        sha256=photo.sha256,
        name=photo.name,
        content_type=photo.content_type,
        size=photo.size,
        width=photo.width,
        height=photo.height,
        created_by=by,
    )
    own.save(force_insert=True)
    before = UpdatePhoto.objects.unscoped(reason="the photos of an update already found").filter(update=first).count()
    UpdatePhoto.objects.create(
        community_id=row.community_id,
        update=first,
        attachment=own,
        moment=UpdatePhoto.Moment.BEFORE,
        order=before + 1,
    )


def close_unrated() -> int:
    """Close what was resolved a week ago and not rated: *not rated*, never "satisfied". Gives how many."""
    closed = 0
    for row in ServiceRequest.objects.unrated_since(clock.now() - timedelta(days=RATING_DAYS)).order_by("resolved_at"):
        try:
            step(row, "lapse", by=None)
        except Refused:
            continue  # rated in the meantime
        closed += 1
    return closed


def too_late(row: ServiceRequest, user: User | None = None) -> str:
    """What the second of two people is told: what the first did, when, and where the request stands now."""
    last = Update.objects.last_step(row, user)
    if last is None:
        return _("就在您之前有了新的进展，现在是“%(state)s”。") % {"state": row.get_state_display()}
    return _("就在您之前（%(when)s）%(headline)s，现在是“%(state)s”。请看一看再决定，您写的还在。") % {
        "when": when(last.at),
        "headline": words.headline(last, user),
        "state": row.get_state_display(),
    }


def why_not(row: ServiceRequest, action: str, *, by: User | None, parties: frozenset[str] | None = None) -> str:
    """Why this step cannot be taken now by this person, as a sentence; "" when it can."""
    parties = parties_of(row, by) if parties is None else parties
    now = [one for one in REQUESTS if one.source == row.state and one.action == action]
    if not now:
        return too_late(row, by)
    if not any(parties & set(one.who) for one in now):
        return _("这一步要由别的同志来办。")
    return bar(row, action, by, parties)


# What each step does besides moving on; gives the names and words that its sentence needs. -------------------------


def _accept(row: ServiceRequest, by: User, *, category: Category, **_given: Any) -> Details:
    if category.community_id != row.community_id:
        raise Refused(_("请从本社区的类别里选一个。"))
    if row.has_parties and not category.is_mediation:
        raise Refused(_("两家之间的调解，不能改成别的类别。"))
    changed = category.pk != row.category_id
    row.accepted_at, row.accepted_by = clock.now(), by
    row.category, row.is_confidential = category, category.is_confidential
    if category.never_public:
        row.visibility = ServiceRequest.Visibility.HANDLERS
    calendar = work_calendar()
    row.due_at = deadlines.finish_due(category, row.submitted_at, calendar)
    if changed:
        row.sign_due_at = deadlines.sign_due(category, row.submitted_at, calendar)
    return {"category": category.name} if changed else {}


def _reject(row: ServiceRequest, by: User, *, reason: str, **_given: Any) -> Details:
    row.reject_reason = reason
    return {"reason": reason}


def _dispatch(
    row: ServiceRequest, by: User, *, handler: User, co_handlers: Iterable[User] = (), **_given: Any
) -> Details:
    roles = {one.user_id: one.role for one in possible_handlers(row.community_id, row.category)}
    helpers = [one for one in co_handlers if one.pk != handler.pk]
    if any(one.pk not in roles for one in (handler, *helpers)):
        raise Refused(_("请从名单里选一位办理人。"))
    if row.reporter_id == handler.pk:
        raise Refused(_("请派给提出人以外的人来办。"))
    if sides.live_in(row) & {one.pk for one in (handler, *helpers)}:
        raise Refused(_("请派给两家以外的人来说和。"))
    row.handler, row.handler_role = handler, roles[handler.pk]
    row.co_handlers.set(helpers)
    return {
        "handler": handler.name,
        "handler_role": roles[handler.pk],
        "helpers": [[one.name, roles[one.pk]] for one in helpers],
    }


def _sign(
    row: ServiceRequest, by: User, *, first_contact_at: datetime, appointment: str = "", **_given: Any
) -> Details:
    submitted = row.submitted_at.replace(second=0, microsecond=0)  # a form gives whole minutes
    if not submitted <= first_contact_at <= clock.now():
        raise Refused(_("第一次联系的时间要在提交之后、现在以前。"))
    row.first_contact_at = row.first_contact_at or first_contact_at
    row.signed_at, row.signed_by, row.appointment = clock.now(), by, appointment
    return {"appointment": appointment}


def _hand_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.handler, row.handler_role = None, ""
    row.co_handlers.clear()
    row.hop_count += 1
    return {}


def _reply(
    row: ServiceRequest,
    by: User,
    *,
    result: str,
    photos: Sequence[CleanPhoto],
    agreement: Sequence[Cleaned] = (),
    **_given: Any,
) -> Details:
    if row.has_parties and result != ServiceRequest.Result.IMPOSSIBLE and not agreement:
        raise Refused(_("谈拢了，请附上两家签过字的调解协议，拍照或 PDF 都可以。"))
    if row.category.needs_photo and not photos:
        raise Refused(_("请附一张办完以后的照片，让居民和审核的人都看得到。"))
    row.result, row.replied_at, row.appointment = result, clock.now(), ""
    return {"result": result}


def _send_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.result, row.replied_at = "", None
    return {}


def _resolve(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.resolved_at, row.resolved_by = clock.now(), by
    return {}


def _decline(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.reject_reason = ServiceRequest.RejectReason.NOT_AGREED
    return {"reason": row.reject_reason}


def _conclude(row: ServiceRequest, by: User, *, follow_up_on: date | None = None, **_given: Any) -> Details:
    if row.has_parties and row.result != ServiceRequest.Result.IMPOSSIBLE and follow_up_on is None:
        raise Refused(_("请写明哪天去两家回访。"))
    if follow_up_on is not None and follow_up_on <= clock.today():
        raise Refused(_("回访的日子要在今天以后。"))
    row.follow_up_on = follow_up_on if row.has_parties else None
    return _resolve(row, by)


def _rate(
    row: ServiceRequest, by: User, *, solved: str, score: int, text: str, reasons: Sequence[str] = (), **_given: Any
) -> Details:
    Rating.objects.create(
        community=row.community,
        request=row,
        round=row.round,
        solved=solved,
        score=score,
        reasons=list(reasons),
        text=text,
        by=by,
    )
    return {"solved": solved, "score": int(score)}


EFFECTS: dict[str, Callable[..., Details]] = {
    "accept": _accept,
    "reject": _reject,
    "decline": _decline,
    "dispatch": _dispatch,
    "sign": _sign,
    "hand_back": _hand_back,
    "reply": _reply,
    "send_back": _send_back,
    "resolve": _resolve,
    "conclude": _conclude,
    "rate": _rate,
}


# What every step leaves behind ---------------------------------------------------------------------------------------


def _walked(
    row: ServiceRequest,
    action: str,
    before: str,
    *,
    by: User | None,
    text: str,
    details: Details,
    note: str = "",
    photos: Sequence[CleanPhoto] = (),
    agreement: Sequence[Cleaned] = (),
    party: Party | None = None,
) -> ServiceRequest:
    update = _write(
        row,
        Update.Kind.STEP,
        by=by,
        action=action,
        before=before,
        text=text,
        note="" if row.has_parties else note,
        details=details,
        photos=photos,
        party=party,
    )
    if row.has_parties and note:
        # A row of its own: the step is read by both households.
        _write(row, Update.Kind.NOTE, by=by, note=note)
    _keep_agreement(row, update, agreement, by)
    audit.record(f"request_{action}", row, by=by, changes={"state": [before, row.state]})
    _tell(row, update, by)
    return row


def _remark(
    row: ServiceRequest, by: User, text: str, photos: Sequence[CleanPhoto], party: Party | None, *, wrote: bool
) -> None:
    """`wrote`: by those who work on a mediation, to one household or both."""
    details = {"wrote": True} if wrote else {}
    update = _write(row, Update.Kind.REMARK, by=by, text=text, photos=photos, party=party, details=details)
    audit.record("request_remark", row, by=by)
    _tell(row, update, by)


def _write(
    row: ServiceRequest,
    kind: str,
    *,
    by: User | None,
    action: str = "",
    before: str = "",
    text: str = "",
    note: str = "",
    details: Details | None = None,
    photos: Sequence[CleanPhoto] = (),
    party: Party | None = None,
) -> Update:
    update = Update(
        community_id=row.community_id,
        request=row,
        party=party,
        kind=kind,
        action=action,
        from_state=before,
        to_state=row.state,
        public_text=text,
        internal_note=note,
        details=details or {},
        by=by,
        by_role=role_in(row, by) if by else "",
        at=clock.now(),
    )
    insert([update])
    _keep_photos(row, update, photos, by)
    return update


def _keep_photos(row: ServiceRequest, update: Update, photos: Sequence[CleanPhoto], by: User | None) -> None:
    if not photos:
        return
    at_work = row.state in (State.IN_PROGRESS, State.REVIEW) and by is not None
    after = at_work and bool(parties_of(row, by) & {HANDLER, CO_HANDLER})
    moment = UpdatePhoto.Moment.AFTER if after else UpdatePhoto.Moment.BEFORE
    named = [(f"{row.number}-{update.at:%m%d%H%M}-{order}.jpg", photo) for order, photo in enumerate(photos, start=1)]
    attachments = store_photos(named, community=row.community, by=by)
    insert(
        UpdatePhoto(community_id=row.community_id, update=update, attachment=attachment, moment=moment, order=order)
        for order, attachment in enumerate(attachments, start=1)
    )


def _keep_agreement(row: ServiceRequest, update: Update, agreement: Sequence[Cleaned], by: User | None) -> None:
    for order, paper in enumerate(agreement, start=1):
        name = f"{row.number}-{_('调解协议')}-{order}{paper.suffix}"
        kept = store(paper.content, name=name, content_type=paper.content_type, community=row.community, by=by)
        UpdatePhoto.objects.create(
            community_id=row.community_id,
            update=update,
            attachment=kept,
            moment=UpdatePhoto.Moment.AGREEMENT,
            order=100 + order,
        )


def _tell(row: ServiceRequest, update: Update, by: User | None) -> None:
    """Leave each party its own sentence, in the language of the community: who reads it is not who acts."""
    said = "agree" if update.details.get("agreed") else update.action or update.kind
    reporters = [row.reporter] if row.reporter else []
    handlers = [row.handler, *row.co_handlers.all()] if row.handler else []
    if row.has_parties and handlers:
        concerned = sides.live_in(row)
        handlers = [one for one in handlers if one.pk not in concerned]
    leaders = leaders_of(row) if said in words.TO_LEADER else []
    told: set[int | None] = {by.pk if by else None}
    with translation.override(settings.LANGUAGE_CODE):
        asking = (sides.told(row, update), words.TO_SIDE) if row.has_parties else (reporters, words.TO_REPORTER)
        if said == "log":
            asking = (reporters, words.TO_REPORTER)
        for people, texts in (asking, (handlers, words.TO_HANDLER), (leaders, words.TO_LEADER)):
            fresh = [one for one in people if one.pk not in told]
            if said in texts and fresh:
                told |= {one.pk for one in fresh}
                notify(fresh, about=row, kind=f"request_{said}", text=_sentence(texts[said], row, update))


def _sentence(pattern: words.Text, row: ServiceRequest, update: Update) -> str:
    return str(pattern) % {
        **words.particulars(update),
        "who": words.who_of(update),
        "title": row.title,
        "number": row.number,
        "category": row.category.label,
        "due": day(row.due_at),
    }


# Who and where -------------------------------------------------------------------------------------------------------


def _number(community: Community) -> str:
    """ZF225-2026-000123: the community's prefix, the year, and a number without gaps."""
    year = str(clock.today().year)
    return f"ZF{community.short_name}-{year}-{next_number(community, kind='request', period=year):06d}"


def _placed(
    kind: str, place: str, building: Building | None, household: Household | None
) -> tuple[str, str, Building | None]:
    """Which kind of place it is, its words, and the building it belongs to."""
    kinds = ServiceRequest.Place
    kind = kind or (kinds.BUILDING if building else kinds.ELSEWHERE if place else kinds.HOME)
    if kind == kinds.HOME and household:
        return kind, household.dwelling.label, household.building
    if kind == kinds.BUILDING and building:
        return kind, f"{building.label} {place}".strip(), building
    if kind == kinds.ELSEWHERE and place:
        return kind, place, None
    raise Refused(_("请说清楚在哪里，办的人才找得到。"))


def _grid_of(building: Building | None, household: Household | None, by: User) -> Grid | None:
    if building and building.grid:
        return building.grid
    if household and household.building.grid:
        return household.building.grid
    grids = by.scope.grids
    return Grid.objects.unscoped(reason="the grid one leads").get(pk=next(iter(grids))) if len(grids) == 1 else None


def _account_of_head(household: Household | None, name: str) -> User | None:
    """The account of the household's head, who then follows the request; none where another person is named."""
    if household is None or household.head is None or (name and name != household.head.name):
        return None
    held = (
        Appointment.objects.unscoped(reason="the account of the head of a household already found")
        .current()
        .filter(role=Role.RESIDENT, household=household, resident=household.head, user__is_active=True)
        .select_related("user")
        .first()
    )
    return held.user if held else None


def _name_of(reporter: User | None, household: Household | None) -> str:
    if reporter:
        return reporter.name
    if household and household.head:
        return household.head.name
    raise Refused(_("请写上是谁提出的，办的人好联系。"))


def _phone_of(reporter: User | None, household: Household | None) -> Any:
    if reporter:
        return reporter.phone
    if household:
        return household.phone or (household.head.phone if household.head else "")
    return ""
