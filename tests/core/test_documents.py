import os
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from PIL import Image

from core import clock, qr
from core.documents import DocumentError, printable, render
from core.fields import Masked
from core.files import clean_pdf

SURNAMES = "龑䶮犇昉赟贇旻邡邴郇厍仉逄缑妫冼麴璩濮訾謇镕堃淼垚玥珺㛃𠅤𪨶"
TEMPLATE = """
#import "/core/portal.typ": *
#show: portal.with(title: data.title, issuer: data.issuer, version: data.version, code: data.code)
= #data.title
#data.text *要紧的话*
#facts(data.facts)
== 明细
#sheet(("项目", "金额（元）"), data.rows, widths: (1fr, 30mm), right: (1,))
#qr(data.qr, alt: "二维码")

#photo("gate.jpg", alt: "大门的照片", width: 40mm)
"""


def paper(folder: Path, source: str = TEMPLATE) -> Path:
    path = folder / "paper.typ"
    path.write_text(source)
    return path


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "JPEG")
    return target.getvalue()


def sample(**changes: object) -> dict[str, object]:
    data: dict[str, object] = {
        "title": "二〇二六年第三季度收支公示",
        "issuer": "朱方路社区",
        "version": "第 1 版",
        "code": "核验码 7K3M",
        "text": f"住户：{SURNAMES}。",
        "facts": [
            ["日期", date(2026, 9, 30)],
            ["金额", Decimal("1234.50")],
            ["电话", Masked("13812345678", lambda _: "138****5678")],
        ],
        "rows": [[f"门卫工资第 {number} 笔", "1,234.50"] for number in range(60)],
        "qr": qr.svg("https://example.org/verify/7K3M"),
    }
    return data | changes


def extract(content: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        assert os.environ.get("CI") != "true", "poppler-utils must be there in CI"
        pytest.skip("NOT CHECKED: the text of PDFs, for want of poppler-utils (pdftotext)")
    path = folder / "paper.pdf"
    path.write_bytes(content)
    out = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, timeout=300)
    return re.sub(r"[ \n]", "", out.stdout.decode())


def test_every_character_that_was_given_can_be_read(tmp_path: Path):
    text = extract(render(paper(tmp_path), sample(), files={"gate.jpg": picture()}), tmp_path)
    for piece in (
        "二〇二六年第三季度收支公示",
        "朱方路社区",
        "第1版",
        "核验码7K3M",
        SURNAMES,
        "要紧的话",
        "门卫工资第59笔",
    ):
        assert piece in text
    assert "2026-09-30" in text
    assert "1234.50" in text
    assert "138****5678" in text
    assert "13812345678" not in text
    assert "第1页，共2页" in text
    assert "第2页，共2页" in text
    assert text.count("金额（元）") == 2


def test_the_foot_speaks_the_language_of_the_reader(tmp_path: Path):
    source = '#import "/core/portal.typ": *\n#show: portal.with(title: "t")\n#words.lang'
    with translation.override("en"):
        assert "en" in extract(render(paper(tmp_path, source), {}), tmp_path)


def test_it_is_a_tagged_pdf_that_our_own_gate_lets_in(tmp_path: Path):
    content = render(paper(tmp_path), sample(), files={"gate.jpg": picture()})
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", content) or b"/StructTreeRoot" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert clean_pdf(ContentFile(content)) == content


def test_equal_input_gives_equal_bytes(tmp_path: Path):
    with clock.at(datetime(2026, 10, 8, 9, tzinfo=UTC)):
        made = {render(paper(tmp_path), sample(), files={"gate.jpg": picture()}) for _ in range(2)}
    assert len(made) == 1


def test_a_character_that_no_font_has_is_marked_and_the_paper_still_printed(tmp_path: Path):
    text = extract(render(paper(tmp_path), sample(text="王𬎆说：好👍️"), files={"gate.jpg": picture()}), tmp_path)
    assert "王〓说：好〓" in text
    assert printable(SURNAMES) == SURNAMES


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('#import "/core/portal.typ": *\n#data.nothing', "nothing"),
        ('#import "/core/portal.typ": *\n#show: portal.with(title: "t")\n#photo("x.jpg", alt: "x")', "not found"),
        ('#import "/core/portal.typ": *\n#show: portal.with(title: "t")\n#image("/files/gate.jpg")', "alt"),
        ('#set document(title: "t")\n#set text(font: "No Such Font")\nHello', "font"),
        ('#set document(title: "t")\n#read("/../../etc/passwd")', "escapes|root|denied"),
    ],
    ids=["unknown name", "missing file", "no alternative text", "missing font", "outside"],
)
def test_what_is_wrong_is_said(tmp_path: Path, source: str, reason: str):
    with pytest.raises(DocumentError, match=reason):
        render(paper(tmp_path, source), {}, files={"gate.jpg": picture()})


def test_a_template_that_is_not_there():
    with pytest.raises(DocumentError, match="core/missing"):
        render("core/missing", {})


@pytest.mark.parametrize("name", ["../x.jpg", "", "a/b.jpg", ".."])
def test_files_have_plain_names(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="plain file name"):
        render(paper(tmp_path), sample(), files={name: b""})


def test_no_template_reaches_for_the_network():
    sources = list(Path(__file__).parents[2].glob("*/typst/*.typ"))
    assert sources
    assert not [path for path in sources if "@preview" in path.read_text() or "@local" in path.read_text()]
