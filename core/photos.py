"""Photos are judged by their bytes, re-encoded and never kept as they came. What is in doubt is refused."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _
from PIL import Image, ImageCms

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
LONG_EDGE = 2560
THUMBNAIL_EDGE = 480
QUALITY = 85

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Nothing that a camera writes holds these; a browser, a reader or a server's script engine acts on them. Each is long
# enough not to turn up by chance in twenty megabytes of pixels; the marks alone are found in a quarter of the time.
_ACTIVE_MARKS = (b"<script", b"<iframe", b"<html", b"<body", b"<svg", b"<!doctype", b"<?php", b"javascript:", b"%pdf-")
_ACTIVE = re.compile(
    rb"<(?:script|iframe|html|body)[\s>]|<svg\s+xmlns|<!doctype\s|<\?php\s|javascript:|%pdf-\d\.\d", re.IGNORECASE
)
_JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])", re.S)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
# The last bytes of the trailer that vivo phones write behind every photo.
_VIVO_END = b"\xff\xff\xff\xff\x1b*9HWfu\x84\x93\xa2\xb1"


class UploadRefused(ValidationError):
    """A file that is not taken in; its message tells the person what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="upload_refused")


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo that holds its pixels and nothing else."""

    content: bytes
    width: int
    height: int
    content_type: str = "image/jpeg"
    # The SHA-256 of the bytes as they were sent: the same photo sent twice is known by it, whatever encodes it anew.
    sent_as: str = field(default="", compare=False)


@dataclass(slots=True)
class _Anatomy:
    """Where the picture in a file ends, its size by its own header, and the file without its metadata."""

    kind: str
    end: int = 0
    sizes: set[tuple[int, int]] = field(default_factory=set)
    exif: bytes = b""
    bare: bytes = b""


class _Broken(Exception):
    """The structure of the file does not hold."""


def read_upload(upload: File[bytes], limit: int = MAX_BYTES) -> bytes:
    """The bytes of an upload; refuses an empty one and one of more than `limit` bytes, whatever size it claims."""
    upload.seek(0)
    content: bytes = upload.read(limit + 1)
    if not content:
        raise UploadRefused(_("这个文件是空的，请重新选择。"))
    if len(content) > limit:
        raise UploadRefused(_("这个文件超过 %(size)s MB，请换一个小一些的。") % {"size": limit // 2**20})
    return content


def is_zip(content: bytes) -> bool:
    """Whether an unzipper would open these bytes: zip archives are found from the end of a file."""
    return zipfile.is_zipfile(io.BytesIO(content))


def clean_photo(upload: File[bytes]) -> CleanPhoto:
    """Turn an uploaded JPEG, PNG or WebP into a plain sRGB JPEG of at most 2560 pixels a side; raises UploadRefused.

    Kept: the pixels, upright. Lost: EXIF with the place, XMP, colour profile, embedded previews, further frames, and
    the short videos that phones hang behind a photo. Refused: other formats whatever their name, more than 20 MB or
    50 megapixels, truncated files, and files that are something else as well (zip, PDF, HTML, script).
    """
    content = read_upload(upload)
    anatomy = _dissect(content)
    for width, height in anatomy.sizes:
        if width * height > MAX_PIXELS:
            raise UploadRefused(_("这张照片的尺寸太大了，请在手机相册里缩小后再上传，或者截一张图。"))
    _refuse_polyglot(content, anatomy.end)
    try:
        photo = _encode(_upright(_decode(anatomy), _orientation(anatomy.exif)), LONG_EDGE)
    except UploadRefused:
        raise
    except Exception as error:  # Whatever a decoder stumbles over, the photo stays outside.
        raise UploadRefused(_("这张照片打不开，可能没有传完整。请重新选择，或者重新拍一张。")) from error
    return replace(photo, sent_as=hashlib.sha256(content).hexdigest())


def thumbnail(content: bytes) -> bytes:
    """A JPEG of at most 480 pixels a side of a photo that `clean_photo` has made."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        return _encode(image, THUMBNAIL_EDGE).content


def _dissect(content: bytes) -> _Anatomy:
    walk = _walker(content)
    try:
        anatomy = walk(content)
    except (_Broken, struct.error, IndexError) as error:
        raise UploadRefused(_("这张照片没有传完整或已经损坏，请重新选择，或者重新拍一张。")) from error
    return anatomy


def _walker(content: bytes) -> Callable[[bytes], _Anatomy]:
    if content.startswith(b"\xff\xd8\xff"):
        return _walk_jpeg
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _walk_png
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _walk_webp
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise UploadRefused(
            _(
                "这是苹果手机的 HEIC 照片，这里还打不开。请在手机“设置 → 相机 → 格式”里选“兼容性最佳”后重拍，"
                "或者把照片截一张图再上传。"
            )
        )
    raise UploadRefused(_("这不是能用的照片。请上传手机拍的照片或截图（JPEG、PNG 或 WebP）。"))


def _walk_jpeg(content: bytes) -> _Anatomy:
    """ITU-T T.81 annex B: segments with a length, entropy-coded data after each scan header, EOI at the end."""
    anatomy, kept, position = _Anatomy("JPEG"), [b"\xff\xd8"], 2
    while True:
        match = _JPEG_MARKER.search(content, position)
        if match is None:
            raise _Broken
        marker, start = match[1][0], match.start()
        kept.append(content[position:start])
        if marker == 0xD9:
            kept.append(b"\xff\xd9")
            anatomy.end, anatomy.bare = match.end(), b"".join(kept)
            return anatomy
        if marker == 0xD8:
            raise _Broken
        position = match.end() + int.from_bytes(content[match.end() : match.end() + 2], "big")
        segment = content[match.end() + 2 : position]
        if position > len(content) or position < match.end() + 2:
            raise _Broken
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 1)
            anatomy.sizes.add((width, height))
        if marker == 0xE1 and segment.startswith(b"Exif\0\0") and not anatomy.exif:
            anatomy.exif = segment[6:]
        if _shapes_pixels(marker, segment):
            kept.append(content[start:position])


