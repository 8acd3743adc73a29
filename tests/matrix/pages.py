"""Which address shows whose record to which roles; one entry for each address of the URLconf."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from community.access import OF_ROLE
from community.access import Permission as P
from community.roles import Office, Role
from tests.matrix.world import World

OFFICE = {Role.COMMUNITY_STAFF, Role.SECRETARY}
CARERS = OFFICE | {Role.GRID_LEADER, Role.BUILDING_STEWARD}
COMMITTEE = {f"{Role.COMMITTEE}:{office}" for office in Office.values}


RESIDENTS_SEE = {Role.RESIDENT}
ON_REQUEST = {Role.RESIDENT, Role.GRID_LEADER, Role.RED_STEWARD, *OFFICE}
BOOKKEEPER = {f"{Role.COMMITTEE}:{Office.BOOKKEEPER}"}
CASHIER = {f"{Role.COMMITTEE}:{Office.CASHIER}"}
READS = {Role.AUDITOR, Role.SECRETARY}
BOOKS = COMMITTEE | READS
ACCOUNTS = COMMITTEE | OFFICE | RESIDENTS_SEE | {Role.AUDITOR}
LETTERS = OFFICE | {Role.GRID_LEADER}
OWNERS = LETTERS | COMMITTEE


@dataclass(frozen=True)
class Page:
    """`needs` is the view's permission; `sees` the roles that see the record of their own place (None: no record).

    `answer` is what they get, `answers` what single roles get instead, `answers_own` what they get in their own
    place. `post` sends an empty form, which must never pass as another's: whoever may not see the record gets the same
    404 or 403.
    """

    needs: P | None = None
    sees: frozenset[str] | set[str] | None = None
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}
    answer: int = 200
    answers: Mapping[str, int] = field(default_factory=dict)
    answers_own: Mapping[str, int] = field(default_factory=dict)
    public: bool = False
    post: bool = False
    query: str = ""


def pk_of(record: str, key: str = "pk", **more: str) -> Callable[[World], dict[str, Any]]:
    """The keyword arguments that name a record of the own place; `more` maps further arguments to records."""
    return lambda world: {
        key: world.records[record].pk,
        **{name: world.records[other].pk for name, other in more.items()},
    }


def with_text(record: str, **texts: str) -> Callable[[World], dict[str, Any]]:
    """As `pk_of`, with further arguments given as they are."""
    return lambda world: {"pk": world.records[record].pk, **texts}


def with_resident(**texts: str) -> Callable[[World], dict[str, Any]]:
    """The keyword arguments that name the resident of the own place, and texts given as they are."""
    return lambda world: {"resident_pk": world.records["resident"].pk, **texts}


def budget_of(world: World) -> dict[str, Any]:
    """The keyword arguments that name the year of a budget of the own place."""
    return {"pk": world.records["book"].pk, "year": world.records["budget"].year}


def whole_of(publication: str) -> Callable[[World], dict[str, Any]]:
    """The keyword arguments that name a published quarter as a whole, as if it were a line of it."""
    return lambda world: {"pk": world.records[publication].pk, "section": 0, "position": 0}


CORE = {
    "core:job": Page(None, {Role.COMMUNITY_STAFF}, pk_of("job")),
    "core:set_care": Page(public=True, post=True, answer=302),
    "core:set_language": Page(public=True, post=True, answer=302),
}

COMMUNITY = {
    "community:home": Page(public=True, answers={role: 302 for role in Role.values if P.TODAY in OF_ROLE[role]}),
    "community:mine": Page(),
    "community:my_data": Page(answer=302),
    "community:retention": Page(P.RETENTION_VIEW),
    "community:today": Page(P.TODAY),
    "community:calendar": Page(P.REQUEST_SETTINGS, answer=302),
    "community:calendar_year": Page(P.REQUEST_SETTINGS, kwargs=lambda world: {"year": 2026}),
    "community:calendar_days": Page(P.REQUEST_SETTINGS, kwargs=lambda world: {"year": 2026}),
    "community:calendar_swap": Page(P.REQUEST_SETTINGS, kwargs=lambda world: {"year": 2026}),
    "community:calendar_bring_in": Page(P.REQUEST_SETTINGS, kwargs=lambda world: {"year": 2026}),
    "community:calendar_complete": Page(P.REQUEST_SETTINGS, kwargs=lambda world: {"year": 2026}),
    "community:healthz": Page(public=True, answer=503),
    "community:notices": Page(),
    "community:notices_read": Page(post=True, answer=302),
    "community:notice_open": Page(None, RESIDENTS_SEE, pk_of("notice"), post=True, answer=302),
    "community:messages": Page(),
    "community:messages_address": Page(),
    "community:messages_code": Page(answer=302),
    "community:messages_off": Page(post=True, answer=302),
    "community:messages_stop": Page(public=True, kwargs=lambda world: {"token": "made-up"}, answer=404),
    "community:message_again": Page(None, RESIDENTS_SEE | OFFICE, pk_of("delivery"), post=True, answer=302),
    "community:messages_office": Page(P.MESSAGES_MANAGE),
    "community:messages_group_new": Page(P.MESSAGES_MANAGE),
    "community:messages_group": Page(P.MESSAGES_MANAGE, OFFICE, pk_of("work_group")),
    "community:messages_group_end": Page(P.MESSAGES_MANAGE, OFFICE, pk_of("work_group")),
    "community:reveal": Page(None, CARERS, with_text("resident", label="grids.resident", field="phone")),
    "community:activate": Page(public=True),
    "community:activate_account": Page(public=True, answer=302),
    "community:letters": Page(P.LETTER_ISSUE),
    "community:letter_new": Page(P.LETTER_ISSUE),
    "community:letter_account": Page(P.LETTER_ISSUE),
    "community:letter_password": Page(P.LETTER_ISSUE, LETTERS, pk_of("resident_user")),
    "community:letter_batch": Page(P.LETTER_ISSUE, set(), pk_of("job")),
    "community:letter_hand_over": Page(P.LETTER_ISSUE, LETTERS, pk_of("letter")),
    "community:letter_void": Page(P.LETTER_ISSUE, LETTERS, pk_of("letter")),
    "community:appointments": Page(P.APPOINT),
    "community:appointment_new": Page(P.APPOINT),
    "community:appointment_end": Page(P.APPOINT, {Role.SECRETARY}, pk_of("appointment")),
    "community:second_factor_drop": Page(P.APPOINT, {Role.SECRETARY}, pk_of("staff_user")),
}

GRIDS = {
    "grids:places": Page(P.HOUSEHOLD_VIEW),
    "grids:search": Page(),
    "grids:building": Page(P.HOUSEHOLD_VIEW, CARERS, pk_of("building")),
    "grids:household": Page(P.HOUSEHOLD_VIEW, CARERS, pk_of("household")),
    "grids:mine": Page(P.OWN_HOUSEHOLD),
    "grids:own_value": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, with_resident(field="phone"), post=True),
    "grids:own_consent": Page(
        P.OWN_HOUSEHOLD, RESIDENTS_SEE, with_resident(kind="visit_photos"), post=True, answer=302
    ),
    "grids:own_readings": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("household")),
    "grids:own_changes": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("household")),
    "grids:tell": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, with_text("household", kind="leave")),
    "grids:correct_household": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, with_text("household", field="phone")),
    "grids:correct_resident": Page(
        P.OWN_HOUSEHOLD, RESIDENTS_SEE, lambda world: pk_of("household")(world) | with_resident(field="phone")(world)
    ),
    "grids:proposal_withdraw": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("proposal"), post=True, answer=302),
    "grids:proposals": Page(P.HOUSEHOLD_EDIT),
    "grids:proposal": Page(P.HOUSEHOLD_EDIT, LETTERS, pk_of("proposal")),
    "grids:proposal_decline": Page(P.HOUSEHOLD_EDIT, LETTERS, pk_of("proposal")),
    "grids:consents": Page(P.HOUSEHOLD_EDIT, CARERS, pk_of("household")),
    "grids:erasure_ask": Page(),
    "grids:erasure_withdraw": Page(None, RESIDENTS_SEE, pk_of("erasure"), post=True, answer=302),
    "grids:erasures": Page(P.ERASURE_DECIDE),
    "grids:erasure_behalf": Page(P.ERASURE_DECIDE, OFFICE, pk_of("resident")),
    "grids:erasure": Page(P.ERASURE_DECIDE, OFFICE, pk_of("erasure")),
    "grids:erasure_decline": Page(P.ERASURE_DECIDE, OFFICE, pk_of("erasure")),
    "grids:household_edit": Page(P.HOUSEHOLD_EDIT, CARERS, pk_of("household")),
    "grids:member_add": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:birth": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:death": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:leave": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:move": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:split": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:join": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:head": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("household")),
    "grids:door": Page(P.HOUSEHOLD_MOVE),
    "grids:household_new": Page(P.HOUSEHOLD_MOVE, LETTERS, pk_of("dwelling")),
    "grids:resident": Page(P.HOUSEHOLD_VIEW, CARERS, pk_of("resident")),
    "grids:duplicates": Page(P.REGISTER_MERGE),
    "grids:merge_residents": Page(P.REGISTER_MERGE, OFFICE, pk_of("resident", "first", second="twin")),
    "grids:merge_households": Page(P.REGISTER_MERGE, OFFICE, pk_of("household", "first", second="twin_household")),
    "grids:different": Page(
        P.REGISTER_MERGE,
        OFFICE,
        lambda world: {"kind": "resident", **pk_of("resident", "first", second="twin")(world)},
        post=True,
        answer=302,
    ),
    "grids:merge": Page(P.REGISTER_MERGE, OFFICE, pk_of("merge")),
    "grids:building_past": Page(P.HOUSEHOLD_VIEW, CARERS, pk_of("building")),
    "grids:resident_edit": Page(P.HOUSEHOLD_EDIT, CARERS, pk_of("household", resident_pk="resident")),
    "grids:care": Page(P.CARE_MANAGE),
    "grids:care_hints": Page(P.CARE_MANAGE),
    "grids:care_board": Page(P.CARE_MANAGE),
    "grids:gaps": Page(P.CARE_MANAGE),
    "grids:my_pairings": Page(P.HOUSEHOLD_VIEW),
    "grids:care_add": Page(P.CARE_MANAGE, LETTERS, pk_of("household")),
    "grids:care_change": Page(P.CARE_MANAGE, LETTERS, pk_of("care_tag")),
    "grids:care_end": Page(P.CARE_MANAGE, LETTERS, pk_of("care_tag")),
    "grids:pair": Page(P.CARE_MANAGE, LETTERS, with_text("household", kind="steward")),
    "grids:pair_building": Page(P.CARE_MANAGE, LETTERS, pk_of("building"), post=True, answer=302),
    "grids:pairing_end": Page(P.CARE_MANAGE, LETTERS, pk_of("pairing")),
    "grids:estates": Page(P.HOUSEHOLD_VIEW),
    "grids:estate_add": Page(P.PLACES_MANAGE),
    "grids:estate_edit": Page(P.PLACES_MANAGE, OFFICE, pk_of("estate")),
    "grids:grids": Page(P.HOUSEHOLD_VIEW),
    "grids:grid_add": Page(P.PLACES_MANAGE),
    "grids:grid_limits": Page(P.PLACES_MANAGE, OFFICE, pk_of("place")),
    "grids:grid": Page(P.HOUSEHOLD_VIEW, LETTERS, pk_of("grid")),
    "grids:grid_edit": Page(P.PLACES_MANAGE, OFFICE, pk_of("grid")),
    "grids:grid_work_group": Page(P.PLACES_MANAGE, OFFICE, pk_of("grid")),
    "grids:buildings": Page(P.HOUSEHOLD_VIEW),
    "grids:building_add": Page(P.PLACES_MANAGE),
    "grids:building_manage": Page(P.PLACES_MANAGE, OFFICE, pk_of("building")),
    "grids:building_edit": Page(P.PLACES_MANAGE, OFFICE, pk_of("building")),
    "grids:building_move": Page(P.PLACES_MANAGE, OFFICE, pk_of("building")),
    "grids:unit_add": Page(P.PLACES_MANAGE, OFFICE, pk_of("building")),
    "grids:dwelling_add": Page(P.PLACES_MANAGE, OFFICE, pk_of("building")),
    "grids:dwellings": Page(P.OWNERS_VIEW),
    "grids:dwelling": Page(P.OWNERS_VIEW, OWNERS, pk_of("dwelling")),
    "grids:dwelling_edit": Page(P.PLACES_MANAGE, OFFICE, pk_of("dwelling")),
    "grids:dwelling_give": Page(P.OWNERS_EDIT, OFFICE, pk_of("dwelling")),
    "grids:owner_groups": Page(P.OWNERS_VIEW),
    "grids:owner_group_add": Page(P.OWNERS_EDIT),
    "grids:owner_group": Page(P.OWNERS_VIEW, OWNERS, pk_of("owner_group")),
    "grids:owner_group_edit": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group")),
    "grids:owner_group_give": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group")),
    "grids:owner_group_join": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group", other_pk="other_group")),
    "grids:ownership_end": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group", ownership_pk="ownership")),
    "grids:owner_add": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group")),
    "grids:owner_edit": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group", owner_pk="owner")),
    "grids:owner_remove": Page(P.OWNERS_EDIT, OFFICE, pk_of("owner_group", owner_pk="owner")),
    "grids:roster_send": Page(P.ROSTER_IMPORT),
    "grids:roster": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster")),
    "grids:roster_columns": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster")),
    "grids:roster_full": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster")),
    "grids:roster_part": Page(P.ROSTER_IMPORT, OFFICE, with_text("roster", part="new")),
    "grids:roster_headings": Page(P.ROSTER_IMPORT),
    "grids:roster_heading_forget": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster_heading"), post=True, answer=302),
    "grids:roster_doubts": Page(P.ROSTER_IMPORT),
    "grids:roster_doubt": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster_doubt")),
    "grids:roster_doubt_dismiss": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster_doubt")),
    "grids:households": Page(P.HOUSEHOLD_VIEW),
    "grids:residents": Page(P.HOUSEHOLD_VIEW),
    "grids:export_households": Page(P.REGISTER_EXPORT),
    "grids:export_residents": Page(P.REGISTER_EXPORT),
    "grids:export_care": Page(P.REGISTER_EXPORT),
    "grids:export_owner_groups": Page(P.REGISTER_EXPORT),
    "grids:export": Page(P.REGISTER_EXPORT, set(), pk_of("job")),
}

HELPDESK = {
    "helpdesk:list": Page(P.REQUEST_HANDLE),
    "helpdesk:mine": Page(P.REQUEST_VIEW),
    "helpdesk:new": Page(P.REQUEST_LOG, answer=302, answers={Role.RESIDENT: 200}),
    "helpdesk:behalf": Page(P.REQUEST_HANDLE),
    "helpdesk:board": Page(P.REQUEST_TRIAGE),
    "helpdesk:handlers": Page(P.REQUEST_TRIAGE),
    "helpdesk:hand_over": Page(P.REQUEST_TRIAGE, LETTERS, pk_of("steward_user")),
    "helpdesk:appoint": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request"), answer=302),
    "helpdesk:call_off": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request"), answer=302),
    "helpdesk:appointment_file": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request"), answer=404),
    "helpdesk:draft": Page(P.REQUEST_LOG, post=True, answer=302),
    "helpdesk:draft_drop": Page(P.REQUEST_LOG, post=True, answer=302),
    "helpdesk:draft_behalf": Page(P.REQUEST_LOG, post=True, answer=302),
    "helpdesk:draft_behalf_drop": Page(P.REQUEST_LOG, post=True, answer=302),
    "helpdesk:similar": Page(P.REQUEST_LOG, answer=204),
    "helpdesk:track": Page(public=True),
    "helpdesk:receipt": Page(P.REQUEST_HANDLE, LETTERS, pk_of("behalf")),
    "helpdesk:informant": Page(P.REQUEST_VIEW, {Role.SECRETARY}, pk_of("tip_off")),
    "helpdesk:fixtures": Page(P.REQUEST_SETTINGS),
    "helpdesk:fixture_add": Page(P.REQUEST_SETTINGS),
    "helpdesk:fixture_edit": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("fixture")),
    "helpdesk:fixture_retire": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("fixture"), post=True, answer=302),
    "helpdesk:fixture_sign": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("fixture")),
    "helpdesk:fixture_signs": Page(P.REQUEST_SETTINGS, answers_own=dict.fromkeys(OFFICE, 200), answer=302),
    "helpdesk:settings": Page(P.REQUEST_SETTINGS),
    "helpdesk:categories": Page(P.REQUEST_SETTINGS),
    "helpdesk:category_add": Page(P.REQUEST_SETTINGS),
    "helpdesk:category_edit": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("category")),
    "helpdesk:rules": Page(P.REQUEST_SETTINGS),
    "helpdesk:rule_add": Page(P.REQUEST_SETTINGS),
    "helpdesk:rule_edit": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("rule")),
    "helpdesk:rule_move": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("rule"), post=True, answer=302),
    "helpdesk:rule_drop": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("rule"), post=True, answer=302),
    "helpdesk:replies": Page(P.REQUEST_SETTINGS),
    "helpdesk:reply_add": Page(P.REQUEST_SETTINGS),
    "helpdesk:reply_edit": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("ready_words")),
    "helpdesk:reply_drop": Page(P.REQUEST_SETTINGS, OFFICE, pk_of("ready_words"), post=True, answer=302),
    "helpdesk:rates": Page(P.RATES_VIEW),
    "helpdesk:rate_cases": Page(P.REQUEST_TRIAGE),
    "helpdesk:spots": Page(P.REQUEST_TRIAGE),
    "helpdesk:spot": Page(P.REQUEST_TRIAGE, LETTERS, pk_of("spot")),
    "helpdesk:done": Page(public=True),
    "helpdesk:story": Page(public=True, kwargs=pk_of("story")),
    "helpdesk:story_photo": Page(public=True, kwargs=with_text("story", which="after")),
    "helpdesk:story_take_back": Page(P.REQUEST_VIEW, RESIDENTS_SEE | LETTERS, pk_of("story"), post=True, answer=302),
    "helpdesk:story_write": Page(P.REQUEST_TRIAGE, LETTERS, pk_of("done")),
    "helpdesk:thanks": Page(public=True),
    "helpdesk:thanks_new": Page(P.REQUEST_LOG),
    "helpdesk:thanks_paper": Page(P.REQUEST_SETTINGS),
    "helpdesk:thanks_letter": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE | LETTERS, pk_of("thanks")),
    "helpdesk:thanks_photo": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE | LETTERS, pk_of("thanks")),
    "helpdesk:thanks_photo_out": Page(public=True, kwargs=pk_of("thanks"), answer=404),
    "helpdesk:thanks_publish": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE | LETTERS, pk_of("thanks"), post=True, answer=302),
    "helpdesk:thanks_unpublish": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE | LETTERS, pk_of("thanks"), post=True, answer=302),
    "helpdesk:thanks_withdraw": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE | LETTERS, pk_of("thanks"), post=True, answer=302),
    "helpdesk:digest": Page(P.REQUEST_TRIAGE),
    "helpdesk:digest_send": Page(P.MESSAGES_MANAGE, post=True, answer=302),
    "helpdesk:keys": Page(P.API_KEYS),
    "helpdesk:key_new": Page(P.API_KEYS),
    "helpdesk:key_revoke": Page(P.API_KEYS, {Role.SECRETARY}, pk_of("api_key")),
    "open311:root": Page(public=True),
    "open311:discovery": Page(public=True, kwargs=lambda world: {"form": "xml"}),
    # There are two communities, and none is named.
    "open311:services": Page(public=True, kwargs=lambda world: {"form": "json"}, answer=400),
    "open311:service": Page(public=True, kwargs=lambda world: {"form": "xml", "code": "plumbing"}, answer=400),
    # A sign-in opens nothing here, a key does.
    "open311:requests": Page(public=True, kwargs=lambda world: {"form": "json"}, answer=403),
    "open311:sheet": Page(public=True, answer=403),
    "open311:request": Page(
        public=True, kwargs=lambda world: {"form": "xml", "number": world.records["request"].number}, answer=403
    ),
    "open311:token": Page(public=True, kwargs=lambda world: {"form": "xml", "given": "1"}, answer=403),
    "open311:unknown": Page(public=True, kwargs=lambda world: {"rest": "x"}, answer=404),
    "helpdesk:request": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request")),
    "helpdesk:update": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request")),
    "helpdesk:name_other": Page(P.REQUEST_TRIAGE, LETTERS, pk_of("request")),
    "helpdesk:agreement": Page(P.REQUEST_HANDLE, LETTERS, pk_of("mediation")),
    "helpdesk:agree": Page(
        P.REQUEST_VIEW,
        RESIDENTS_SEE | LETTERS,
        pk_of("mediation", side_pk="mediation_side"),
        post=True,
        answer=302,
    ),
    "helpdesk:phone": Page(
        P.REQUEST_HANDLE,
        ON_REQUEST - RESIDENTS_SEE,
        pk_of("request"),
        post=True,
        answer=302,
        answers={Role.RED_STEWARD: 200},
    ),
    "helpdesk:photo": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request", photo_pk="request_photo")),
    "helpdesk:rate": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("request"), answer=302),
    "helpdesk:step": Page(
        P.REQUEST_VIEW, ON_REQUEST, with_text("request", action="sign"), answer=302, answers={Role.RED_STEWARD: 200}
    ),
}

VISITS = {
    "visits:round": Page(P.VISIT_VIEW),
    "visits:book": Page(public=True),
    "visits:book_worker": Page(public=True),
    "visits:book_manifest": Page(public=True),
    "visits:building": Page(P.VISIT_VIEW, CARERS, pk_of("building")),
    "visits:record": Page(P.VISIT_RECORD, CARERS, pk_of("target")),
    "visits:record_household": Page(P.VISIT_RECORD, CARERS, pk_of("household")),
    "visits:household_history": Page(P.VISIT_VIEW, CARERS, pk_of("household")),
    "visits:visit": Page(P.VISIT_VIEW, CARERS, pk_of("visit")),
    "visits:correct": Page(P.VISIT_RECORD, CARERS, pk_of("visit")),
    "visits:photo": Page(P.VISIT_VIEW, CARERS, pk_of("visit_photo")),
    "visits:findings": Page(P.VISIT_VIEW),
    "visits:finding": Page(P.VISIT_RECORD, CARERS, pk_of("finding")),
    "visits:finding_fix": Page(P.VISIT_RECORD, CARERS, pk_of("finding"), post=True),
    "visits:finding_request": Page(P.VISIT_RECORD, CARERS, pk_of("finding"), post=True),
    "visits:finding_hand": Page(P.VISIT_RECORD, CARERS, pk_of("finding"), post=True),
    "visits:conflicts": Page(P.VISIT_RECORD),
    "visits:settle": Page(P.VISIT_RECORD, LETTERS, pk_of("conflict"), post=True, answer=302),
    "visits:card_issue": Page(P.VISIT_RECORD, CARERS, pk_of("target")),
    "visits:card_print": Page(P.VISIT_RECORD, CARERS, pk_of("card")),
    "visits:card": Page(public=True),
    "visits:card_code": Page(public=True, kwargs=lambda world: {"code": "00000-00000"}),
    "visits:card_record": Page(public=True, answer=302),
    "visits:card_thanks": Page(public=True),
    "visits:campaigns": Page(P.CAMPAIGN_MANAGE),
    "visits:open_campaign": Page(P.CAMPAIGN_MANAGE),
    "visits:who_walks": Page(P.VISIT_VIEW),
    "visits:doors": Page(P.VISIT_VIEW),
    "visits:coverage": Page(P.VISIT_VIEW),
    "visits:hand_door": Page(P.VISIT_RECORD, LETTERS, pk_of("target")),
    "visits:hand_building": Page(P.VISIT_RECORD, LETTERS, pk_of("building")),
    "visits:hand_walker": Page(P.VISIT_RECORD, LETTERS, pk_of("walker")),
    "visits:lay_campaign": Page(P.CAMPAIGN_MANAGE, OFFICE, pk_of("campaign"), post=True, answer=302),
    "visits:sheets": Page(P.VISIT_RECORD),
    "visits:print_sheet": Page(P.VISIT_RECORD, CARERS, pk_of("building")),
    "visits:round_sheet": Page(P.VISIT_RECORD, CARERS, pk_of("round_sheet")),
    "visits:round_sheet_pdf": Page(P.VISIT_RECORD, CARERS, pk_of("round_sheet")),
    "visits:supervision": Page(P.CAMPAIGN_MANAGE),
    "visits:draw": Page(P.CAMPAIGN_MANAGE, OFFICE, pk_of("campaign"), post=True),
    "visits:talk": Page(P.CAMPAIGN_MANAGE, OFFICE, pk_of("campaign"), post=True),
    "visits:sample": Page(P.CAMPAIGN_MANAGE, OFFICE, pk_of("sample")),
    "visits:recheck": Page(P.CAMPAIGN_MANAGE, OFFICE, pk_of("recheck")),
    "visits:special": Page(P.CARE_MANAGE),
    "visits:follow_up": Page(P.CARE_MANAGE, LETTERS, pk_of("household")),
    "visits:close_campaign": Page(P.CAMPAIGN_MANAGE, OFFICE, pk_of("campaign")),
    "visits:book_key": Page(P.VISIT_RECORD),
    "visits:book_held": Page(P.VISIT_RECORD),
    "visits:book_send": Page(post=True, answer=422),
    "visits:book_photo": Page(kwargs=with_text("visit", sha256="0" * 64), post=True, answer=404),
    "visits:book_device": Page(post=True, answer=422),
    "visits:book_file": Page(P.VISIT_RECORD),
    "visits:devices": Page(P.CAMPAIGN_MANAGE),
    "visits:late_reports": Page(P.VISIT_RECORD),
    "visits:late_report": Page(P.VISIT_RECORD, LETTERS, pk_of("late_report")),
    "visits:late_take": Page(P.VISIT_RECORD, LETTERS, pk_of("late_report"), post=True, answer=302),
    "visits:late_decline": Page(P.VISIT_RECORD, LETTERS, pk_of("late_report"), post=True),
    "visits:late_photo": Page(P.VISIT_RECORD, LETTERS, pk_of("late_photo")),
}

PROPERTY = {
    "property:home": Page(P.BOOKS_VIEW, answers_own=dict.fromkeys(BOOKS, 302)),
    "property:book_open": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("estate", "estate_pk")),
    "property:book": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:vouchers": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:voucher_kinds": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book")),
    "property:voucher_new": Page(P.VOUCHER_DRAFT, BOOKKEEPER, with_text("book", kind="payment")),
    "property:accounts": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:account_add": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book")),
    "property:account": Page(P.BOOKS_VIEW, BOOKS, with_text("book", code="1002")),
    "property:limit": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("book")),
    "property:month_close": Page(
        P.BOOKS_CLOSE, BOOKKEEPER, lambda world: {"pk": world.records["book"].pk, "month": world.records["month"].month}
    ),
    "property:voucher": Page(P.BOOKS_VIEW, BOOKS, pk_of("voucher")),
    "property:voucher_edit": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("voucher")),
    "property:voucher_submit": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("voucher"), post=True, answer=302),
    "property:voucher_void": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("voucher")),
    "property:voucher_review": Page(P.VOUCHER_REVIEW, COMMITTEE, pk_of("voucher")),
    "property:voucher_settle": Page(P.VOUCHER_SETTLE, COMMITTEE, pk_of("voucher")),
    "property:voucher_send_back": Page(P.BOOKS_VIEW, BOOKS, pk_of("voucher")),
    "property:voucher_reverse": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("voucher")),
    "property:paper": Page(
        P.BOOKS_VIEW,
        BOOKS,
        lambda world: {"pk": world.records["voucher"].pk, "line": 1},
        answers_own={Role.AUDITOR: 302},
    ),
    "property:opening": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book")),
    "property:opening_take_in": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book"), post=True, answer=302),
    "property:budgets": Page(P.BOOKS_VIEW, BOOKS, pk_of("book"), answer=302),
    "property:budget": Page(P.BOOKS_VIEW, BOOKS, with_text("book", year="2020")),
    "property:budget_edit": Page(P.VOUCHER_DRAFT, BOOKKEEPER, with_text("book", year="2020")),
    "property:budget_approve": Page(P.QUARTER_PUBLISH, COMMITTEE, budget_of),
    "property:budget_paper": Page(P.BOOKS_VIEW, BOOKS, lambda world: budget_of(world) | {"version": 1}),
    "property:recurring": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:recurring_new": Page(P.VOUCHER_DRAFT, BOOKKEEPER, with_text("book", kind="payment")),
    "property:recurring_draft": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("recurring"), post=True, answer=302),
    "property:recurring_due": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book"), post=True, answer=302),
    "property:recurring_stop": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("recurring")),
    "property:fees_home": Page(P.BOOKS_VIEW, answers_own=dict.fromkeys(BOOKS, 302)),
    "property:fees": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:fee_schedules": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:fee_schedule_add": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book")),
    "property:fee_schedule_end": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", schedule_pk="fee_schedule")),
    "property:fee_schedule_change": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", schedule_pk="fee_schedule")),
    "property:fee_reliefs": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:fee_relief_end": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", relief_pk="relief")),
    "property:fee_relief_drop": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", relief_pk="relief")),
    "property:fee_vehicles": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:fee_vehicle_end": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", vehicle_pk="vehicle")),
    "property:fee_household": Page(P.BOOKS_VIEW, BOOKS, pk_of("book", home_pk="household")),
    "property:fee_take": Page(P.VOUCHER_SETTLE, CASHIER, pk_of("book", home_pk="household")),
    "property:fee_refund": Page(P.VOUCHER_SETTLE, CASHIER, pk_of("book", home_pk="household")),
    "property:fee_relief_add": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", home_pk="household")),
    "property:fee_vehicle_add": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book", home_pk="household")),
    "property:billing_runs": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:billing_run_new": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book"), query="?first=2026-01&last=2026-01"),
    "property:billing_run": Page(P.BOOKS_VIEW, BOOKS, pk_of("billing_run")),
    "property:billing_run_draft": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("billing_run"), post=True, answer=302),
    "property:fee_payments": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:payment": Page(P.ACCOUNTS_VIEW, BOOKS | RESIDENTS_SEE, pk_of("payment")),
    "property:receipt_pdf": Page(P.ACCOUNTS_VIEW, BOOKS | RESIDENTS_SEE, pk_of("payment")),
    "property:payment_undo": Page(P.VOUCHER_SETTLE, CASHIER, pk_of("payment")),
    "property:fee_days": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:fee_day_draft": Page(
        P.VOUCHER_DRAFT, BOOKKEEPER, with_text("book", day="2020-01-31"), post=True, answer=302
    ),
    "property:fee_ageing": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:fee_arrears": Page(P.BOOKS_VIEW, COMMITTEE, pk_of("book")),
    "property:fee_slips": Page(P.BOOKS_VIEW, COMMITTEE, pk_of("book")),
    "property:my_fees": Page(P.OWN_HOUSEHOLD),
    "property:receipt_check": Page(public=True),
    "property:statements": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:statement_rows": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:statement": Page(P.BOOKS_VIEW, BOOKS, pk_of("statement")),
    "property:statement_columns": Page(P.VOUCHER_SETTLE, CASHIER, pk_of("statement")),
    "property:statement_row": Page(P.BOOKS_VIEW, BOOKS, pk_of("statement_row")),
    "property:statement_row_aside": Page(P.VOUCHER_SETTLE, CASHIER, pk_of("statement_row")),
    "property:statement_row_unmatch": Page(P.VOUCHER_SETTLE, CASHIER, pk_of("statement_row"), post=True, answer=302),
    "property:cash_counts": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:cash_count_new": Page(P.VOUCHER_SETTLE, COMMITTEE, pk_of("book")),
    "property:cash_count": Page(P.BOOKS_VIEW, BOOKS, pk_of("cash_count")),
    "property:cash_count_witness": Page(P.BOOKS_VIEW, BOOKS, pk_of("cash_count"), post=True, answer=302),
    "property:cash_count_withdraw": Page(P.VOUCHER_SETTLE, COMMITTEE, pk_of("cash_count"), post=True, answer=302),
    "property:cash_count_difference": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("cash_count"), post=True, answer=302),
    "property:handovers": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:handover_new": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:handover": Page(None, BOOKS, pk_of("handover")),
    "property:handover_pdf": Page(None, BOOKS, pk_of("handover")),
    "property:handover_sign": Page(None, BOOKS, pk_of("handover"), post=True, answer=302),
    "property:handover_again": Page(None, BOOKS, pk_of("handover"), post=True, answer=302),
    "property:handover_cancel": Page(None, BOOKS, pk_of("handover")),
    "property:audit_openings": Page(P.BOOKS_VIEW, BOOKS, pk_of("book")),
    "property:audit_purpose": Page(P.BOOKS_AUDIT, {Role.AUDITOR}, pk_of("book")),
    "property:quarters": Page(P.ACCOUNTS_VIEW),
    "property:quarter_new": Page(P.QUARTER_PUBLISH, COMMITTEE, with_text("book", quarter="2020Q1")),
    "property:quarter": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("published")),
    "property:quarter_pdf": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("published")),
    "property:quarter_xlsx": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("published")),
    "property:quarter_changes": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("published"), answer=404),
    "property:quarter_line": Page(P.ACCOUNTS_VIEW, ACCOUNTS, whole_of("published")),
    "property:quarter_ask": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, whole_of("published")),
    "property:quarter_questions": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("published")),
    "property:question_answer": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("question")),
    "property:question_withdraw": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("question"), post=True, answer=302),
    "property:photo_add": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("published")),
    "property:posting_photo": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("posting_photo")),
    "property:photo_remove": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("posting_photo"), post=True, answer=302),
    "property:petition_new": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("published"), answer=302),
    "property:petition": Page(P.ACCOUNTS_VIEW, ACCOUNTS, pk_of("petition")),
    "property:petition_sign": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("petition"), post=True, answer=302),
    "property:petition_withdraw": Page(P.OWN_HOUSEHOLD, RESIDENTS_SEE, pk_of("petition"), post=True, answer=302),
    "property:petition_end": Page(P.BOOKS_VIEW, {Role.SECRETARY}, pk_of("petition")),
    "property:petition_signers": Page(P.BOOKS_VIEW, {Role.SECRETARY}, pk_of("petition")),
    "property:quarter_rows": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("draft")),
    "property:quarter_edit": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("draft")),
    "property:quarter_sign": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("draft")),
    "property:quarter_publish": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("draft")),
    "property:quarter_correct": Page(P.QUARTER_PUBLISH, COMMITTEE, pk_of("published")),
    "property:proof": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE, pk_of("published")),
    "property:proof_file": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE, pk_of("published", home="household")),
    "property:proof_paper": Page(P.ACCOUNTS_VIEW, RESIDENTS_SEE, pk_of("published", home="household")),
    "property:verifier": Page(public=True),
    "property:check": Page(public=True),
    "property:check_pdf": Page(public=True, answer=404),
}

ROOMS: dict[str, dict[str, Page]] = {
    "core": CORE,
    "community": COMMUNITY,
    "grids": GRIDS,
    "helpdesk": HELPDESK,
    "visits": VISITS,
    "property": PROPERTY,
}
