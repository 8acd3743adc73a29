"""Take in a sheet of requests from a city's system 工单表."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from community.models import Community
from core.refusal import Refused
from core.spreadsheets import read_sheets
from grids.rosters.columns import normal
from helpdesk import city_import, city_sheet

_SYSTEM = 60


class Command(BaseCommand):
    help = (
        "Take in requests from a sheet (xlsx, xls or csv) of a city's system: columns by what their headings mean, "
        "the same number never twice, what has ended there left aside. A dry run unless --apply."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the sheet: .xlsx, .xls or .csv")
        parser.add_argument("--community", required=True, metavar="CODE", help="the 12-digit code of the community")
        parser.add_argument(
            "--system",
            default="",
            metavar="NAME",
            help="which system the numbers are of; as its key is called, where it also sends by the interface",
        )
        parser.add_argument("--apply", action="store_true", help="log them, in one transaction")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=MEANING",
            help="what a heading means, where it is not understood by itself: "
            + ", ".join(column.value for column in city_sheet.Column)
            + "; nothing after the sign leaves the column out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        community = Community.objects.filter(code=options["community"]).first()
        if community is None:
            raise CommandError(_("没有代码是 %(code)s 的社区。") % {"code": options["community"]})
        try:
            found = _run(community, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        summary = {**found.summary(), "applied": options["apply"]}
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_told(summary)))


def _run(community: Community, options: dict[str, Any]) -> city_import.Plan:
    path: Path = options["file"]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(_("打不开文件 %(path)s：%(why)s") % {"path": path, "why": error.strerror}) from error
    sheet = city_sheet.read(read_sheets(content, path.name), _mapping(options["column"]))
    system = options["system"].strip()[:_SYSTEM] or _("市里的系统")
    run = city_import.apply if options["apply"] else city_import.plan
    return run(sheet, community=community, system=system)


def _mapping(given: list[str]) -> dict[str, str]:
    mapping = {}
    known = set(city_sheet.meanings())
    for pair in given:
        heading, _sign, meaning = pair.partition("=")
        if meaning not in known:
            raise Refused(_("不认识的栏目：%(meaning)s") % {"meaning": meaning})
        mapping[normal(heading)] = meaning
    return mapping


def _told(summary: dict[str, Any]) -> list[str]:
    counted = _("表里有 %(tickets)s 件：新的 %(new)s 件，以前收过 %(known)s 件，那边已办完不收 %(ended)s 件。")
    lines = [counted % {**summary, "tickets": summary["tickets"] + summary["ended"]}]
    lines += [_("存疑：%(count)s 处") % {"count": len(summary["doubts"])}] if summary["doubts"] else []
    lines += [_("  %(sheet)s 第 %(row)s 行“%(column)s”：%(sentence)s") % doubt for doubt in summary["doubts"]]
    done, dry = _("已登记。"), _("这是预览，没有登记；加上 --apply 才会登记。")
    return [*lines, done if summary["applied"] else dry]