def _shapes_pixels(marker: int, segment: bytes) -> bool:
    """Whether a JPEG segment is needed to show the picture: no comments, of the application segments colour alone."""
    if 0xE0 <= marker <= 0xEF:
        return marker in {0xE0, 0xEE} or (marker == 0xE2 and segment.startswith(b"ICC_PROFILE\0"))
    return marker != 0xFE


def _walk_png(content: bytes) -> _Anatomy:
    """PNG chunks up to IEND, each with a true checksum; further frames and texts are left out."""
    anatomy, kept, position, name = _Anatomy("PNG"), [content[:8]], 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        data = content[position + 8 : end - 4]
        if end > len(content) or zlib.crc32(name + data) != int.from_bytes(content[end - 4 : end], "big"):
            raise _Broken
        if (name == b"IHDR") != (position == 8):
            raise _Broken
        if name == b"IHDR":
            anatomy.sizes.add(struct.unpack_from(">II", data))
        if name == b"eXIf":
            anatomy.exif = data
        if name in _PNG_KEPT:
            kept.append(content[position:end])
        position = end
    anatomy.end, anatomy.bare = position, b"".join(kept)
    return anatomy


def _walk_webp(content: bytes) -> _Anatomy:
    """RIFF chunks as far as the container reaches (RFC 9649)."""
    anatomy, position = _Anatomy("WEBP"), 12
    anatomy.end = 8 + int.from_bytes(content[4:8], "little")
    if anatomy.end > len(content):
        raise _Broken
    while position + 8 <= anatomy.end:
        name, length = struct.unpack_from("<4sI", content, position)
        data = content[position + 8 : position + 8 + length]
        if position + 8 + length > anatomy.end:
            raise _Broken
        if name == b"VP8X":
            anatomy.sizes.add((1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")))
        elif name == b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 6)
            anatomy.sizes.add((width & 0x3FFF, height & 0x3FFF))
        elif name == b"VP8L":
            bits = int.from_bytes(data[1:5], "little")
            anatomy.sizes.add((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)))
        elif name == b"EXIF":
            anatomy.exif = data.removeprefix(b"Exif\0\0")
        position += 8 + length + (length & 1)
    anatomy.bare = content[: anatomy.end]
    return anatomy


def _refuse_polyglot(content: bytes, end: int) -> None:
    """Refuse a photo that is another file as well, though nothing of it would survive re-encoding.

    Whoever sends one means harm or has a sick device, and should hear it at once instead of finding half a file.
    """
    if is_zip(content) or _is_active(content) or not _is_phone_trailer(content[end:]):
        raise UploadRefused(_("这个文件里除了照片还夹带了别的内容，不能接收。请把照片截一张图，上传截图。"))


def _is_active(content: bytes) -> bool:
    lowered = content.lower()
    return any(mark in lowered for mark in _ACTIVE_MARKS) and _ACTIVE.search(content) is not None


def _is_phone_trailer(trailer: bytes) -> bool:
    """Whether what follows the picture is what honest phones append: it is cut off, not refused.

    Padding; a second picture (HDR gain map, depth: MPO); the video of a Google, Huawei or Xiaomi motion photo (an
    ISO-BMFF file type box); the blocks of Samsung and vivo phones. Refusing these would shut out half of the residents.
    """
    if trailer.startswith(b"\xff\xd8\xff"):
        try:
            trailer = trailer[_walk_jpeg(trailer).end :]
        except (_Broken, struct.error):
            return False
        return _is_phone_trailer(trailer)
    return (
        not trailer.strip(b"\0\r\n \xff")
        or (trailer[4:8] == b"ftyp" and 8 <= int.from_bytes(trailer[:4], "big") <= 256)
        or (trailer.endswith(b"SEFT") and b"SEFH" in trailer)
        or trailer.endswith(_VIVO_END)
    )


def _decode(anatomy: _Anatomy) -> Image.Image:
    image = Image.open(io.BytesIO(anatomy.bare), formats=[anatomy.kind])
    if image.size not in anatomy.sizes:
        raise _Broken
    return image


def _orientation(exif: bytes) -> int:
    """The value of tag 0x0112 in the first directory of a TIFF block; 1 (upright) when there is none."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, directory)
        for index in range(count):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", exif, directory + 2 + 12 * index)
            if tag == 0x0112:
                return int(value)
    except struct.error:
        pass
    return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    """The first frame, no larger than needed, turned as the camera was held, in sRGB on white."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = image.convert("I").point([value >> 8 for value in range(65536)], "L")
    elif image.mode in {"1", "P", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
    image.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.BICUBIC)
    if "A" in image.mode:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    image = _srgb(image, profile)
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a screen shows them; a profile that does not fit the picture is ignored."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(image, io.BytesIO(profile), _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _encode(image: Image.Image, edge: int) -> CleanPhoto:
    image.thumbnail((edge, edge), Image.Resampling.BICUBIC)
    image.info = {}
    target = io.BytesIO()
    image.convert("RGB").save(target, "JPEG", quality=QUALITY)
    return CleanPhoto(target.getvalue(), image.width, image.height)
