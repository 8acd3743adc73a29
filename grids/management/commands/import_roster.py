"""Import a household roster 居民花名册 from a spreadsheet."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from community.models import Community, User
from core.refusal import Refused
from grids.rosters import applying, memory, uploads
from grids.rosters import columns as roster_columns
from grids.rosters.missing import Full
from grids.rosters.plan import Plan

_SHOWN = 40
_BAR = 30


class Command(BaseCommand):
    help = (
        "Compare a household roster (xlsx, xls or csv) with the register of a community and say what would be "
        "created, changed and left, and which rows are in doubt. Columns are understood as the community's office has "
        "said before. A dry run unless --apply; twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the roster: .xlsx, .xls or .csv")
        parser.add_argument("--community", required=True, metavar="CODE", help="the 12-digit code of the community")
        parser.add_argument("--apply", action="store_true", help="write it, in one transaction")
        parser.add_argument(
            "--by", metavar="PHONE", help="who answers for it: doubtful rows then go to the review list"
        )
        parser.add_argument(
            "--full",
            action="store_true",
            help="this is the full roster of the community: who is missing is proposed as moved out",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=MEANING",
            help="what a heading means, where it is not understood by itself: "
            + ", ".join(column.value for column in roster_columns.Column)
            + "; nothing after the sign leaves the column out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        community = Community.objects.filter(code=options["community"]).first()
        if community is None:
            raise CommandError(_("没有代码是 %(code)s 的社区。") % {"code": options["community"]})
        try:
            plan = self._run(community, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        summary = {**plan.summary(), "applied": options["apply"]}
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1))
        else:
            self._tell(summary)

    def _run(self, community: Community, options: dict[str, Any]) -> Plan:
        self._progress(0, 4)
        mapping = {**memory.remembered(community), **_mapping(options["column"])}
        content, name = _content(options["file"]), options["file"].name
        by = _person(options["by"], community)
        roster = applying.read(content, name, mapping)
        self._progress(1, 4)
        full = Full(everywhere=options["full"])
        if not options["apply"]:
            plan = applying.plan(roster, community=community, full=full)
            self._progress(4, 4)
            return plan
        steps = applying.STEPS
        with transaction.atomic():
            plan = applying.apply(
                roster,
                community=community,
                by=by,
                full=full,
                progress=lambda done, total: self._progress(1 + done, 1 + steps),
            )
            if by is not None:
                uploads.keep_record(plan, name=name, mapping=mapping, full=full, by=by)
        return plan

    def _progress(self, done: int, total: int) -> None:
        """A bar on the terminal; nothing where the output is read by a program."""
        if not self.stderr.isatty():
            return
        filled = _BAR * done // total
        ending = "\n" if done == total else ""
        self.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {100 * done // total:3}%", ending=ending)
        self.stderr.flush()

    def _tell(self, summary: dict[str, Any]) -> None:
        created = summary["created"]
        lines = [
            _("名册里有 %(households)s 户、%(residents)s 人。") % summary,
            _("新登记：%(households)s 户、%(residents)s 人、%(dwellings)s 个门牌。") % created,
            _("更新：%(change)s 处；不变：%(leave)s 户；登记册里有而名册里没有：%(not_in_roster)s 户。") % summary,
            *(_("关爱类别 %(name)s：%(count)s 人") % {"name": n, "count": c} for n, c in summary["care"].items()),
            *self._told_changes(summary["changes"]),
            *([_("登记在册而全册里没有：%(missing)s 人，提出“已不住这里”。") % summary] if summary["missing"] else []),
            _("存疑：%(count)s 处") % {"count": len(summary["doubts"])},
            *(_("  %(sheet)s 第 %(row)s 行“%(column)s”：%(sentence)s") % doubt for doubt in summary["doubts"]),
        ]
        if summary["unknown_grids"]:
            lines.append(
                _("这些网格还没有登记，楼幢先不划入：%(names)s") % {"names": "、".join(summary["unknown_grids"])}
            )
        lines.append(_("已写入登记册。") if summary["applied"] else _("这是预览，没有写入；加上 --apply 才会写入。"))
        self.stdout.write("\n".join(lines))

    def _told_changes(self, changes: list[dict[str, Any]]) -> list[str]:
        told = [_("  第 %(row)s 行 %(who)s %(field)s：%(before)s → %(after)s") % change for change in changes[:_SHOWN]]
        if len(changes) > _SHOWN:
            told.append(_("  …… 还有 %(count)s 处") % {"count": len(changes) - _SHOWN})
        return told


def _person(phone: str | None, community: Community) -> User | None:
    """The person of the community's office with this phone."""
    if not phone:
        return None
    user = User.objects.filter(phone=phone).first()
    if user is None or community.pk not in user.scope.offices_communities:
        raise Refused(_("社区办公室里没有手机号是 %(phone)s 的人。") % {"phone": phone})
    return user


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(_("打不开文件 %(path)s：%(why)s") % {"path": path, "why": error.strerror}) from error


def _mapping(given: list[str]) -> dict[str, str]:
    mapping = {}
    known = set(roster_columns.meanings())
    for pair in given:
        heading, _sign, meaning = pair.partition("=")
        if meaning not in known:
            raise Refused(_("不认识的栏目：%(meaning)s") % {"meaning": meaning})
        mapping[roster_columns.normal(heading)] = meaning
    return mapping
