"""Names of persons, in one form for comparing; whoever stores one keeps the name as it was sent beside it.

NFKC is not applied to the whole: it leaves the many middle dots apart and folds more than width. Rare
characters (𠮷, 𬱟, 㛃, 䶮) stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MIDDLE_DOT = "·"

_DOTS = "•・‧∙⋅．･᛫⸱⸳●"
_HAN = r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BLANK_BESIDE_HAN = re.compile(rf"(?<={_HAN})\s+|\s+(?={_HAN})")
_DOT_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s*\.\s*(?={_HAN})")
_AROUND_DOT = re.compile(rf"[\s{MIDDLE_DOT}]*{MIDDLE_DOT}[\s{MIDDLE_DOT}]*")
_PLAIN_HAN = re.compile(r"[\u4e00-\u9fff]+")
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def _fold_table() -> dict[int, str]:
    """Full and half width, and the Kangxi radicals that PDF text yields for ordinary characters."""
    table = {
        point: unicodedata.normalize("NFKC", chr(point))
        for start, stop in ((0xFF00, 0xFFF0), (0x2F00, 0x2FD6))
        for point in range(start, stop)
        if unicodedata.decomposition(chr(point))
    }
    table[0x3000] = " "
    return table | {ord(dot): MIDDLE_DOT for dot in _DOTS}


_FOLD = _fold_table()

# Characters that are read otherwise as a surname than as a word.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "任": "ren", "朴": "piao",
    "盖": "ge", "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "乐": "yue", "翟": "zhai", "召": "shao",
    "缪": "miao", "覃": "qin", "员": "yun", "燕": "yan", "华": "hua", "宁": "ning", "尹": "yin",
}  # fmt: skip


# Traditional and variant characters of names, each before the one that registers use. 萧 and 肖, 付 and 傅,
# 阎 and 闫 are surnames of their own by now: they only sound alike.
_WRITTEN_AND_USUAL = (
    "𠮷吉 張张 陳陈 劉刘 楊杨 趙赵 黃黄 吳吴 呉吴 孫孙 馬马 鄭郑 謝谢 許许 韓韩 馮冯 鄧邓 蕭萧 "
    "葉叶 蘇苏 盧卢 蔣蒋 賈贾 譚谭 鄒邹 陸陆 龍龙 萬万 錢钱 湯汤 賴赖 龔龚 嚴严 偉伟 華华 國国 "
    "囯国 呂吕 髙高 閆闫 閻阎 龐庞 顧顾 齊齐 衛卫 寧宁 畢毕 紀纪 項项 藍蓝 關关 喬乔 羅罗 鍾钟 "
    "鐘钟 單单 邊边 麗丽 蘭兰 鳳凤 強强 軍军 紅红 愛爱 傑杰 剛刚 賢贤 貴贵 寶宝 寳宝 珎珍 慶庆 "
    "榮荣 雲云 嬌娇 豔艳 艷艳 艶艳 飛飞 鵬鹏 曉晓 東东 長长 發发 順顺 義义 學学 書书 進进 連连 "
    "蓮莲 鳴鸣 麐麟 濤涛 澤泽 潔洁 靜静 淨净 淸清 溫温 滿满 瑋玮 瑤瑶 瑩莹 瓊琼 環环 維维 綱纲 "
    "綺绮 緒绪 繼继 績绩 聖圣 聰聪 聲声 興兴 穎颖 頴颖 頡颉 顏颜 顔颜 麥麦 戶户 羗羌 嶽岳 峯峰 "
    "崑昆 徳德 惪德 恆恒 悅悦 勛勋 勳勋 啟启 啓启 巖岩 嵗岁 歲岁 樹树 橋桥 權权 歡欢 歐欧 區区 "
    "銀银 鋒锋 鋼钢 鐵铁 鑾銮 陽阳 陰阴 雙双 霊灵 靈灵 韋韦 風风 駿骏 驥骥 鶴鹤 劍剑 勝胜 匯汇 "
    "廣广 彥彦 從从 憲宪 懷怀 揚扬 時时 會会 業业 氣气 燦灿 燁烨 爗烨 爾尔 獻献 璽玺 畫画 盡尽 "
    "禮礼 祿禄 禎祯 積积 稟禀 節节 簡简 純纯 紹绍 結结 絲丝 緣缘 纓缨 羣群 習习 莊庄 薩萨 藝艺 "
    "詠咏 詩诗 誠诚 諾诺 諸诸 豐丰 貞贞 財财 賓宾 輝辉 煇辉 運运 達达 遠远 選选 鄰邻 醫医 釗钊 "
    "鈞钧 鈴铃 銘铭 錄录 錦锦 鎮镇 鏡镜 鑑鉴 鑒鉴 閔闵 閏闰 陝陕 隊队 際际 電电 頌颂 領领 顯显 "
    "餘余 馳驰 驊骅 鴻鸿 鶯莺 黨党 "
)
_VARIANTS = str.maketrans(_WRITTEN_AND_USUAL[::3], _WRITTEN_AND_USUAL[1::3])


def is_plain_name(text: str) -> bool:
    """Whether it is Han characters and nothing else, which ``normalise_name`` leaves alone."""
    return _PLAIN_HAN.fullmatch(text) is not None


def normalise_name(raw: str) -> str:
    """The name in NFC, half-width, with one kind of middle dot, without invisible characters.

    Blanks go beside Han characters and dots; between Latin words one stays.
    """
    if is_plain_name(raw):
        return raw
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", raw)).translate(_FOLD))
    text = _BLANK_BESIDE_HAN.sub("", _DOT_BETWEEN_HAN.sub(MIDDLE_DOT, text.strip()))
    text = _AROUND_DOT.sub(MIDDLE_DOT, text).strip(MIDDLE_DOT)
    return " ".join(text.split())


def name_key(name: str) -> str:
    """What two spellings of one name have in common: without middle dots, variant characters as the usual one.

    For comparing only; a name is shown as it was written.
    """
    return normalise_name(name).replace(MIDDLE_DOT, "").translate(_VARIANTS)


def mask_name(name: str) -> str:
    """The first character and a star, however long the name is (contract.md, Everywhere)."""
    return name[0] + "*" if name else ""


def name_pinyin(name: str) -> str:
    """The name's sound in small letters without tones or separators: 单雄信 is `shanxiongxin`.

    Character by character, since a name is no phrase: so one character always sounds the same. Characters
    that pypinyin does not know stay themselves.
    """
    name = name_key(name)
    surname = next((name[:length] for length in (2, 1) if name[:length] in _SURNAMES), "")
    sounds = _SURNAMES.get(surname, "") + "".join(map(_sound, name[len(surname) :]))
    return "".join(sounds.lower().split())


@lru_cache(maxsize=65_536)
def _sound(character: str) -> str:
    # Imported where it is needed: its dictionaries are large and only the registry asks for sounds.
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(character))
