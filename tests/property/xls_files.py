"""A workbook as Excel 97 writes it (BIFF8 in a compound file): no program here makes one any more."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR, _END, _FREE, _FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def as_xls(rows: Sequence[Sequence[str | float]]) -> bytes:
    return _compound(_workbook(rows))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 1996, 0, 6))


def _workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    name = "明细"
    sheet_name = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    place = len(_bof(5)) + len(_record(0x0085, bytes(6) + sheet_name)) + 4
    book = _bof(5) + _record(0x0085, struct.pack("<IBB", place, 0, 0) + sheet_name) + _record(0x000A)
    width = max(map(len, rows))
    sheet = _bof(0x10) + _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            at = struct.pack("<HHH", number, column, 0)
            if isinstance(cell, str) and cell:
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                sheet += _record(0x0204, at + text)
            elif not isinstance(cell, str):
                sheet += _record(0x0203, at + struct.pack("<d", cell))
    return book + sheet + _record(0x000A)


def _compound(stream: bytes) -> bytes:
    """The stream alone in a compound file; padded so that it needs no sector of the small kind."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, sectors + 2), _END]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    root = _entry("Root Entry", 5, child=1, start=_END, size=0)
    book = _entry("Workbook", 2, child=_FREE, start=2, size=len(stream))
    return header + fat + (root + book).ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", _FREE, _FREE, child)
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return head + links + bytes(36) + struct.pack("<IQ", start, size)
