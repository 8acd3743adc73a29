"""A household's proof on paper, in the language of the books, with what a stranger needs to check it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import qr
from core.documents import render
from core.money import yuan
from property.models import Publication
from property.proofs.proof import HomeProof
from property.publication import seal


def print_proof(publication: Publication, one: HomeProof) -> bytes:
    """One sheet as PDF. Raises ValueError for a household without a proof."""
    if one.data is None:
        raise ValueError("nothing to print")
    query = urlencode({"code": publication.check_code or ""})
    url = f"{settings.SITE_URL.rstrip('/')}{reverse('property:check')}"
    with translation.override(settings.LANGUAGE_CODE):
        data = {
            "title": _("交费已在公示里的证明"),
            "issuer": publication.issuer,
            "sentence": sentence(one),
            "facts": [
                [_("公示"), f"{publication.title} {publication.version_label}"],
                [_("门牌"), one.door],
                [_("本户"), _("%(sum)s 元") % {"sum": yuan(one.paid)}],
                [_("各户一共"), _("%(sum)s 元（公示第五部分）") % {"sum": one.sum}],
                [_("查验码"), seal.grouped(publication.check_code or "")],
            ],
            "how": _("怎么核对"),
            "steps": [
                _("墙上的公示也印着这个查验码，两处应当一样。"),
                _("您手里的收据加起来，减去退款，应当等于本户的数。"),
                _("对不上，请带着收据和这张纸找监督委员或社区，电话 %(phone)s。") % {"phone": publication.contact},
            ],
            "qr": qr.svg(f"{url}?{query}"),
            "qr_alt": _("查验这张公示的二维码"),
            "qr_words": _("扫码看公示"),
            "deep": _("给要逐字核对的人"),
            "deep_words": _(
                "本户的钱随机分成几份，每份带一串只有本户知道的随机数，和其他各户的一起层层合算出总根；"
                "总根、公示的每一行和五个人的签字合算出校验码，查验码是它的开头。"
                "网页上可以下载完整的证明文件，用 %(url)s 的小程序自己算一遍，不用联网。"
            )
            % {"url": f"{settings.SITE_URL.rstrip('/')}{reverse('property:verifier')}"},
            "headings": [_("第几份"), _("元"), _("随机数"), _("算出来的码")],
            "parts": [
                [
                    str(part["leaf"]["part"]),
                    yuan(one.yuan_of(part)),
                    seal.grouped(part["leaf"]["salt"], 16),
                    seal.grouped(one.hash_of(part), 16),
                ]
                for part in one.data["parts"]
            ],
            "roots": [
                [_("各户交费的总根"), seal.grouped(one.data["payments"]["root"], 16)],
                [_("公示各行的总根"), seal.grouped(one.data["lines"]["root"], 16)],
                [_("总根"), seal.grouped(one.data["content"]["root"], 16)],
                [_("校验码"), seal.grouped(publication.hash, 16)],
            ],
        }
        return render("property/proof", data)


def sentence(one: HomeProof) -> str:
    """What the proof says, in one sentence."""
    words = {"amount": one.amount, "total": one.sum, "door": one.door}
    if one.is_back:
        return _("%(door)s这个季度退回的比交的多 %(amount)s 元，已经从公示的 %(total)s 元里减去。") % words
    return _("%(door)s这个季度交了 %(amount)s 元，已经算在公示的 %(total)s 元里。") % words
