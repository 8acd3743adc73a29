"""Several people, or one finger twice, at the same moment: one answer, no error, no gap in the numbers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import connection, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from community.models import Community, Submission, User
from community.numbers import next_number
from community.once import FIELD, acting, once
from core.refusal import Refused
from tests.factories import CommunityFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
LONG_ENOUGH = 0.3
"""Seconds in which the second comes to the door of the first; its claim then waits, on PostgreSQL for the row."""


@contextmanager
def own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


def sent(user: User | AnonymousUser, key: str) -> HttpRequest:
    request = RequestFactory().post("/somewhere/", {FIELD: key})
    request.user = user
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def together(*calls: Callable[[], HttpResponseBase]) -> list[HttpResponseBase]:
    """What each call answers; they run in threads with connections of their own, each a moment after the one before."""

    def run(number: int, call: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        with own_connection():
            time.sleep(number * LONG_ENOUGH / 3)
            return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result() for one in [pool.submit(run, number, call) for number, call in enumerate(calls)]]


def test_a_form_that_is_sent_twice_at_once_is_done_once():
    user, done = UserFactory(), []

    @once
    def view(request: HttpRequest) -> HttpResponseBase:
        with acting(request) as answer:
            done.append(threading.get_ident())
            time.sleep(LONG_ENOUGH)
            return answer(f"/made/{len(done)}/")
        return HttpResponse()

    key = str(uuid4())
    answers = together(*[lambda: view(sent(user, key))] * 3)
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, "/made/1/")] * 3
    assert len(done) == 1
    assert Submission.objects.get().location == "/made/1/"


def test_what_was_refused_the_first_time_is_tried_by_the_second():
    user, tried, inside = UserFactory(), [], threading.Event()

    @once
    def view(request: HttpRequest) -> HttpResponseBase:
        form = Form(data={})
        with acting(request, form) as answer:
            tried.append(threading.get_ident())
            inside.set()
            time.sleep(LONG_ENOUGH)
            if len(tried) == 1:
                raise Refused("还不行")
            return answer("/made/")
        return HttpResponse(str(form.non_field_errors()))

    key = str(uuid4())

    def view_when_the_first_is_in() -> HttpResponseBase:
        assert inside.wait(120)
        return view(sent(user, key))

    first, second = together(lambda: view(sent(user, key)), view_when_the_first_is_in)
    assert "还不行" in first.content.decode()
    assert (second.status_code, second["Location"]) == (302, "/made/")
    assert len(tried) == 2


def test_the_id_of_somebody_elses_form_tells_nothing_about_it():
    key, done = str(uuid4()), []

    @once
    def view(request: HttpRequest) -> HttpResponseBase:
        with acting(request) as answer:
            done.append(request.user.pk)
            return answer("/made/")
        return HttpResponse()

    mine, theirs = [view(sent(user, key)) for user in (UserFactory(), UserFactory())]
    assert (mine["Location"], theirs["Location"]) == ("/made/", "/somewhere/")
    assert len(done) == 1


def test_numbers_that_are_drawn_at_once_have_no_gap_and_no_double():
    community = CommunityFactory()

    def draw(_turn: int) -> list[int]:
        with own_connection():
            return [_drawn(community) for _ in range(4)]

    with ThreadPoolExecutor(6) as pool:
        drawn = [number for numbers in pool.map(draw, range(6)) for number in numbers]
    assert sorted(drawn) == list(range(1, 25))


def test_a_number_that_is_given_back_is_drawn_again():
    community = CommunityFactory()
    assert _drawn(community, give_back=True) == 1
    assert [_drawn(community), _drawn(community)] == [1, 2]


def _drawn(community: Community, *, give_back: bool = False) -> int:
    with transaction.atomic():
        number = next_number(community.pk, kind="request", period="2026")
        transaction.set_rollback(give_back)
    return number


def test_somebody_who_has_not_signed_in_gets_the_first_answer_too():
    done = []

    @once
    def view(request: HttpRequest) -> HttpResponseBase:
        with acting(request) as answer:
            done.append(request)
            return answer(f"/made/{len(done)}/")
        return HttpResponse()

    key = str(uuid4())
    for _time in range(2):
        assert view(sent(AnonymousUser(), key))["Location"] == "/made/1/"
    assert view(sent(UserFactory(), key))["Location"] == "/somewhere/"
    assert len(done) == 1
