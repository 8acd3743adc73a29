"""Doing a thing once: a form that comes again gets the answer it got the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect

from community.models import Submission
from core.refusal import Refused

FIELD = "submission"

Answer = Callable[[Any], HttpResponseRedirect]


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
                    Submission.objects.filter(pk=key).update(location=response.url[:300])
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
    try:
        # No savepoint: when the id is taken the whole transaction, which has done nothing yet, is given up.
        Submission.objects.create(id=key, user_id=request.user.pk, path=request.path[:200])
    except IntegrityError:
        raise AlreadyDone from None
    return key


def _answer_before(request: HttpRequest, key: UUID) -> HttpResponseRedirect | None:
    answers = Submission.objects.filter(pk=key, user=request.user.pk, path=request.path[:200])
    for location in answers.values_list("location", flat=True):
        return HttpResponseRedirect(location or request.path)
    return None


def _key(request: HttpRequest) -> UUID | None:
    if request.method != "POST":
        return None
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
