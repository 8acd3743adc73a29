"""Doing a thing once: a form that comes again gets the answer it got the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect

from community.models import Submission
from core import clock
from core.refusal import Refused
from core.sql import changed, rows

FIELD = "submission"

Answer = Callable[[Any], HttpResponseRedirect]


_TABLE = Submission._meta.db_table
# Who finds the id taken by somebody who is not done yet waits for them; no statement fails and spoils the transaction.
_CLAIM = (
    f"INSERT INTO {_TABLE} (id, user_id, path, location, at) VALUES (%s, %s, %s, '', %s) "  # noqa: S608
    "ON CONFLICT (id) DO NOTHING"
)
_ANSWER = f"UPDATE {_TABLE} SET location = %s WHERE id = %s"  # noqa: S608
_BEFORE = (
    f"SELECT location FROM {_TABLE} WHERE id = %s AND path = %s "  # noqa: S608
    "AND (user_id = %s OR user_id IS NULL AND %s)"
)


class AlreadyDone(Exception):
    """The same submission is already answered; `once` repeats that answer."""


def new_id() -> str:
    """An id for a form that is about to be shown."""
    return str(uuid4())


def once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a POST that has been answered before by the same redirect, without running the view again."""

    @wraps(view)
    def answered_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = _key(request)
        if key is None:
            return view(request, *args, **kwargs)
        before = _answer_before(request, key)
        if before is not None:
            return before
        try:
            return view(request, *args, **kwargs)
        except AlreadyDone:
            return _answer_before(request, key) or redirect(request.path)

    return answered_once


@contextmanager
def acting(request: HttpRequest, form: BaseForm | None = None) -> Iterator[Answer]:
    """The transaction in which a view calls its action; `answer(target)` redirects there and remembers it.

    The submission's id is taken first, so that a double click waits for the first and then gets its answer.
    A Refused takes everything back, stands as the form's error (or as a message) and lets the view go on to
    show the page again.
    """
    try:
        with transaction.atomic():
            key = _claim(request)

            def answer(target: Any) -> HttpResponseRedirect:
                response = redirect(target)
                if key is not None:
                    changed(_ANSWER, response.url[:300], key)
                return response

            yield answer
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
        else:
            form.add_error(None, str(refusal))


def _claim(request: HttpRequest) -> UUID | None:
    key = _key(request)
    if key is None:
        return None
    if not changed(_CLAIM, key, request.user.pk, request.path[:200], clock.now()):
        raise AlreadyDone
    return key


def _answer_before(request: HttpRequest, key: UUID) -> HttpResponseRedirect | None:
    """The answer to the same person, or to nobody known: whoever redeems a letter has not signed in yet."""
    answers = rows(_BEFORE, key, request.path[:200], request.user.pk, request.user.pk is None)
    return HttpResponseRedirect(answers[0][0] or request.path) if answers else None


def _key(request: HttpRequest) -> UUID | None:
    if request.method != "POST":
        return None
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
