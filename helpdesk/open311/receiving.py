"""A request comes from another system: what it wrote is read, and handed to the action."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.translation import gettext as _

from grids.models import Building
from helpdesk.actions.systems import Sent
from helpdesk.models import Category
from helpdesk.open311.answers import Wrong
from helpdesk.open311.keys import Caller
from helpdesk.open311.places import placed
from helpdesk.open311.telling import OUTSIDE_ID
from helpdesk.querysets import told_categories

LONGEST = 4000
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_PHONE = re.compile(r"^\+?[\d\s-]{5,20}$")
_CHINESE = re.compile(r"[一-鿿]")


class PostForm(forms.Form):
    """The parameters of the standard that are read; mailbox, device and account of who reports are not kept."""

    service_code = forms.CharField(max_length=30)
    description = forms.CharField(required=False, max_length=LONGEST)
    address_string = forms.CharField(required=False, max_length=200)
    address_id = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    lat = forms.DecimalField(required=False, min_value=-90, max_value=90, max_digits=20)
    long = forms.DecimalField(required=False, min_value=-180, max_value=180, max_digits=20)
    first_name = forms.CharField(required=False, max_length=20)
    last_name = forms.CharField(required=False, max_length=20)
    phone = forms.CharField(required=False, max_length=20)
    media_url = forms.CharField(required=False, max_length=500)
    outside_id = forms.CharField(required=False, max_length=80)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("这不像电话号码。"))
        return phone

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if (given.get("lat") is None) != (given.get("long") is None):
            raise forms.ValidationError(_("lat 和 long 要一起给。"))
        if not (given.get("address_string") or given.get("address_id")) and given.get("lat") is None:
            raise forms.ValidationError(
                _("请说清楚在哪里：address_string、address_id，或者 lat 和 long，三样给一样就行。")
            )
        return given


def posted(request: HttpRequest) -> QueryDict:
    """The body of a POST, read as the standard sends it; raises Wrong for what is none."""
    if request.content_type not in FORM_TYPES:
        raise Wrong(400, _("请用 application/x-www-form-urlencoded 送来。"))
    try:
        return request.POST
    except RequestDataTooBig as error:
        raise Wrong(413, _("送来的内容太大了。")) from error
    except (BadRequest, MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, UnreadablePostError) as error:
        raise Wrong(400, _("送来的内容读不出来，请按 UTF-8 编码再送一次。")) from error


def read(caller: Caller, data: QueryDict) -> Sent:
    """What was sent, ready to be logged; raises Wrong 400 with everything that is not right, 404 for the service."""
    form = PostForm({**data.dict(), OUTSIDE_ID: data.get(f"attribute[{OUTSIDE_ID}]") or data.get(OUTSIDE_ID, "")})
    if not form.is_valid():
        raise Wrong(400, *_complaints(form))
    given = form.cleaned_data
    category = _category(caller, given["service_code"])
    building, place = _place(caller, given)
    # What is kept is in the language of those who read it here, whatever the caller's is.
    with translation.override(settings.LANGUAGE_CODE):
        note = _note(given)
    return Sent(
        category=category,
        description=given["description"],
        place=place,
        building=building,
        name=_name(given["last_name"], given["first_name"]),
        phone=given["phone"],
        outside_id=given[OUTSIDE_ID],
        note=note,
    )


def _complaints(form: PostForm) -> list[str]:
    """Each error with the name of its parameter, as the caller knows it."""
    told = []
    for name, errors in form.errors.items():
        for error in errors:
            told.append(str(error) if name == "__all__" else _("%(name)s：%(error)s") % {"name": name, "error": error})
    return told


def _category(caller: Caller, code: str) -> Category:
    found: Category | None = (
        told_categories(caller.community_id).in_use().filter(slug=code).select_related("community").first()
    )
    if found is None:
        raise Wrong(404, _("没有代码是 %(code)s 的服务。") % {"code": code})
    return found


def _place(caller: Caller, given: dict[str, Any]) -> tuple[Building | None, str]:
    """The building, where one is meant, and the words for where in it or elsewhere it is."""
    words = given["address_string"]
    if given["address_id"]:
        rows = Building.objects.unscoped(reason="the building that a system of the community names")
        building: Building | None = (
            rows.filter(community=caller.community_id, pk=given["address_id"]).select_related("grid").first()
        )
        if building is None:
            raise Wrong(400, _("%(name)s：%(error)s") % {"name": "address_id", "error": _("没有这幢楼。")})
        return building, words
    if words:
        return placed(caller.community_id, words)
    with translation.override(settings.LANGUAGE_CODE):
        return None, _position(given)


def _name(last: str, first: str) -> str:
    """A name as it is written: the family name first and together where it is Chinese."""
    if _CHINESE.search(f"{last}{first}"):
        return f"{last}{first}"
    return f"{first} {last}".strip()


def _note(given: dict[str, Any]) -> str:
    """What only those who work on it read. The address of a photo is written down, never asked for what is there."""
    lines = []
    if given["media_url"]:
        lines.append(_("照片在：%(url)s") % {"url": given["media_url"]})
    if given["lat"] is not None:
        lines.append(_position(given))
    return "\n".join(lines)


def _position(given: dict[str, Any]) -> str:
    return _("北纬 %(lat)s、东经 %(long)s") % {"lat": f"{given['lat']:f}", "long": f"{given['long']:f}"}
