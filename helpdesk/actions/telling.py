"""Sentences for those whom a step concerns besides the parties of its request."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation

from community.models import User
from community.notices import notify
from helpdesk import words
from helpdesk.informants import accounts_of
from helpdesk.models import ServiceRequest, Update
from helpdesk.querysets import Leader


def title_of(row: ServiceRequest) -> str:
    """What a notice calls a request: of what is confidential or between two people the number alone."""
    discreet = row.is_confidential or row.has_informant or row.category.is_mediation
    return row.number if discreet else row.title


def tell_one(
    user: User | Leader, row: ServiceRequest, kind: str, pattern: words.Text, *, url: str = "", **named: Any
) -> None:
    """Leave somebody a sentence on a request, in the language of the community; `url` where its page is not theirs."""
    with translation.override(settings.LANGUAGE_CODE):
        text = str(pattern) % {"title": title_of(row), "number": row.number, **named}
        notify([user], about=row, kind=f"request_{kind}", text=text, url=url)


def tell_followers(row: ServiceRequest, update: Update, said: str) -> None:
    """Tell those whose own request was merged into this one; one query, and none where nobody follows."""
    if not row.followers or said not in words.TO_FOLLOWER:
        return
    found = ServiceRequest.objects.unscoped(reason="who follows a request already found").filter(master=row)
    for one in found.select_related("reporter"):
        asking = [one.reporter] if one.reporter else accounts_of(one)
        named = {"title": title_of(one), "who": words.who_of(update), **words.particulars(update)}
        notify(asking, about=one, kind=f"request_{said}", text=str(words.TO_FOLLOWER[said]) % named)
