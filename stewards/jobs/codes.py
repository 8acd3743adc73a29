"""The visit code 到访码: four digits on each side, so that the right person stands at the right door."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.utils.translation import gettext as _

from core import clock
from stewards.models import Job

DIGITS = 4
MOST_TRIES, SHUT_FOR = 5, timedelta(minutes=15)


def renew(job: Job) -> None:
    """New codes for whoever goes now; the two of a job are never the same."""
    first = secrets.randbelow(10**DIGITS)
    second = (first + 1 + secrets.randbelow(10**DIGITS - 1)) % 10**DIGITS
    job.steward_code, job.home_code = f"{first:0{DIGITS}}", f"{second:0{DIGITS}}"
    job.code_tries, job.code_shut_until, job.checked_at = 0, None, None


def drop(job: Job) -> None:
    """Nobody needs them any more."""
    job.steward_code = job.home_code = ""
    job.code_tries, job.code_shut_until = 0, None


def wrong(job: Job, code: str) -> str:
    """Why this code does not open, as a sentence, counted; "" where it is the household's. The caller saves."""
    now = clock.now()
    if job.code_shut_until and job.code_shut_until > now:
        return _("错了好几次，请过一刻钟再试，或者请网格长打电话核实。")
    if job.home_code and secrets.compare_digest(code, job.home_code):
        return ""
    job.code_tries += 1
    if job.code_tries >= MOST_TRIES:
        job.code_tries, job.code_shut_until = 0, now + SHUT_FOR
        return _("错了好几次，请过一刻钟再试，或者请网格长打电话核实。")
    if code == job.steward_code:
        return _("这是您自己要报的码。请住户看一看他那边的四位数，填在这里。")
    return _("和住户的码对不上。请住户再念一遍；门牌也请再看一眼。")
