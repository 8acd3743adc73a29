"""The addresses of Open311 GeoReport v2: XML and JSON of each, every error as the standard says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from community.access import public
from community.models import AuditEvent, Community
from core import clock
from core.refusal import Refused
from core.spreadsheets import csv_rows
from helpdesk import actions
from helpdesk.models import Category
from helpdesk.open311 import asking, receiving, telling
from helpdesk.open311.answers import CONTENT_TYPES, HEADERS, JSON, XML, Wrong, in_format, told_wrong
from helpdesk.open311.keys import Caller, caller, shows_key
from helpdesk.querysets import told_categories

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# The columns of a sheet: those of GeoReport's bulk data that are known here, and what is promised.
SHEET = (
    "service_request_id", "requested_datetime", "updated_datetime", "expected_datetime", "status", "status_notes",
    "service_code", "service_name", "description", "address", "agency_responsible",
)  # fmt: skip

View = Callable[..., HttpResponseBase]


def answers(*methods: str) -> Callable[[View], View]:
    """Mark a view of the interface: a key is its own sign-in, and what is wrong is said in the format asked for."""

    def mark(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, form: str = XML, **named: Any) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    allowed = ", ".join(methods)
                    raise Wrong(
                        405, _("这个地址只接受 %(methods)s。") % {"methods": allowed}, headers={"Allow": allowed}
                    )
                return view(request, form, **named)
            except Wrong as wrong:
                return told_wrong(wrong, form)

        return public(csrf_exempt(answered))

    return mark


reading = answers("GET", "HEAD")


@reading
def discovery(request: HttpRequest, form: str) -> HttpResponseBase:
    """Where the interface is, what it speaks, and whom to ask for a key."""
    changed = _changed().strftime("%Y-%m-%d %H:%M")
    places = Community.objects.all()
    value = {
        "changeset": changed,
        "contact": _("；").join(_contact(one) for one in places),
        "key_service": _("接口钥匙由社区书记开：登录后到“诉求设置”里的“接口钥匙”。"),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{settings.SITE_URL.rstrip('/')}{reverse('open311:root').rstrip('/')}",
                "changeset": changed,
                "type": "test" if all(one.is_demo for one in places) else "production",
                "formats": [CONTENT_TYPES[one].partition(";")[0] for one in (XML, JSON)],
            }
        ],
    }
    return in_format("discovery", form, value)


@reading
def services(request: HttpRequest, form: str) -> HttpResponseBase:
    """What can be asked for in a community."""
    rows = told_categories(_jurisdiction(request)).in_use()
    return in_format("services", form, [telling.service(row) for row in rows])


@reading
def service(request: HttpRequest, form: str, code: str) -> HttpResponseBase:
    """What can be said along with a request of one kind."""
    row = told_categories(_jurisdiction(request)).in_use().filter(slug=code).first()
    if row is None:
        raise Wrong(404, _("没有代码是 %(code)s 的服务。") % {"code": code})
    return in_format("service_definition", form, telling.definition(row))


@answers("GET", "HEAD", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponseBase:
    """Read requests, or send one."""
    if request.method == "POST":
        return _receive(request, form)
    rows = asking.found(_caller(request), request.GET)
    return in_format("service_requests", form, [telling.request(row) for row in rows])


@reading
def one(request: HttpRequest, form: str, number: str) -> HttpResponseBase:
    """One request."""
    row = telling.readable(_caller(request)).filter(number=number).first()
    if row is None:
        raise Wrong(404, _("没有编号是 %(number)s 的诉求。") % {"number": number})
    return in_format("service_requests", form, [telling.request(row)])


@reading
def token(request: HttpRequest, form: str, given: str) -> HttpResponseBase:
    """The number here of what the system knows under a number of its own."""
    row = telling.known_as(_caller(request), given)
    if row is None:
        raise Wrong(404, _("没有收到过编号是 %(number)s 的诉求。") % {"number": given})
    return in_format("service_requests", form, [{"service_request_id": row.number, "token": given}])


@reading
def sheet(request: HttpRequest, form: str) -> HttpResponseBase:
    """The requests that are asked for as a CSV, line by line as they are read."""
    rows = asking.sheet(_caller(request), request.GET)
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="requests.csv"'}
    return StreamingHttpResponse(csv_rows(SHEET, _cells(rows)), content_type="text/csv; charset=utf-8", headers=headers)


@reading
def unknown(request: HttpRequest, form: str, rest: str) -> HttpResponseBase:
    """Whatever else is asked for."""
    raise Wrong(404, _("没有这个地址。有哪些地址，请看 discovery.xml。"))


def _receive(request: HttpRequest, form: str) -> HttpResponseBase:
    data = receiving.posted(request)
    who = _caller(request)
    if not who.may_write:
        raise Wrong(403, _("这把接口钥匙只能读，不能送诉求进来。"))
    sent = receiving.read(who, data)
    try:
        row, is_new = actions.receive(sent, system=who.system, key_id=who.key_id)
    except Refused as refusal:
        raise Wrong(400, str(refusal)) from refusal
    words = telling.notice(row) if is_new else _("这件以前收到过，编号不变，没有再登记。")
    answer = {"service_request_id": row.number, "service_notice": words, "account_id": None}
    return in_format("service_requests", form, [answer], status=201 if is_new else 200)


def _caller(request: HttpRequest) -> Caller:
    """The system that asks; what it names as its jurisdiction must be the community of its key."""
    who = caller(request)
    code = _code(request)
    if code and not Community.objects.filter(pk=who.community_id, code=code).exists():
        raise Wrong(404, _no_such_place(code))
    return who


def _jurisdiction(request: HttpRequest) -> int:
    """The community that is asked about; it need not be named where a key does it, or where there is only one."""
    if shows_key(request):
        return _caller(request).community_id
    code = _code(request)
    held = Community.objects.filter(code=code) if code else Community.objects.all()
    found = list(held.values_list("pk", flat=True)[:2])
    if len(found) == 1:
        return found[0]
    if code:
        raise Wrong(404, _no_such_place(code))
    raise Wrong(400, _("请带上 jurisdiction_id：社区的 12 位统计代码。"))


def _code(request: HttpRequest) -> str:
    return (request.POST.get("jurisdiction_id", "") or request.GET.get("jurisdiction_id", "")).strip()


def _no_such_place(code: str) -> str:
    return _("jurisdiction_id 不对：没有代码是 %(code)s 的社区。") % {"code": code}


def _contact(one: Community) -> str:
    return " ".join(part for part in (one.code, one.name, one.phone) if part)


def _changed() -> Any:
    """When what can be asked for was last changed."""
    laid = Category.objects.unscoped(reason="when the newest category was made").aggregate(at=Max("created_at"))["at"]
    events = AuditEvent.objects.unscoped(reason="when a category was last changed")
    changed = events.filter(community__in=Community.objects.all(), target_type="helpdesk.category")
    edited = changed.aggregate(at=Max("at"))["at"]
    return clock.local(max(filter(None, (laid, edited)), default=clock.now()))


def _cells(rows: Any) -> Iterator[list[Any]]:
    for row in rows.iterator(500):
        told = telling.request(row)
        yield [told[name] for name in SHEET]
