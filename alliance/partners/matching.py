"""Which resource fits which need, and why: by what it is about, by the words of both, by when it can be had."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alliance.topics import Topic

if TYPE_CHECKING:
    from alliance.models import Need, Resource

SHOWN = 6
LONGEST, WORDS_SHOWN = 6, 3
OF_TOPIC, OF_WORD, OF_TIME = 4, 2, 1
# Words that stand in every other text: those who share only these share nothing.
_COMMON = re.compile(
    "社区|小区|居民|邻居|院子|需要|希望|我们|可以|提供|服务|大家|一起|志愿者|志愿|活动|单位|"
    "每月|每周|每次|一次|一个|免费|时间|帮忙|有人|两位"
)
_RUNS = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]{3,}")


@dataclass(frozen=True)
class Match:
    """A row that fits, how well, and in words why."""

    row: Any
    score: int
    reasons: list[str] = field(default_factory=list)


def for_need(need: Need, resources: Iterable[Resource]) -> list[Match]:
    """What units offer that fits a need, the best first."""
    return _best(_match(need, one, one) for one in resources)


def for_resource(resource: Resource, needs: Iterable[Need]) -> list[Match]:
    """The needs that a resource fits, the best first."""
    return _best(_match(one, resource, one) for one in needs)


def for_resources(resources: Iterable[Resource], needs: Iterable[Need]) -> list[Match]:
    """The needs that any of these resources fits, each once, the best first."""
    offered = list(resources)
    found = [max((_match(need, one, need) for one in offered), key=lambda m: m.score, default=None) for need in needs]
    return _best(match for match in found if match is not None)


def shared_words(one: str, other: str) -> list[str]:
    """The longest words that stand in both texts, longest first; the common ones left out."""
    theirs = set(_pieces(other))
    both = sorted({piece for piece in _pieces(one) if piece in theirs}, key=lambda word: (-len(word), word))
    kept: list[str] = []
    for word in both:
        if not any(word in longer for longer in kept):
            kept.append(word)
    return kept


def _pieces(text: str) -> Iterable[str]:
    for run in _RUNS.findall(_COMMON.sub(" ", text)):
        if run.isascii():
            yield run.lower()
            continue
        for size in range(2, LONGEST + 1):
            for start in range(len(run) - size + 1):
                yield run[start : start + size]


def _match(need: Need, resource: Resource, row: Any) -> Match:
    """How well the two fit; 0 where they do not, or where the one begins after the other is past."""
    if need.until and resource.since and resource.since > need.until:
        return Match(row, 0)
    score, reasons = 0, []
    if need.topic == resource.topic != Topic.OTHER:
        score += OF_TOPIC
        reasons.append(_("都是“%(topic)s”") % {"topic": need.get_topic_display()})
    words = shared_words(f"{need.title} {need.text}", f"{resource.title} {resource.text}")[:WORDS_SHOWN]
    if words:
        score += OF_WORD * len(words)
        reasons.append(_("都说到%(words)s") % {"words": _("、").join(f"“{word}”" for word in words)})
    if score and need.until and (resource.until is None or resource.until >= need.until):
        score += OF_TIME
        reasons.append(_("时间赶得上"))
    return Match(row, score, reasons)


def _best(matches: Iterable[Match]) -> list[Match]:
    found = [one for one in matches if one.score >= OF_WORD]
    return sorted(found, key=lambda one: -one.score)[:SHOWN]
