"""Names put together from common surnames and given names; nobody in particular bears them."""

from __future__ import annotations

from itertools import permutations
from random import Random

RARE_CHARACTERS = "𠮷𬱟㛃䶮"
MIDDLE_DOTS = "·•・"

# Roughly in the order of how many people bear them in the north-east: the front is drawn more often.
_SURNAMES: tuple[str, ...] = (
    *"王李张刘杨于孙赵陈徐高马姜宋周朱郭韩曲冯吕吴丁胡田林谭毕许隋董任梁崔石谢范潘邢唐蒋付康毛",
    "欧阳",
    "上官",
)
_MALE = (
    "伟", "强", "军", "勇", "涛", "明", "国强", "志强", "建国", "建军", "海涛", "玉林", "德福",
    "宝山", "春生", "永贵", "长海", "文斌", "洪亮", "立新", "凤山", "占江", "树森", "庆丰", "浩然",
    "子轩", "宇航", "天宇", "俊杰", "鹏", "磊", "刚", "超", "斌", "旭东", "晓峰", "振华", "广林",
    "喜来", "福贵",
)  # fmt: skip
_FEMALE = (
    "芳", "丽", "敏", "静", "艳", "娟", "秀英", "桂英", "玉兰", "淑珍", "桂兰", "凤霞", "秀兰",
    "玉梅", "春梅", "丽华", "淑芬", "金凤", "晓红", "海燕", "雪", "颖", "欣怡", "梓涵", "诗涵",
    "雨桐", "思琪", "佳怡", "婷婷", "丹", "红梅", "彩霞", "淑琴", "亚芹", "立娟", "艳华", "春红",
    "冬梅", "小玲", "玉芬",
)  # fmt: skip
_DOTTED = (
    "阿依古丽", "巴特尔", "那仁", "买买提", "吐尔逊", "萨仁", "苏和", "古丽娜", "哈斯", "帕提曼",
    "其木格", "乌云",
)  # fmt: skip

_SURNAME_WEIGHTS = [60 / (rank + 4) for rank in range(len(_SURNAMES))]


def surname(random: Random) -> str:
    """A surname; common ones come up more often."""
    return random.choices(_SURNAMES, _SURNAME_WEIGHTS)[0]


def given_name(random: Random, *, female: bool) -> str:
    """A given name. The lists are short on purpose: a county is full of people of the same name."""
    return random.choice(_FEMALE if female else _MALE)


def rare_given_name(random: Random) -> str:
    """A given name with a character that GB18030 has and GBK has not."""
    return random.choice(RARE_CHARACTERS) + random.choice(("", "", "林", "英"))


def dotted_names(random: Random, count: int) -> list[str]:
    """Different minority names with a middle dot, in one of the glyphs that keyboards put there."""
    pairs = random.sample(list(permutations(_DOTTED, 2)), count)
    return [f"{first}{random.choice(MIDDLE_DOTS)}{second}" for first, second in pairs]
