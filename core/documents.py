"""Printed papers: a typst template beside its app, data in, a tagged PDF out."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.fields import Masked

# Selectors and joiners have no shape of their own.
_MISSING = {"\ufe0e": "", "\ufe0f": "", "\u200b": "", "\u200d": "", "\t": " ", "\u2028": " ", "\u2029": " "}


class DocumentError(Exception):
    """A template could not be set; the message is typst's, for the log."""


class _DataEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return str(o) if isinstance(o, Masked) else super().default(o)


@cache
def _fonts() -> typst.Fonts:
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


@cache
def _printable() -> frozenset[int]:
    """The code points that the fonts can show, from their character maps (OpenType cmap, format 12)."""
    points: set[int] = set()
    for path in (pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_zh_cn.serif_path()):
        font = path.read_bytes()
        (tables,) = struct.unpack_from(">H", font, 4)
        records = (struct.unpack_from(">4s4xI", font, 12 + 16 * index) for index in range(tables))
        cmap = next(offset for tag, offset in records if tag == b"cmap")
        for index in range(struct.unpack_from(">H", font, cmap + 2)[0]):
            (offset,) = struct.unpack_from(">I", font, cmap + 8 + 8 * index)
            kind, groups = struct.unpack_from(">H10xI", font, cmap + offset)
            if kind == 12:
                for group in range(groups):
                    first, last = struct.unpack_from(">II", font, cmap + offset + 16 + 12 * group)
                    points.update(range(first, last + 1))
    return frozenset(points)


def printable(text: str) -> str:
    """The text with 〓, the printer's mark for a missing sort, for every character that the fonts do not have.

    A rare name or an emoji must not keep a whole letter from being printed; the mark is filled in by hand.
    """
    points = _printable()
    return "".join(char if ord(char) in points or char == "\n" else _MISSING.get(char, "〓") for char in text)


def _words() -> dict[str, str]:
    language = (get_language() or "zh-hans").split("-")[0]
    return {
        "lang": language,
        "region": "cn" if language == "zh" else "gb",
        "page": _("第 {page} 页，共 {pages} 页"),
    }


def _lay_out(root: Path, template: str | Path, files: Mapping[str, bytes]) -> Path:
    """A folder in which a template sees the typst folders of all apps and its own files, and nothing else.

    Returns the file in there that includes the template: typst reads no main file through a link.
    """
    for app in apps.get_app_configs():
        folder = Path(app.path, "typst")
        if folder.is_dir():
            (root / app.label).symlink_to(folder)
    (root / "files").mkdir()
    for name, content in files.items():
        if name in {"", "."} or ".." in name or Path(name).name != name:
            raise ValueError(f"not a plain file name: {name!r}")
        (root / "files" / name).write_bytes(content)
    if isinstance(template, Path):
        (root / "template").symlink_to(template.resolve().parent)
        inside = f"template/{template.name}"
    else:
        inside = f"{template}.typ"
    main = root / "main.typ"
    main.write_text(f'#include "/{inside}"')
    return main


def render(template: str | Path, data: Mapping[str, object], *, files: Mapping[str, bytes] | None = None) -> bytes:
    """Set `template` ("property/quarter" is property/typst/quarter.typ) into a tagged PDF (PDF/UA-1, A4, own fonts).

    `data` is JSON-like; decimals and days arrive as text, masked values masked. `files` are pictures that the template
    shows by name with `photo(…)`. The date in the file is the portal's clock, so that equal input gives equal bytes.
    Raises DocumentError when the template does not compile, a font is missing or a picture has no alternative text.
    """
    text = printable(json.dumps(data, cls=_DataEncoder, ensure_ascii=False))
    with TemporaryDirectory(prefix="document-") as folder:
        root = Path(folder)
        main = _lay_out(root, template, files or {})
        try:
            content, warnings = typst.compile_with_warnings(
                str(main),
                root=folder,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"data": text, "words": json.dumps(_words())},
                pdf_standards="ua-1",
                package_path=folder,
                package_cache_path=folder,
                timestamp=int(clock.now().timestamp()),
            )
        except RuntimeError as error:
            raise DocumentError(f"{template}: {getattr(error, 'diagnostic', error)}") from error
    if warnings:
        raise DocumentError(f"{template}: {warnings[0]}")
    return content
