"""QR codes for letters, posted sheets and receipts."""

import io

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage


def _code(text: str) -> qrcode.QRCode[PilImage]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    return code


def svg(text: str, label: str = "") -> SafeString:
    """The code as an SVG element without inline style, one unit a module, quiet zone included; `label` names it.

    Without a label the element is hidden from screen readers: print the address beside it. Raises ValueError
    for a text of more than about 2,300 bytes.
    """
    rows = _code(text).get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x] == row[start]:
                x += 1
            if row[start]:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" {1}>'
        '<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{2}"/></svg>',
        len(rows),
        format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"'),
        "".join(runs),
    )


def png(text: str, scale: int = 8) -> bytes:
    """The code as a black and white PNG, `scale` pixels a module."""
    code = _code(text)
    code.box_size = scale
    target = io.BytesIO()
    code.make_image(image_factory=PilImage).save(target, "PNG")
    return target.getvalue()
