"""What the commands about one estate's books have in common."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from property.models import Book


class BookCommand(BaseCommand):
    """A command about the book of one estate."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--estate", required=True, help="code of the estate, such as 225")
        parser.add_argument("--community", default="", help="12-digit code, where several have such an estate")


def find_book(estate: str, community: str = "") -> Book:
    """The one book of an estate with this code; CommandError with status 2 where there is none, or several."""
    books = Book.objects.unscoped(reason="the book named on the command line").select_related("estate", "community")
    books = books.filter(estate__code=estate)
    if community:
        books = books.filter(community__code=community)
    found = list(books[:2])
    if not found:
        raise CommandError(_("没有编号为 %(estate)s 的小区账本。") % {"estate": estate}, returncode=2)
    if len(found) > 1:
        raise CommandError(
            _("几个社区都有编号为 %(estate)s 的小区，请加 --community。") % {"estate": estate}, returncode=2
        )
    book: Book = found[0]
    return book


def day(text: str) -> date:
    """A day as it is given on the command line, 2026-09-30."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("日期请写成 2026-09-30 这样。")) from None
