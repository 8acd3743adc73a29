import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pinyin import full, initials


@pytest.mark.parametrize(
    ("name", "sound", "letters"),
    [
        ("王小明", "wangxiaoming", "wxm"),
        ("单小明", "shanxiaoming", "sxm"),
        ("仇英", "qiuying", "qy"),
        ("解缙", "xiejin", "xj"),
        ("区丽", "ouli", "ol"),
        ("查文", "zhawen", "zw"),
        ("曾国强", "zengguoqiang", "zgq"),
        ("朴英姬", "piaoyingji", "pyj"),
        ("盖丽", "geli", "gl"),
        ("覃勇", "qinyong", "qy"),
        ("翟天", "zhaitian", "zt"),
        ("乐嘉", "yuejia", "yj"),
        ("员峰", "yunfeng", "yf"),
        ("黑玉", "heyu", "hy"),
        ("折可适", "shekeshi", "sks"),
        ("缪红", "miaohong", "mh"),
        ("宓芳", "mifang", "mf"),
        ("种师道", "chongshidao", "csd"),
        ("秘刚", "bigang", "bg"),
        ("隗明", "weiming", "wm"),
        ("郗鉴", "xijian", "xj"),
        ("冼星海", "xianxinghai", "xxh"),
        ("阚丽", "kanli", "kl"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟卨", "moqixie", "mqx"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("令狐冲", "linghuchong", "lhc"),
        ("澹台明", "tantaiming", "ttm"),
        ("单于", "shanyu", "sy"),
        ("尉军", "weijun", "wj"),
        ("吕布", "lvbu", "lb"),
        ("龑", "yan", "y"),
        ("阿不都·买买提", "abudumaimaiti", "abdmmt"),
        ("王 Ａnna", "wanganna", "wanna"),
        ("李长春", "lichangchun", "lcc"),
        ("李乐", "lile", "ll"),
        ("", "", ""),
    ],
)
def test_names(name: str, sound: str, letters: str):
    assert full(name) == sound
    assert initials(name) == letters


@given(st.text(max_size=20))
def test_any_text_becomes_plain_letters(name: str):
    assert full(name).isascii()
    assert full(name) == full(name).lower()
    assert full(name).isalnum() or full(name) == ""
    assert len(initials(name)) <= len(full(name))


def test_the_phrase_tables_are_not_loaded():
    code = "import core.pinyin, pypinyin.constants as c; assert len(c.PHRASES_DICT) == 0"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
