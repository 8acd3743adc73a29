"""Pinyin of names, stored beside them so that a name is found by its sound or its initials."""

import os
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

os.environ["PYPINYIN_NO_PHRASES"] = "1"  # Names are no phrases, and the phrase tables take 40 MB.

from pypinyin import lazy_pinyin

# Characters that sound otherwise as a surname (现代汉语词典, entries marked 姓); of two in use the commoner.
_AS_SURNAME = (
    "单:shan 仇:qiu 解:xie 区:ou 查:zha 曾:zeng 朴:piao 盖:ge 覃:qin 翟:zhai 乐:yue 员:yun 黑:he 折:she 缪:miao "
    "种:chong 秘:bi 隗:wei 召:shao 洗:xian 繁:po 能:nai 么:yao 祭:zhai 佴:nai 句:gou 阚:kan 薄:bo 粘:nian "
    "卜:bu 郇:xun 乜:nie 藏:zang 适:kuo 参:shen 颉:xie 蔚:yu 泷:shuang 角:jue 镡:tan 炅:gui 重:chong"
)
_SURNAMES = {pair[0]: pair[2:] for pair in _AS_SURNAME.split()}
# And some whose sound in names is not the one most frequent in texts.
_IN_NAMES = {"长": "chang", "都": "du", "晟": "sheng", "厦": "xia", "琢": "zhuo"}
# Two-character surnames of which a part sounds otherwise; 单于 is left out, 单 with a given name 于… is far commoner.
_COMPOUNDS = {
    "尉迟": ["yu", "chi"],
    "万俟": ["mo", "qi"],
    "长孙": ["zhang", "sun"],
    "澹台": ["tan", "tai"],
    "令狐": ["ling", "hu"],
}


def full(name: str) -> str:
    """The name in pinyin without tones and spaces: 单小明 is "shanxiaoming"; ü is v; Latin letters and digits stay."""
    return "".join(_syllables(name))


def initials(name: str) -> str:
    """The first letters: 单小明 is "sxm"."""
    return "".join(syllable[0] for syllable in _syllables(name))


def typed(text: str) -> str:
    """What somebody types to find a name, in the form in which both are stored: "Zhāng San" is "zhangsan", lǚ is "lv".

    "" for whatever cannot be pinyin: other letters, or no letter at all.
    """
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower()).replace("u\u0308", "v")
    kept = "".join(char for char in letters if not (char.isspace() or char in "'’·-" or unicodedata.combining(char)))
    return kept if kept.isascii() and kept.isalnum() and not kept.isdigit() else ""


def _syllables(name: str) -> Iterator[str]:
    name = "".join(unicodedata.normalize("NFKC", name).split())
    surname = _COMPOUNDS.get(name[:2]) if len(name) > 2 else None
    if surname is None and len(name) > 1 and name[0] in _SURNAMES:
        surname = [_SURNAMES[name[0]]]
    yield from surname or []
    for char in name[len(surname or []) :]:
        sound = _sound(char)
        if sound.isascii() and sound.isalnum():
            yield sound


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    return _IN_NAMES.get(char) or str(lazy_pinyin(char)[0]).lower()
