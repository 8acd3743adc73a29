"""What else is worth a look before a month is closed: cash, statements, what comes back."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from core.quarters import Month
from property.closing import Check
from property.counts.box import uncounted
from property.models import Account, Book, StatementRow
from property.recurring.due import missing
from property.statements.outstanding import unmatched


def warnings(book: Book, month: Month) -> list[Check]:
    """Warnings for a book found through its own `visible_to`; none of them keeps the month from being closed."""
    return [_cash(book, month), _recurring(book, month), *_statements(book, month)]


def _cash(book: Book, month: Month) -> Check:
    left = [account.label for account in uncounted(book, month)]
    if not left:
        return _good(_("现金盘点过，或者没有现金"))
    return _look(_("%(accounts)s这个月还没有两个人一起盘点过。") % {"accounts": _("、").join(left)})


def _recurring(book: Book, month: Month) -> Check:
    left = [recurring.summary for recurring, _month in missing(book, month, since=month)]
    if not left:
        return _good(_("定期凭证都已制单"))
    return _look(_("定期凭证还没制单：%(names)s。") % {"names": _("、").join(left)})


def _statements(book: Book, month: Month) -> list[Check]:
    """One line for each account whose statement and book do not explain each other by themselves."""
    imported = StatementRow.objects.unscoped(reason="which accounts of a book found already have statements")
    accounts = Account.objects.of_book(book).filter(Exists(imported.filter(account=OuterRef("pk"))))
    rows = [(account.label, len(unmatched(account, month.end))) for account in accounts]
    words = _("%(account)s和对账单之间还有 %(n)d 笔没对上。")
    left = [_look(words % {"account": label, "n": count}) for label, count in rows if count]
    return left or [_good(_("对账单没有没对上的，或者还没导入"))]


def _good(text: str) -> Check:
    return Check(True, text, required=False)


def _look(text: str) -> Check:
    return Check(False, text, required=False)
