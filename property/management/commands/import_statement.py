"""Read a statement of a bank or a wallet, and keep its rows for an estate's account."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from community.models import User
from core.refusal import Refused
from property.models import Book
from property.statements import headings, keeping, uploads
from property.statements.reading import ColumnsUnknown, read


class Command(BaseCommand):
    help = (
        "Read a statement (WeChat Pay, Alipay or any bank; csv, txt, xlsx or xls) of an estate's account and say what "
        "it holds. Columns are understood by their headings and their content, as the community has said before, or "
        "as --column says. A dry run unless --apply; a row that is there already is never added again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the statement: .csv, .txt, .tsv, .xlsx or .xls")
        parser.add_argument("--estate", required=True, metavar="CODE", help="the code of the estate, such as 225")
        parser.add_argument(
            "--community", default="", metavar="CODE", help="which, where several have this estate code"
        )
        parser.add_argument("--account", default="", metavar="CODE", help="the money account; by default of the format")
        parser.add_argument("--apply", action="store_true", help="keep the rows, in one transaction")
        parser.add_argument("--by", default="", metavar="PHONE", help="who answers for it")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=MEANING",
            help="what a heading means, where it is not understood by itself: "
            + ", ".join(column.value for column in headings.Column)
            + "; nothing after the sign leaves the column out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            summary = self._run(options)
        except ColumnsUnknown as unknown:
            named = "、".join(unknown.headings.texts)
            raise CommandError(_("%(why)s表头是：%(headings)s") % {"why": unknown, "headings": named}) from unknown
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1))
        else:
            self._tell(summary)

    def _run(self, options: dict[str, Any]) -> dict[str, Any]:
        estate = keeping.estate_of(options["estate"], options["community"])
        content, name, mapping = _content(options["file"]), options["file"].name, _mapping(options["column"])
        known = keeping.remembered(estate.community_id)
        reading = read(content, name, mapping=mapping, remembered=known)
        book = Book.objects.unscoped(reason="named on the command line").filter(estate=estate).first()
        if book is None and not options["apply"] and not options["account"]:
            return {**reading.summary(), "account": None, "applied": False}
        if book is None:
            raise Refused(_("这个小区还没有账本，请制单先启用账本。"))
        account = keeping.account_of(book, options["account"] or reading.format.account)
        found = keeping.plan(reading, account)
        if options["apply"]:
            uploads.keep_directly(found, account=account, name=name, mapping=mapping, by=_person(options["by"], book))
        return {**found.summary(), "account": account.code, "applied": options["apply"]}

    def _tell(self, summary: dict[str, Any]) -> None:
        checked = _("余额逐笔相符。") if summary["balance_checked"] else _("余额没有逐笔核对上。")
        lines = [
            _("%(rows)s 笔，%(first)s 至 %(last)s。") % summary,
            _("收入 %(money_in)s 元，支出 %(money_out)s 元，不计收支的变动 %(neutral)s 元。") % summary,
            checked,
            *([_("新的 %(new)s 笔，已经有的 %(known)s 笔。") % summary] if "new" in summary else []),
            _("存疑：%(count)s 处") % {"count": len(summary["doubts"])},
            *(_told(doubt) for doubt in summary["doubts"]),
            _("已写入。") if summary["applied"] else _("这是预览，没有写入；加上 --apply 才会写入。"),
        ]
        self.stdout.write("\n".join(lines))


def _told(doubt: dict[str, Any]) -> str:
    if not doubt["row"]:
        return f"  {doubt['sentence']}"
    return _("  %(sheet)s 第 %(row)s 行：%(sentence)s") % doubt


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(_("打不开文件 %(path)s：%(why)s") % {"path": path, "why": error.strerror}) from error


def _mapping(given: list[str]) -> dict[str, str]:
    known = set(headings.meanings())
    mapping = {}
    for pair in given:
        heading, _sign, meaning = pair.rpartition("=")
        if not heading or meaning not in known:
            raise Refused(_("不认识的栏目：%(meaning)s") % {"meaning": meaning})
        mapping[headings.normal(heading)] = meaning
    return mapping


def _person(phone: str, book: Book) -> User | None:
    """The person of the estate's committee with this phone."""
    if not phone:
        return None
    user = User.objects.filter(phone=phone).first()
    if user is None or not user.scope.offices(book.estate_id):
        raise Refused(_("本小区自管会里没有手机号是 %(phone)s 的人。") % {"phone": phone})
    return user
