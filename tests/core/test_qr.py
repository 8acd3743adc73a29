import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from core import qr


def modules(drawing: str) -> set[tuple[int, int]]:
    (path,) = re.findall(r' d="([^"]+)"', drawing)
    return {
        (int(x) + step, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        for step in range(int(width))
    }


@pytest.mark.parametrize("text", ["A", "https://example.org/verify/7K3M", "朱方路社区" * 20])
def test_both_pictures_show_the_same_code(text: str):
    drawing = qr.svg(text)
    image = Image.open(BytesIO(qr.png(text, scale=3))).convert("1")
    size = image.width // 3
    assert f'viewBox="0 0 {size} {size}"' in drawing
    black = {(x, y) for x in range(size) for y in range(size) if not image.getpixel((3 * x + 1, 3 * y + 1))}
    assert modules(drawing) == black
    assert min(min(point) for point in black) == 4, "the quiet zone is part of the code"


def test_it_may_stand_in_a_page_without_inline_style():
    drawing = qr.svg("A", label='核验 <"码">')
    root = ElementTree.fromstring(drawing)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == '核验 <"码">'
    assert "style" not in drawing
    assert ElementTree.fromstring(qr.svg("A")).attrib["aria-hidden"] == "true"


def test_a_text_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r".+"):
        qr.svg("x" * 3000)
