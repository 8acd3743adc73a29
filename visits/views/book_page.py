"""The page of the walk book: the same for everybody, so that a phone may keep it. What it shows, the phone adds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from community.access import public
from visits.views.worker import version

# Whoever reads it: no name, no notices, no navigation, no community of one's own.
BARE = {
    "nav": [],
    "messages": [],
    "unread": 0,
    "search_url": "",
    "second_factor_due": False,
    "community_name": "",
    "help_phone": "",
}


@public
def book(request: HttpRequest) -> HttpResponse:
    """The empty book."""
    answer = render(request, "visits/book.html", BARE)
    answer["Cache-Control"] = "no-cache"
    answer["Walk-Book"] = version()
    return answer
