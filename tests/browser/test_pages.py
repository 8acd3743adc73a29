"""Every page that the URLconf has, as somebody sees it who may: no barrier, nothing cut off, no word left untranslated.

The pages and who sees them are those of `tests/matrix`; a new address is looked at as soon as it has its entry there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from playwright.sync_api import Page as Tab

from community.roles import Role
from tests import snapshots
from tests.browser.visitor import act_as, axe, shot, sign_in
from tests.matrix.pages import ROOMS
from tests.matrix.records import ROSTER
from tests.matrix.world import ACTORS, World, build_world
from tests.test_matrix import expected

LOOKS = [
    pytest.param("phone", "zh-CN", True, id="phone-zh-care"),
    pytest.param("desk", "en", False, id="desk-en-plain"),
]
# Pages that are another page for each role; of the others one reader is enough.
DIFFER = {"community:home", "community:today", "helpdesk:request", "property:quarters"}
# Opened by everybody, made for one.
MADE_FOR = {"visits:book": Role.GRID_LEADER}
# Answered with a file.
FILES = {
    "alliance:activity_file",
    "alliance:activity_photo",
    "alliance:advice_session_file",
    "alliance:minutes_paper",
    "alliance:study_file",
    "alliance:study_out",
    "alliance:pledge_photo",
    "stewards:certificate_pdf",
    "stewards:job_file",
    "stewards:my_duty_calendar",
    "stewards:roster_sheet",
    "stewards:receipt",
    "stewards:self_report_photo",
    "stewards:skill_paper",
    "helpdesk:fixture_sign",
    "helpdesk:fixture_signs",
    "helpdesk:photo",
    "helpdesk:receipt",
    "helpdesk:story_photo",
    "helpdesk:thanks_photo",
    "visits:photo",
    "visits:book_held",
    "visits:book_key",
    "property:budget_paper",
    "property:handover_pdf",
    "property:paper",
    "property:posting_photo",
    "property:proof_file",
    "property:proof_paper",
    "property:quarter_pdf",
    "property:quarter_xlsx",
    "property:verifier",
    "property:check_pdf",
    "property:fee_slips",
    "property:receipt_pdf",
    "visits:book_worker",
    "visits:book_manifest",
    "visits:late_photo",
    "visits:round_sheet_pdf",
}
# Answered to systems.
FOR_SYSTEMS = "open311:"
# Names that a page says to those who set a system up, as its standard spells them.
STANDARD = {"jurisdiction_id"}
# Pages of allauth: (name, role that opens it).
ACCOUNT = [
    ("account_login", "visitor"),
    ("account_reset_password", "visitor"),
    ("account_change_password", Role.RESIDENT),
    ("account_logout", Role.RESIDENT),
    ("mfa_index", Role.GRID_LEADER),
]
# A room with many pages in parts, so that no worker still has a minute to go when the others are done.
AT_ONCE = 30
PARTS = [
    pytest.param(room, part, parts, id=f"{room}-{part + 1}")
    for room, pages in ROOMS.items()
    if room != "core"
    for parts in [-(-len(pages) // AT_ONCE)]
    for part in range(parts)
]

LABELS = "h1, h2, h3, h4, legend, label, button, summary, th, dt, .btn, .state, .tile b, .nav-main a, .back, caption"
CHINESE = re.compile(r"[\u3400-\u9fff]+")
RAW = re.compile(r"\b[a-z]+_[a-z_]+\b|\{[{%]|\bundefined\b")
STATES = re.compile(
    r"\b(?:submitted|accepted|dispatched|resolved|closed|rejected|withdrawn|draft|reviewed|posted|voided|returned|open"
    r"|waiting|done|published|signing|confirmed|refused|absent|None)\b"
)

_built: list[World] = []


@pytest.fixture
def world(portal: str) -> World:
    """One record of each kind and an actor for each role, built once."""
    if snapshots.taken("world"):
        snapshots.restore("world")
    else:
        _built[:] = [build_world()]
        snapshots.take("world")
    return _built[0]


def visits(world: World, room: str) -> Iterator[tuple[str, str, str]]:
    """(name, role, address) of each page of a room, with one reader, or with all where it differs."""
    for name, page in ROOMS[room].items():
        if name in FILES or name.startswith(FOR_SYSTEMS) or page.post:
            continue
        readers = [role for role, place in ACTORS if place == "own" and expected(world, page, role, "own") == 200]
        for role in readers if name in DIFFER else [MADE_FOR[name]] if name in MADE_FOR else readers[:1]:
            yield name, role, reverse(name, kwargs=page.kwargs(world)) + page.query


def what_is_wrong(tab: Tab, language: str, data: str) -> list[str]:
    """Everything that should not be on the open page."""
    found = [*axe(tab)]
    words = str(tab.evaluate("document.body.innerText"))
    found += [f"raw: {word}" for word in sorted(set(RAW.findall(words)) - STANDARD)]
    if language == "en":
        for text in tab.locator(LABELS).all_inner_texts():
            left = [run for run in CHINESE.findall(text) if run not in data]
            found += [f"not translated: {text.strip()[:60]} ({left})"] if left and text.strip() != "中文" else []
    else:
        found += [f"a state by its name: {word}" for word in sorted(set(STATES.findall(words)))]
    size = tab.viewport_size
    tab.set_viewport_size({"width": 320, "height": 640})
    width = tab.evaluate("document.documentElement.scrollWidth")
    found += [f"{width} px wide on a screen of 320"] if width > 320 else []
    if size:
        tab.set_viewport_size(size)
    return found


def all_data() -> str:
    """Every text that people have put into the database, and nothing that the portal says by itself."""
    ours = ("community", "grids", "helpdesk", "visits", "stewards", "alliance", "property")
    said_by_us = {"Category", "Account", "AuditEvent", "PublicationLine"}
    texts: set[str] = {ROSTER}
    for model in apps.get_models():
        if model._meta.app_label not in ours or model.__name__ in said_by_us:
            continue
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        for row in model._base_manager.values_list(*columns) if columns else []:
            texts.update(str(value) for value in row)
    return "\n".join(texts)


@pytest.mark.parametrize(("screen", "language", "care"), LOOKS)
@pytest.mark.parametrize(("room", "part", "parts"), PARTS)
def test_every_page_of_a_room(
    page: Tab, language: str, care: bool, room: str, part: int, parts: int, world: World
) -> None:
    data = all_data()
    wrong: list[str] = []
    for name, role, address in list(visits(world, room))[part::parts]:
        wrong += look(page, world, role, name, address, language, data)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("screen", "language", "care"), LOOKS)
def test_every_page_around_the_account(page: Tab, language: str, care: bool, world: World) -> None:
    data = all_data()
    wrong: list[str] = []
    for name, role in ACCOUNT:
        wrong += look(page, world, role, name, reverse(name), language, data)
    code = world.records["published"].check_code
    wrong += look(page, world, "visitor", "checked", f"{reverse('property:check')}?code={code}", language, data)
    wrong += look(page, world, "visitor", "not-found", "/no-such-page/", language, data, status=404)
    letters = reverse("community:letters")
    wrong += look(page, world, Role.RESIDENT, "forbidden", letters, language, data, status=403)
    assert not wrong, "\n".join(wrong)


def look(
    tab: Tab, world: World, role: str, name: str, address: str, language: str, data: str, status: int = 200
) -> list[str]:
    """Open a page as somebody and say what is wrong with it, one line each."""
    user = world.actor(role, "own")
    if user is None:
        tab.context.clear_cookies(name="sessionid")
    else:
        act_as(tab, user)
    answer = tab.goto(address)
    here = f"{name} · {role}"
    if answer is None or answer.status != status:
        return [f"{here}: {answer and answer.status}"]
    shot(tab, f"pages/{name.replace(':', '-')}-{role.replace(':', '-')}")
    return [f"{here}: {line}" for line in what_is_wrong(tab, language, data)]


@pytest.mark.parametrize(("screen", "language"), [pytest.param("phone", "zh-CN", id="phone-zh")])
def test_the_demo_lets_every_role_in_and_shows_each_its_rooms(page: Tab, language: str, demo: dict[str, Any]) -> None:
    data = all_data()
    wrong: list[str] = []
    seen: set[str] = set()
    # A grid leader, a resident, a partner's contact; but each office of the committee.
    place = r"·.*\d.*|·.*网格.*|(?<=联盟联络员)·.*"
    first_of_role = {re.sub(place, "", one["role"]): one for one in reversed(demo["sign_ins"])}
    for role, one in first_of_role.items():
        page.context.clear_cookies(name="sessionid")
        sign_in(page, one["phone"], demo["password"])
        shot(page, f"demo/{role}")
        here = "main .tile, .nav-main a, main .row-item a.btn, main .request-card a"
        links = [str(link.get_attribute("href")) for link in page.locator(here).all()][:10]
        wrong += [f"{role} · {page.url}: {line}" for line in what_is_wrong(page, language, data)]
        for link in links:
            shape = re.sub(r"[0-9a-f-]{36}|\d+", "…", link.partition("?")[0])
            if shape in seen or not link.startswith("/"):
                continue
            seen.add(shape)
            answer = page.goto(link)
            assert answer is not None
            wrong += [] if answer.ok else [f"{role} · {link}: {answer.status}"]
            shot(page, f"demo/{role}{shape.replace('/', '-')}")
            wrong += [f"{role} · {link}: {line}" for line in what_is_wrong(page, language, data)]
    assert len(first_of_role) == 14, list(first_of_role)
    assert not wrong, "\n".join(wrong)
