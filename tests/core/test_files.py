import io
import random
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.files import clean_pdf, clean_upload
from core.photos import UploadRefused

PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>"


def stream(data: bytes, extra: bytes = b"/Filter /FlateDecode") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), extra, data)


def pdf(*more: bytes, catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A small true PDF with a table of its objects; `more` are further objects."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        PAGES,
        PAGE,
        stream(zlib.compress(b"0 0 100 100 re f")),
        *more,
    ]
    body, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        body,
        size,
        table,
        size,
        trailer,
        len(body),
    )


def object_stream(content: bytes, extra: bytes = b"/Filter /FlateDecode", pack: bool = True) -> bytes:
    data = b"10 0 " + content
    return stream(zlib.compress(data) if pack else data, b"/Type /ObjStm /N 1 /First 5 " + extra)


def upload(content: bytes, name: str = "附件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refusal(content: bytes) -> str:
    with pytest.raises(UploadRefused) as caught:
        clean_pdf(upload(content))
    (message,) = caught.value.messages
    assert message.endswith("。")
    return message


def jpeg() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "JPEG")
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pdf(),
        pdf() + b"\r\n\0\0",
        pdf(object_stream(b"<< /Title (JavaScript) >>")),
        pdf(stream(jpeg(), b"/Type /XObject /Subtype /Image /Filter /DCTDecode")),
        pdf(stream(random.Random(5).randbytes(300_000), b"/Filter /DCTDecode /Subtype /Image")),
        pdf(stream(b"<x:xmpmeta/>", b"/Type /Metadata /Subtype /XML")),
        pdf() + pdf().removeprefix(b"%PDF-1.7\n"),
    ],
    ids=["plain", "padded", "object stream", "photo", "noise", "metadata", "saved twice"],
)
def test_a_pdf_that_only_shows_pages_is_kept_byte_for_byte(content: bytes):
    assert clean_pdf(upload(content, "anything.bin")) == content


ACTIVE = [
    b"<< /S /JavaScript /JS (app.alert(1)) >>",
    b"<< /S /J#61vaScript /JS (app.alert(1)) >>",
    b"<< /S /Launch /F (cmd.exe) >>",
    b"<< /Type /EmbeddedFile >>",
    b"<< /Names << /EmbeddedFiles 9 0 R >> >>",
    b"<< /Subtype /RichMedia >>",
    b"<< /S /SubmitForm /F (http://example.org) >>",
    b"<< /XFA 7 0 R >>",
    b"<< /JS 7 0 R >>",
]


@pytest.mark.parametrize("active", ACTIVE)
def test_what_acts_is_refused_in_the_open(active: bytes):
    assert "脚本" in refusal(pdf(active))


@pytest.mark.parametrize("active", ACTIVE)
def test_what_acts_is_refused_inside_object_streams(active: bytes):
    assert "脚本" in refusal(pdf(object_stream(active)))


def test_an_open_action_with_a_script_is_refused():
    assert "脚本" in refusal(pdf(catalog=b"/OpenAction << /S /JavaScript /JS (1) >>"))
    assert clean_pdf(upload(pdf(catalog=b"/OpenAction [3 0 R /Fit]")))


SCRIPT = b"<< /S /JavaScript /JS (1) >>"


@pytest.mark.parametrize(
    "hidden",
    [
        object_stream(b"<< >>", b"/Filter [/ASCIIHexDecode /FlateDecode]"),
        object_stream(b"<< >>", b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>"),
        object_stream(b"<< >>", b"/Filter /LZWDecode", pack=False),
        stream(zlib.compress(b"10 0 " + SCRIPT)[:-2] + b"xx", b"/First 5 /Filter /FlateDecode /X (9 0 obj)"),
        stream(
            b"A85" + zlib.compress(b"10 0 " + SCRIPT),
            b"/N 1 /First 5 /X (\nendobj\n9 0 obj << /Subtype /Image ) /Filter [/A85 /FlateDecode]",
        ),
    ],
    ids=["filters", "predictor", "lzw", "broken sum", "dictionary in disguise"],
)
def test_objects_that_hide_are_refused(hidden: bytes):
    assert "写法很特别" in refusal(pdf(hidden))


def test_a_stream_inside_a_stream_does_not_hide_it():
    inner = b"8 0 obj\n" + object_stream(SCRIPT)
    assert "脚本" in refusal(pdf(stream(inner, b"/Subtype /XML")))


def test_a_script_stream_that_calls_itself_a_picture_is_found():
    assert "脚本" in refusal(pdf(object_stream(SCRIPT, b"/Filter /FlateDecode /Subtype /Image")))


def test_an_encrypted_pdf_is_refused():
    assert "密码" in refusal(pdf(trailer=b"/Encrypt 9 0 R"))
    assert "密码" in refusal(pdf(stream(zlib.compress(b"xref"), b"/Type /XRef /Encrypt 9 0 R /Filter /FlateDecode")))


def test_polyglots_are_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "a")
    assert "夹带" in refusal(pdf() + target.getvalue())
    assert "夹带" in refusal(pdf() + b"<script>alert(1)</script>")
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = b"%%EOF\n"
    assert "夹带" in refusal(pdf() + target.getvalue())


def test_a_bomb_is_refused():
    assert "展开以后太大" in refusal(pdf(object_stream(bytes(120 * 2**20))))


def test_a_pdf_cut_off_is_refused():
    whole = pdf()
    assert "没有传完整" in refusal(whole[: len(whole) // 2])


def test_other_files_are_refused_whatever_their_name():
    assert "不是 PDF" in refusal(b"MZ\x90 program %PDF-1.7")
    assert "不是 PDF" in refusal(b" " + pdf())
    assert "空的" in refusal(b"")
    assert "20 MB" in refusal(b"%PDF-" + bytes(20 * 2**20))


def test_photo_or_pdf_is_told_apart_by_content():
    kept = clean_upload(upload(pdf(), "photo.jpg"))
    assert (kept.content, kept.content_type, kept.suffix) == (pdf(), "application/pdf", ".pdf")
    photo = clean_upload(upload(jpeg(), "paper.pdf"))
    assert (photo.content_type, photo.suffix) == ("image/jpeg", ".jpg")
    with pytest.raises(UploadRefused):
        clean_upload(upload(b"hello", "a.txt"))


def test_random_damage_never_raises_anything_else():
    whole = pdf(object_stream(b"<< /A 1 >>"), stream(jpeg(), b"/Subtype /Image"))
    dice = random.Random(2)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            damaged[dice.randrange(5, len(damaged))] = dice.randrange(256)
        try:
            clean_pdf(upload(bytes(damaged)))
        except UploadRefused:
            continue
