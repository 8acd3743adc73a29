"""What of a statement's words all readers of the books may see: doors and purposes, not names and numbers."""

from __future__ import annotations

import re

_LONG_NUMBER = re.compile(r"\d{7,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff·]+")
# What payers write besides their names; whatever is left of a run of characters may be a name.
_WORDS = re.compile(
    r"物业管理费|物业费|物业|停车费|停车|车位|电费|水费|水电|垃圾费|卫生费|公摊|维修|押金|装修|租金|租赁|广告|捐款|补助|"
    r"收款方备注|付款方备注|转账备注|二维码收款|微信转账|支付宝|微信|转账|汇款|收款|付款|扫码|退款|提现|充值|利息|工资|手续费|"
    r"房费|缴费|交费|缴|交|付|费用|费|款|"
    r"年度|年|月份|月|日|季度|上半|下半|全|第[一二三四]|"
    r"小区|号楼|号|楼|幢|栋|座|单元|室|户|房|的|和|及|元"
)
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪"
    "严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴"
    "席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丘华车冉房边辜吉饶刁瞿戚丑古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖"
    "符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫"
    "鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺"
)


def mask_name(run: str) -> str:
    return f"{run[:1]}＊＊"


def _mask_run(match: re.Match[str]) -> str:
    """A run of Chinese characters with what looks like a name in it masked, the usual words kept."""
    run, shown, start = match[0], [], 0
    for word in _WORDS.finditer(run):
        shown += [_mask_rest(run[start : word.start()]), word[0]]
        start = word.end()
    return "".join([*shown, _mask_rest(run[start:])])


def _mask_rest(rest: str) -> str:
    return mask_name(rest) if 2 <= len(rest) <= 4 and rest[0] in _SURNAMES else rest


def mask_remark(plain: str) -> str:
    """A payer's words with names and long numbers masked: "3-2-501 王＊＊物业费"."""
    return _CHINESE.sub(_mask_run, _LONG_NUMBER.sub(lambda number: mask_number(number[0]), plain))


def mask_number(plain: str) -> str:
    """The last four places of an account number."""
    return f"****{plain[-4:]}" if len(plain) > 6 else "****"


def names_in(text: str) -> set[str]:
    """What in a payer's words may be the name of a person."""
    rests = [rest for run in _CHINESE.findall(text) for rest in _WORDS.split(run)]
    return {rest for rest in rests if 2 <= len(rest) <= 4 and rest[0] in _SURNAMES}
