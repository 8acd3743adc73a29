import io
import random
import struct
import warnings
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from core.photos import CleanPhoto, UploadRefused, clean_photo, thumbnail

RED, BLUE = (200, 30, 30), (30, 30, 200)


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def two_halves(width: int = 640, height: int = 480) -> Image.Image:
    """Left red, right blue, so that every turn can be told."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("index.html", "<p>hello</p>")
    return target.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * min(height, 64))
    chunks = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    return jpeg[:2] + segment(marker, data) + jpeg[2:]


def video(size: int = 5000) -> bytes:
    noise = random.Random(7).randbytes(size)
    return struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom" + struct.pack(">I", size + 8) + b"mdat" + noise


def near(pixel: object, wanted: tuple[int, int, int]) -> bool:
    return isinstance(pixel, tuple) and all(abs(a - b) < 12 for a, b in zip(pixel, wanted, strict=True))


def opened(photo: CleanPhoto) -> Image.Image:
    image = Image.open(io.BytesIO(photo.content))
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert image.size == (photo.width, photo.height)
    return image


def refusal(content: bytes, name: str = "photo.jpg") -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UploadRefused) as caught:
            clean_photo(upload(content, name))
    (message,) = caught.value.messages
    assert message.endswith("。")
    return message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "1"])
def test_honest_photos_become_plain_jpegs(kind: str, mode: str):
    source = two_halves().convert(mode)
    if (kind, mode) == ("JPEG", "P") or (kind, mode) == ("JPEG", "RGBA"):
        source = source.convert("CMYK")
    photo = clean_photo(upload(saved(source, kind), "whatever.exe"))
    assert (photo.width, photo.height, photo.content_type) == (640, 480, "image/jpeg")
    image = opened(photo)
    if mode in {"RGB", "RGBA", "P"}:
        assert image.getpixel((50, 50))[2] < 90 < image.getpixel((50, 50))[0]


def test_everything_but_the_pixels_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "Phone Maker"
    exif[0x9003] = "2026:11:18 20:14:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (32.0, 12.0, 30.0), 3: "E", 4: (119.0, 27.0, 0.0)})
    source = saved(two_halves(), exif=exif, comment=b"taken at home")
    source = with_segment(source, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>32.2,119.4</x:xmpmeta>")
    assert Image.open(io.BytesIO(source)).getexif().get_ifd(0x8825)
    photo = clean_photo(upload(source))
    for trace in (b"Exif", b"Phone Maker", b"2026:11", b"xmpmeta", b"taken at home", b"ICC_PROFILE"):
        assert trace not in photo.content
    assert not opened(photo).getexif()
    assert set(opened(photo).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_as_it_was_held(kind: str, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(clean_photo(upload(saved(two_halves(), kind, exif=exif))))
    assert image.size == ((640, 480) if orientation < 5 else (480, 640))
    red_corner = {1: "tl", 2: "tr", 3: "tr", 4: "tl", 5: "tl", 6: "tl", 7: "bl", 8: "bl"}[orientation]
    corners = {"tl": (5, 5), "tr": (-6, 5), "bl": (5, -6)}
    x, y = corners[red_corner]
    assert near(image.getpixel((x % image.width, y % image.height)), RED)


@pytest.mark.parametrize("exif", [b"", b"II*\0", b"XX", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"])
def test_a_broken_exif_block_does_not_matter(exif: bytes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clean_photo(upload(with_segment(saved(two_halves()), 0xE1, b"Exif\0\0" + exif)))


def test_large_photos_are_reduced():
    photo = clean_photo(upload(saved(two_halves(4000, 3000))))
    assert (photo.width, photo.height) == (2560, 1920)
    small = Image.open(io.BytesIO(thumbnail(photo.content)))
    assert small.size == (480, 360)
    assert near(small.getpixel((5, 5)), RED)


def test_transparent_becomes_white():
    photo = clean_photo(upload(saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG")))
    assert opened(photo).getpixel((10, 10)) == (255, 255, 255)


def test_sixteen_bit_grey_keeps_its_tone():
    photo = clean_photo(upload(saved(Image.new("I;16", (20, 20), 32768), "PNG")))
    assert near(opened(photo).getpixel((10, 10)), (128, 128, 128))


def test_colours_are_converted_to_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)
    swapped = clean_photo(upload(saved(two_halves(), icc_profile=profile)))
    assert near(opened(swapped).getpixel((5, 5)), BLUE)
    assert b"ICC_PROFILE" not in swapped.content
    ignored = clean_photo(upload(saved(two_halves(), icc_profile=b"not a profile")))
    assert near(opened(ignored).getpixel((5, 5)), RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_becomes_its_first_frame(kind: str):
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE)]
    photo = clean_photo(upload(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)))
    assert near(opened(photo).getpixel((30, 30)), RED)


def test_further_frames_of_an_mpo_are_cut_off():
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE)]
    source = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert source.count(b"\xff\xd8\xff") == 2
    assert clean_photo(upload(source)).content.count(b"\xff\xd8\xff") == 1


SAMSUNG = b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data" + video() + b"SEFH\x6b\0\0\0\x01\0\0\0" + b"\x18\0\0\0SEFT"
VIVO = b'vivo{"com.android.camera.takenmodel":"x"}' + b"\xff\xff\xff\xff\x1b*9HWfu\x84\x93\xa2\xb1"


@pytest.mark.parametrize(
    "trailer",
    [
        video(),
        video() + b"v2_f35  0:0  LIVE_3214567  ",
        SAMSUNG,
        VIVO,
        bytes(4096),
        b"\r\n",
        saved(Image.new("L", (32, 32))) + video(),
    ],
    ids=["google", "huawei", "samsung", "vivo", "padding", "newline", "gain map and video"],
)
def test_what_phones_append_is_cut_off(trailer: bytes):
    plain = saved(two_halves())
    assert clean_photo(upload(plain + trailer)) == clean_photo(upload(plain))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "extra",
    [
        zipped(),
        b"<script>alert(1)</script>",
        b"<?php system($_GET['c']); ?>",
        b"%PDF-1.4\n1 0 obj\n",
        b"MZ\x90\0 program",
        b"GIF89a",
        video() + zipped(),
        video() + b"<SCRIPT src=//x>",
        saved(Image.new("L", (8, 8))) + zipped(),
    ],
    ids=[
        "zip",
        "script",
        "php",
        "pdf",
        "exe",
        "gif",
        "zip behind a video",
        "script behind a video",
        "zip behind a photo",
    ],
)
def test_polyglots_are_refused(kind: str, extra: bytes):
    assert "夹带" in refusal(saved(two_halves(), kind) + extra)


@pytest.mark.parametrize(
    ("marker", "data"),
    [(0xFE, b"<script>alert(1)</script>"), (0xFE, b"<?php phpinfo(); ?>"), (0xE5, b"%PDF-1.7 ")],
)
def test_a_photo_with_something_active_in_its_metadata_is_refused(marker: int, data: bytes):
    assert "夹带" in refusal(with_segment(saved(two_halves()), marker, data))


def test_a_zip_that_wraps_the_photo_in_its_comment_is_refused():
    photo = saved(Image.new("RGB", (32, 32)))
    archive = bytearray(zipped())
    head = photo[:2]
    rest = photo[2:]
    offset = len(head) + 4
    (directory,) = struct.unpack_from("<I", archive, len(archive) - 6)
    struct.pack_into("<IH", archive, len(archive) - 6, directory + offset, len(rest))
    source = head + segment(0xFE, bytes(archive)) + rest
    assert zipfile.is_zipfile(io.BytesIO(source))
    assert "夹带" in refusal(source)


@pytest.mark.parametrize(
    "content",
    [
        saved(two_halves(), "TIFF"),
        saved(two_halves(), "GIF"),
        saved(two_halves(), "BMP"),
        saved(two_halves(), "EPS"),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.4",
        zipped(),
        b"hello",
        b"RIFF\x10\0\0\0WAVEfmt ",
    ],
    ids=["tiff", "gif", "bmp", "eps", "svg", "pdf", "zip", "text", "wav"],
)
def test_other_formats_are_refused_whatever_their_name(content: bytes):
    assert "不是能用的照片" in refusal(content, "photo.jpg")


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_heic_is_refused_with_the_way_out(brand: bytes):
    assert "兼容性最佳" in refusal(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic")


def test_a_bomb_is_refused_by_its_header():
    assert "尺寸太大" in refusal(png_of(17_000, 10_000))


def test_bombs_of_the_other_formats_are_refused_too():
    jpeg = bytearray(saved(two_halves()))
    frame = jpeg.index(b"\xff\xc0")
    struct.pack_into(">HH", jpeg, frame + 5, 60_000, 60_000)
    assert "尺寸太大" in refusal(bytes(jpeg))
    webp = saved(Image.new("RGBA", (8, 8)), "WEBP", exif=Image.Exif(), save_all=True, append_images=[two_halves(8, 8)])
    at = webp.index(b"VP8X") + 12
    assert "尺寸太大" in refusal(webp[:at] + (16_000).to_bytes(3, "little") * 2 + webp[at + 6 :])


def test_two_headers_that_disagree_are_refused():
    jpeg = saved(two_halves())
    frame = jpeg.index(b"\xff\xc0")
    length = struct.unpack_from(">H", jpeg, frame + 2)[0] + 2
    small = bytearray(jpeg[frame : frame + length])
    struct.pack_into(">HH", small, 5, 60_000, 60_000)
    assert "尺寸太大" in refusal(jpeg[:frame] + bytes(small) + jpeg[frame:])
    assert "损坏" in refusal(png_of(8, 8, chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0))))


def test_a_text_chunk_bomb_does_nothing():
    text = chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(50_000_000)))
    photo = clean_photo(upload(png_of(8, 8, text)))
    assert photo.width == 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_half_sent_photos_are_refused(kind: str, share: float):
    noise = Image.frombytes("RGB", (200, 200), random.Random(3).randbytes(120_000))
    whole = saved(noise, kind)
    message = refusal(whole[: int(len(whole) * share)])
    assert "重新选择" in message or "不是能用的照片" in message


def test_limits_on_bytes():
    assert "20 MB" in refusal(b"\xff\xd8\xff" + bytes(20 * 2**20))
    assert "空的" in refusal(b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_random_damage_is_cleaned_or_refused_but_never_raises(kind: str):
    whole = saved(two_halves(160, 120), kind)
    dice = random.Random(11)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                photo = clean_photo(upload(bytes(damaged)))
            except UploadRefused:
                continue
        opened(photo).load()
