"""The page behind the search in the head.

The form is posted. Words that may be read by anybody are answered by a redirect to `?q=`, so that the page can be
reloaded, bookmarked and sent on. A whole phone or identity number is answered at once and stands in no address: the
logs of the server and of every proxy before it keep addresses, and a resident's number has no business there.
"""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.core import ratelimit
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from community import audit, search
from community.access import PortalRequest, signed_in
from community.search import Group, Sought


@signed_in
@sensitive_variables("sought", "shown")
def find(request: PortalRequest) -> HttpResponseBase:
    """Whatever the words in the head mean, room by room."""
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    sought = Sought.of(given.get("q", ""))
    open_to = search.is_open_to(request.user)
    if posted and not sought.is_private:
        return redirect(f"{reverse('grids:search')}?{urlencode({'q': sought.text[: search.LONGEST + 1]})}")
    if posted and open_to and not ratelimit.consume(request, action="reveal"):
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    refusal = _refusal(sought, posted=posted)
    groups = [] if refusal or not open_to else search.find(request.user, sought, only=request.GET.get("in", ""))
    _tell_whose_number_was_asked(groups, request)
    shown = {
        "open_to": open_to,
        "refusal": refusal,
        "groups": groups,
        "search_words": sought.text[: search.LONGEST],
        "may_see_more": not (sought.is_private or request.GET.get("in", "")),
    }
    return render(request, "grids/search.html", shown)


def _refusal(sought: Sought, *, posted: bool) -> str:
    """What to mend before anything is looked for; "" when all is well."""
    if sought.is_empty:
        return _("写上姓名、拼音、门牌、手机尾号或编号，再按查找。")
    if sought.is_long:
        return _("最多写 %(most)d 个字，请写短一些。") % {"most": search.LONGEST}
    if sought.is_short:
        return _("一个字母或数字能对上的太多，请再多写一两个。")
    if sought.is_private and not posted:
        return _("完整的手机号和证件号不从网址里查。请在上面的框里再按一次查找。")
    return ""


def _tell_whose_number_was_asked(groups: list[Group], request: PortalRequest) -> None:
    """Who finds somebody by a whole number has learnt that the number is theirs: that is a reading of the record."""
    for hit in (hit for group in groups for hit in group.hits if hit.confirmed is not None):
        audit.record("found_by_number", hit.confirmed, by=request.user, household_id=hit.household_id)
