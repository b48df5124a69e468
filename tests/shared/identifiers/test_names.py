import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers.names import mask_name, name_key, name_pinyin, normalise_name


@pytest.mark.parametrize("dot", "·•・‧∙⋅．･.")
def test_every_middle_dot_is_one(dot: str) -> None:
    assert normalise_name(f"买买提{dot}吐尔逊") == "买买提·吐尔逊"
    assert normalise_name(f" 买买提 {dot} 吐尔逊") == "买买提·吐尔逊"


@pytest.mark.parametrize("name", ["𠮷田", "王𬱟", "李㛃", "赵䶮", "张三丰", "欧阳·娜"])
def test_rare_characters_stay(name: str) -> None:
    assert normalise_name(name) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张 三", "张三"),
        ("\u3000张\u3000三\u3000丰 ", "张三丰"),
        ("张三\u200b\ufeff", "张三"),
        ("张\u202e三\u2066", "张三"),
        ("张\x00三", "张三"),
        ("Ｊｏｈｎ\u3000 Ｓｍｉｔｈ", "John Smith"),
        ("John A. Smith", "John A. Smith"),
        ("阿里 Ali", "阿里Ali"),
        ("⽅⼩⽂", "方小文"),
        ("·张三·", "张三"),
        ("买买提··吐尔逊", "买买提·吐尔逊"),
        ("Rene\u0301", "Ren\u00e9"),
        ("葛󠄀", "葛"),
        ("", ""),
    ],
)
def test_ways_of_writing_it(written: str, name: str) -> None:
    assert normalise_name(written) == name


@given(st.text())
def test_normal_form_is_stable(raw: str) -> None:
    name = normalise_name(raw)
    assert normalise_name(name) == name
    assert unicodedata.is_normalized("NFC", name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("張偉", "张伟"), ("𠮷田", "吉田"), ("阿·卜", "阿卜"), ("黃䶮", "黄䶮"), ("Ali·Bek", "Ali•Bek")],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert name_pinyin(one) == name_pinyin(other)


@pytest.mark.parametrize(
    ("one", "other"), [("萧红", "肖红"), ("付明", "傅明"), ("李喆", "李哲"), ("王芳", "王方")]
)
def test_names_that_only_sound_alike_are_two(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    assert name_pinyin(one) == name_pinyin(other)


def test_mask() -> None:
    assert mask_name("张三丰") == "张*"
    assert mask_name("𠮷") == "𠮷*"
    assert mask_name("") == ""


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("张三丰", "zhangsanfeng"),
        ("单雄信", "shanxiongxin"),
        ("尉迟恭", "yuchigong"),
        ("曾国藩", "zengguofan"),
        ("买买提·吐尔逊", "maimaitituerxun"),
        ("John Smith", "johnsmith"),
        ("", ""),
        ("单", "shan"),
    ],
)
def test_pinyin(name: str, sound: str) -> None:
    assert name_pinyin(name) == sound
