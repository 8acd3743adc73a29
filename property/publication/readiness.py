"""What must be in order before a quarter is drafted, signed and published; each line in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from community.models import Appointment, User
from community.roles import Office, Role
from core import clock
from core.quarters import Quarter
from property.closing import Check
from property.models import Book, CashProof, LedgerMonth, Publication
from property.models.publication import SIGNATORIES
from property.publication.sections import Sections, unproved


def quarter_checks(book: Book, quarter: Quarter) -> list[Check]:
    """Whether the quarter of a book (found already) can be drafted."""
    return [_begun(book, quarter), _over(quarter), *_closed(book, quarter), _not_there(book, quarter)]


def _begun(book: Book, quarter: Quarter) -> Check:
    first = Quarter.of(book.opened_on)
    if quarter >= first:
        return Check(True, _("这个季度已经在记账"))
    return Check(False, _("账本从%(quarter)s开始，更早的季度不能公示。") % {"quarter": first.label})


def _over(quarter: Quarter) -> Check:
    if clock.today() > quarter.end:
        return Check(True, _("这个季度已经过完"))
    return Check(False, _("这个季度还没过完，%(day)s 以后再来。") % {"day": quarter.end.isoformat()})


def _closed(book: Book, quarter: Quarter) -> list[Check]:
    """One line a month that is not closed, the earlier ones included; one for all when they are."""
    months = LedgerMonth.objects.of_book(book).filter(month__lte=str(quarter.months[2])).order_by("month")
    known = {month.month: month for month in months}
    wanted = [month for month in quarter.months if month.end >= book.opened_on]
    left = [month.period for month in known.values() if not month.is_closed]
    left += [month for month in wanted if str(month) not in known]
    if not left:
        return [Check(True, _("本季三个月和以前的月份都已结账"))]
    return [Check(False, _("%(month)s还没有结账。") % {"month": month.label}) for month in sorted(left)]


def _not_there(book: Book, quarter: Quarter) -> Check:
    there = Publication.objects.of_book(book).filter(quarter=str(quarter)).newest_first().first()
    if there is None:
        return Check(True, _("这个季度还没有编过公示"))
    if there.is_out:
        return Check(False, _("这个季度已经公示了；要更正，请在公示页出更正版。"))
    return Check(False, _("这个季度的公示已经在编制，请接着办。"))


def content_checks(publication: Publication, sections: Sections, proofs: Mapping[str, CashProof]) -> list[Check]:
    """Whether a draft holds everything that must be on the sheet. `proofs` are by code of the account."""
    texts = (
        (publication.places, _("张贴地点写好了"), _("还没有写张贴在哪里。")),
        (publication.contact, _("咨询电话写好了"), _("还没有写咨询电话。")),
        (publication.inspection_hours, _("查账时间写好了"), _("还没有写居民什么时候、在哪里可以查账。")),
    )
    checks = [Check(bool(text), done if text else missing) for text, done, missing in texts]
    left = [text for row in sections.cash for text in unproved(row, proofs.get(row.code))]
    proved = [Check(False, text) for text in left] or [Check(True, _("每个钱款账户都对过账"))]
    return [*checks, *proved]


def advice(publication: Publication, sections: Sections) -> list[Check]:
    """What a draft may do without, but residents would miss; none of it stops a signature."""
    cited = dict.fromkeys(row.resolution for row in sections.spending if row.resolution)
    known = {row.ref for row in sections.resolutions}
    counted = {row.ref for row in sections.resolutions if row.people_all and row.area_all}
    open_ = sum(row.answered_on is None for row in sections.answers)
    bought = any(row.code.startswith(("1501", "1505")) and row.quarter for row in sections.items)
    budgets = [row for row in sections.items if row.kind == "expense"]
    looks = [
        (bool(sections.staff), _("人员写好了"), _("还没有写第六部分：有哪些岗位、几个人。")),
        (bool(sections.assets) or not bought, _("资产和项目写好了"), _("本季添置了资产，第七部分还没有写。")),
        (
            all(row.budget is not None for row in budgets),
            _("每项支出都有预算可以对照"),
            _("有的支出没有预算，居民看不到花了预算的多少。"),
        ),
        (
            not open_,
            _("居民上季的提问都答复了"),
            _("还有 %(number)d 个提问没有答复，会照实印出来。") % {"number": open_},
        ),
    ]
    checks = [Check(good, done if good else missing, required=False) for good, done, missing in looks]
    for ref in cited:
        words = {"ref": ref}
        if ref not in known:
            text = _("凭证依据的“%(ref)s”还没有写进第八部分。") % words
            checks.append(Check(False, text, required=False))
        elif ref not in counted:
            text = _("“%(ref)s”还没有写人数和面积两个票数。") % words
            checks.append(Check(False, text, required=False))
    return checks


def officers(book: Book) -> dict[str, list[User]]:
    """Who holds each signing office of the estate today; a vacant office has nobody."""
    held: dict[str, list[User]] = {office: [] for office in SIGNATORIES}
    rows = (
        Appointment.objects.unscoped(reason="who signs the publication of an estate")
        .filter(estate=book.estate_id, role=Role.COMMITTEE)
        .current()
        .select_related("user")
    )
    for row in rows:
        held[row.office].append(row.user)
    return held


def signature_checks(book: Book, signed: Iterable[str]) -> list[Check]:
    """One line an office: signed, still to sign, or vacant."""
    done = set(signed)
    left = [office for office in SIGNATORIES if office not in done]
    held = officers(book) if left else {}
    return [
        Check(True, _("%(office)s已签字") % {"office": word})
        if office in done
        else Check(False, _missing(office, held.get(office, [])))
        for office, word in SIGNATORIES.items()
    ]


def _missing(office: str, holders: list[User]) -> str:
    words = {"office": SIGNATORIES[Office(office)], "names": _("、").join(user.name for user in holders)}
    if holders:
        return _("还缺“%(office)s”签字（%(names)s）。") % words
    return _("“%(office)s”目前没有人担任，请社区先任命再签字。") % words
