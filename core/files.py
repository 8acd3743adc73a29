"""Uploads that are photos or PDFs by content; everything else, and whatever would act by itself, is refused."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.base import File
from django.utils.translation import gettext as _

from core.photos import UploadRefused, clean_photo, is_zip, read_upload

MAX_INFLATED = 100 * 2**20

_CHUNK = 2**16
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_STREAM_BODY = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r).*?endstream", re.DOTALL)
_OBJECT = re.compile(rb"[0-9]+\s+[0-9]+\s+obj\b")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm|GoToE|XFA)(?=[\s()<>\[\]{}/%]|$)"
)
_SCRIPT = re.compile(rb"/JS(?=[\s()<>\[\]{}/%]|$)")
_ENCRYPT = re.compile(rb"/Encrypt(?=[\s()<>\[\]{}/%]|$)")
_HOLDS_OBJECTS = re.compile(rb"/(?:ObjStm|First)\b")
_PLAIN_HEAD = re.compile(rb"[0-9]+\s+[0-9]+\s+obj\s*<<[^()%]*>>\s*")
_ODD_FILTER = re.compile(
    rb"/(?:ASCII\w*|AHx|A85|LZW\w*|RunLength\w*|RL|Crypt|Predictor\s+(?!1\s*[/>])|(?:DecodeParms|DP)\s+[0-9])"
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An upload that may be kept: its bytes, what they are, and the suffix of a file of that kind."""

    content: bytes
    content_type: str
    suffix: str


def clean_upload(upload: File[bytes]) -> Cleaned:
    """Take in a photo (re-encoded) or a PDF (as it is), told apart by content; raises UploadRefused."""
    upload.seek(0)
    if upload.read(5) == b"%PDF-":
        return Cleaned(clean_pdf(upload), "application/pdf", ".pdf")
    photo = clean_photo(upload)
    return Cleaned(photo.content, photo.content_type, ".jpg")


def clean_pdf(upload: File[bytes]) -> bytes:
    """The bytes of a PDF that only shows pages; raises UploadRefused.

    Refused: more than 20 MB, no PDF by content, encrypted, truncated, followed by other data or also a zip, holding
    scripts, attachments, media, forms that send, or programs to start, in the open or inside compressed objects.
    """
    content = read_upload(upload)
    if not content.startswith(b"%PDF-"):
        raise UploadRefused(_("这不是 PDF 文件。请上传 PDF，或者拍一张照片上传。"))
    body, mark, rest = content.rpartition(b"%%EOF")
    if not mark or b"startxref" not in body:
        raise UploadRefused(_("这个 PDF 没有传完整或已经损坏，请重新导出后再上传。"))
    if rest.strip(b"\0\t\n\f\r ") or is_zip(content):
        raise UploadRefused(_("这个 PDF 后面还夹带了别的内容，不能接收。请重新导出，或者打印后拍照上传。"))
    skeleton = _names(_STREAM_BODY.sub(b" stream endstream ", content))
    if _ENCRYPT.search(skeleton):
        raise UploadRefused(_("这个 PDF 设了密码或限制，打不开内容。请去掉密码后再上传，或者打印后拍照上传。"))
    # The long names are looked for in all bytes, so that no trick with stream borders can hide them.
    if _SCRIPT.search(skeleton) or _ACTIVE.search(_names(content)) or any(map(_acts, _inflated(content))):
        raise UploadRefused(
            _("这个 PDF 里带有脚本、附件或会自己动作的内容，不能接收。请“打印成 PDF”后再上传，或者拍照上传。")
        )
    return content


def _names(data: bytes) -> bytes:
    """The data with name escapes undone: a reader takes /J#61vaScript for /JavaScript."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)


def _acts(data: bytes) -> bool:
    names = _names(data)
    return bool(_ACTIVE.search(names) or (b"/JS" in names and _SCRIPT.search(names)))


def _inflated(content: bytes) -> Iterator[bytes]:
    """What every compressed stream that is no picture holds; refuses what hides its objects or grows beyond measure."""
    left, end_of_last = MAX_INFLATED, 0
    for match in _STREAM.finditer(content):
        head = content[end_of_last : match.start()]
        objects = [found.start() for found in _OBJECT.finditer(head)]
        head = _names(head[objects[-1] :] if objects else head)
        end_of_last = match.end()
        # A dictionary with texts or comments in it may be made to look like another one: then nothing is believed.
        believed = _PLAIN_HEAD.fullmatch(head) is not None and not _HOLDS_OBJECTS.search(head)
        if believed and b"/Image" in head:
            continue
        data, whole = _inflate(content, match.end(), left)
        if not believed and (not whole or _ODD_FILTER.search(head)):
            raise UploadRefused(
                _("这个 PDF 的写法很特别，看不清里面有什么，不能接收。请“打印成 PDF”后再上传，或者拍照上传。")
            )
        left -= len(data)
        if left < 0:
            raise UploadRefused(_("这个 PDF 展开以后太大了，不能接收。请减少页数后再上传。"))
        yield data


def _inflate(content: bytes, start: int, limit: int) -> tuple[bytes, bool]:
    """What unpacks from `start` on, at most one byte more than `limit`, and whether it came to its proper end."""
    unpacker, parts, view = zlib.decompressobj(), [b""], memoryview(content)
    for position in range(start, len(content), _CHUNK):
        try:
            parts.append(unpacker.decompress(view[position : position + _CHUNK], limit + 1))
        except zlib.error:
            break
        limit -= len(parts[-1])
        if unpacker.eof or limit < 0:
            break
    return b"".join(parts), unpacker.eof or limit < 0
