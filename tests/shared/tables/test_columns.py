import pytest

from shared.tables import words
from shared.tables.columns import Column, Sheet
from shared.tables.content_types import charset, negotiate, table_kind
from shared.tables.errors import UnknownTableType
from shared.tables.escaping import escape, unescape

from .conftest import Read, json_body

PUSH = Sheet(words.PUSH_COLUMNS)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("身份证号", "id_number"),
        ("身份证号码", "id_number"),
        ("证件号码", "id_number"),
        ("身 份 证\n号 码", "id_number"),
        ("ID_Number", "id_number"),
        ("ｉｄ＿ｎｕｍｂｅｒ", "id_number"),
        ("*姓名", "name"),
        ("姓名*（必填）", "name"),
        ("金额(元)", "amount"),
        ("金额（元）", "amount"),
        ("村代码", "region_code"),
        ("行政区划代码", "region_code"),
    ],
)
def test_headings_are_recognised(header: str, name: str) -> None:
    heading = PUSH.recognise(header)
    assert heading is not None
    assert heading.column.name == name
    assert heading.unit == ""


@pytest.mark.parametrize("header", ["", "序号", "(元)", "户主姓名", "***"])
def test_others_are_not(header: str) -> None:
    assert PUSH.recognise(header) is None


def test_ten_thousand_yuan_is_kept() -> None:
    heading = PUSH.recognise("金额（万元）")
    assert heading is not None
    assert heading.unit == "万元"


@pytest.mark.parametrize(
    ("column", "word", "code"),
    [
        (words.HOUSEHOLD_TYPE, "脱贫户", "lifted"),
        (words.HOUSEHOLD_TYPE, " 脱 贫 户 ", "lifted"),
        (words.HOUSEHOLD_TYPE, "Lifted", "lifted"),
        (words.HOUSEHOLD_TYPE, "富裕户", "富裕户"),
        (words.MONITORING_TYPE, "突发严重困难户", "sudden_hardship"),
        (words.MONITORING_TYPE, "", ""),
        (words.LABOUR, "弱劳动力或半劳动力", "weak"),
        (words.RISK_ELIMINATED, "是", "true"),
        (words.RELATIONSHIP, "02", "户主"),
        (words.RELATIONSHIP, "本人", "户主"),
        (words.RELATIONSHIP, "1", "配偶"),
        (words.RELATIONSHIP, "２０", "子"),
        (words.RELATIONSHIP, "子女", "子女"),
        (words.RELATIONSHIP, "儿媳", "儿媳"),
        (words.OUTCOME, "确认有风险", "risk_confirmed"),
        (words.NAME, "脱贫户", "脱贫户"),
        (words.HOUSEHOLD_TYPE, None, None),
    ],
)
def test_words_become_codes(column: Column, word: object, code: object) -> None:
    assert column.code(word) == code


def test_several_words_in_a_cell() -> None:
    assert words.RISKS.code("因病、因灾，因学") == ["illness", "disaster", "schooling"]
    assert words.RISKS.code(["因病", "other"]) == ["illness", "other"]
    assert words.RISKS.code(" ") == []


@pytest.mark.parametrize(
    "column", [words.HOUSEHOLD_TYPE, words.LABOUR, words.OUTCOME, words.RISKS, words.STATE, words.MATCH]
)
def test_the_word_that_is_shown_is_understood(column: Column) -> None:
    for code, word in column.words.items():
        assert column.code(word) == ([code] if column.many else code)
    assert words.HOUSEHOLD_TYPE.word("ordinary") == "一般农户"
    assert words.HOUSEHOLD_TYPE.word("unknown") == "unknown"
    assert words.RELATIONSHIP.word("户主") == "户主"


def test_content_types() -> None:
    assert table_kind("application/json; charset=utf-8") == "json"
    assert table_kind("application/x-ndjson") == table_kind("application/jsonl") == "ndjson"
    assert table_kind("Text/CSV;charset=GBK") == "csv"
    assert charset("text/csv; charset=GBK") == charset('text/csv; charset="gb2312"') == "gb18030"
    assert charset("text/csv") is None
    with pytest.raises(UnknownTableType):
        charset("text/csv; charset=latin1")
    for unknown in ("", "application/xml", "text/plain", "application/vnd.ms-excel"):
        with pytest.raises(UnknownTableType):
            table_kind(unknown)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/html, */*;q=0.1", "json"),
        ("application/json;q=0.5, text/csv;q=0.9", "csv"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/json;q=0.1", "xlsx"),
        ("text/csv;q=0, application/x-ndjson", "ndjson"),
        ("nonsense;;q=x", "json"),
    ],
)
def test_negotiation(accept: str | None, kind: str) -> None:
    assert negotiate(accept) == kind


@pytest.mark.parametrize("text", ["=1+1", "+8613", "-1", "@x", "\tx", "\rx", "'=1", "''=1"])
def test_escape(text: str) -> None:
    assert escape(text) == "'" + text
    assert unescape(escape(text)) == text


@pytest.mark.parametrize("text", ["", "'", "'张三", "张=三", "''", "1-1"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert escape(text) == unescape(text) == text


OWN = Sheet(words.PUSH_COLUMNS).with_words(
    {"就诊流水号": "source_record_id", "患者": "name", "自付(万元)": "amount", "证件号码": "detail"},
    {"indicator": {"大额住院": "YB01"}},
)


def test_a_senders_own_words_besides_the_general_ones() -> None:
    names = {word: heading.column.name for word in ("就诊 流水号*", "患者", "姓名", "id_number", "证件号码")
             if (heading := OWN.recognise(word))}  # fmt: skip
    assert names == {
        "就诊 流水号*": "source_record_id",
        "患者": "name",
        "姓名": "name",
        "id_number": "id_number",
        "证件号码": "detail",
    }
    amount = OWN.recognise("自付（万元）")
    assert amount is not None
    assert (amount.column.name, amount.unit) == ("amount", "万元")
    assert Sheet(words.PUSH_COLUMNS).recognise("患者") is None
    with pytest.raises(KeyError):
        OWN.with_words({"x": "no_field"}, {})


def test_own_words_go_before_general_ones_wherever_they_stand(read: Read) -> None:
    line = "姓名,患者,就诊流水号,预警指标,发生日期,自付(万元)\n甲,乙,1,大额住院,2026-11-02,1.5\n"
    (row,) = read(line.encode(), "csv", OWN)
    assert row.values == {
        "name": "乙", "source_record_id": "1", "indicator": "YB01", "occurred_on": "2026-11-02",
        "amount": "1.5万元",
    }  # fmt: skip
    as_json = {"姓名": "甲", "患者": "乙", "就诊流水号": 1, "预警指标": "大额住院", "自付(万元)": 1.5}
    (row,) = read(json_body(as_json), "json", OWN)
    assert (row.values["name"], row.values["indicator"], row.values["amount"]) == ("乙", "YB01", "1.5万元")
    assert row.original == as_json
