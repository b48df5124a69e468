"""What more the registry knows: read from sheets and JSON, kept when a cell is empty, shown with its history."""

from typing import Any

import httpx
import pytest

from services.household_api.registry.rules import RegistryRow
from shared.identifiers.id_number import sex
from shared.tables.columns import Sheet
from shared.tables.ethnic_groups import ETHNIC_GROUP_WORDS, ETHNIC_GROUPS
from shared.tables.rows import Records
from shared.tables.words import IMPORT_COLUMNS
from tests.factories.registry import VILLAGE, id_number, person
from tests.household_api.conftest import Load, household_of
from tests.household_api.registry.test_rules import CHECK

MAN, WOMAN = id_number("19700101", 311), id_number("19710101", 312)
RECORDS = Records(Sheet(IMPORT_COLUMNS))


def read(**cells: object) -> Any:
    """A row under Chinese headings."""
    record = {
        "户编号": "D1",
        "与户主关系": "户主",
        "姓名": "王伟",
        "村代码": VILLAGE,
        "户类型": "脱贫户",
        **cells,
    }
    return CHECK.check(RECORDS.row(1, record).values)


def codes(found: Any) -> set[str]:
    assert isinstance(found, list), "the row was accepted"
    return {error.code for error in found}


def test_the_words_of_ordinary_sheets_are_read() -> None:
    row = read(
        **{
            "性别": "女", "婚姻状况": "丧偶", "民族": "满", "在校生状况": "非在校生", "劳动技能": "弱劳动力或半劳动力",
            "是否参加城乡居民基本医疗保险": "是", "低保": "否", "特困": "是", "住房等级": "C级危房",
            "饮水安全": "不安全", "帮扶联系人": "李四", "帮扶单位": "县水务局", "合规自付支出（元）": "1,234.50",
        }
    )  # fmt: skip
    assert isinstance(row, RegistryRow)
    assert (row.sex, row.marital_status, row.ethnic_group) == ("2", "30", "11")
    assert (row.student_status, row.labour_skill, row.labour) == ("非在校生", "弱劳动力或半劳动力", "weak")
    assert (row.insured, row.social_assistance) == (True, "extreme_hardship")
    assert (row.housing_grade, row.drinking_water) == ("C", "insecure")
    assert (row.contact_official, row.contact_unit, str(row.self_paid_medical)) == (
        "李四",
        "县水务局",
        "1234.50",
    )


@pytest.mark.parametrize(
    ("cells", "assistance"),
    [
        ({}, None),
        ({"低保": "", "特困": ""}, None),
        ({"低保": "否", "特困": ""}, ""),
        ({"低保": "是"}, "minimum_living"),
        ({"社会救助类别": "农村低保"}, "minimum_living"),
        ({"社会救助类别": "无"}, ""),
        ({"社会救助类别": ""}, None),
    ],
)
def test_no_assistance_is_told_from_nothing_said(cells: dict[str, str], assistance: str | None) -> None:
    assert read(**cells).social_assistance == assistance


def test_the_number_tells_the_sex() -> None:
    assert sex(MAN) == "male"
    assert read(身份证号=MAN).sex == "1" and read(身份证号=WOMAN).sex == "2"
    assert codes(read(身份证号=MAN, 性别="女")) == {"sex_differs"}
    assert read(身份证号=MAN, 性别="未说明的性别").sex == "1"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"性别": "雄"}, "sex_unknown"),
        ({"婚姻状况": "单身"}, "marital_status_unknown"),
        ({"民族": "火星族"}, "ethnic_group_unknown"),
        ({"住房等级": "E"}, "housing_grade_unknown"),
        ({"合规自付支出": "-1"}, "self_paid_medical_negative"),
        ({"死亡日期": "2027-01-01"}, "death_in_future"),
        ({"死亡日期": "1969-12-31", "身份证号": MAN}, "death_before_birth"),
        ({"死亡日期": "2020-01-01", "人员状态": "健在"}, "death_contradicts_status"),
        ({"医保参保": "也许"}, "boolean_malformed"),
    ],
)
def test_what_no_standard_knows_is_refused(cells: dict[str, str], code: str) -> None:
    assert codes(read(**cells)) == {code}


def test_a_day_of_death_says_that_the_person_has_died() -> None:
    assert read(死亡日期="2020.1.2").status == "deceased"


def test_every_ethnic_group_is_read_by_name_and_code() -> None:
    assert len(ETHNIC_GROUPS) == 58
    for code, name in ETHNIC_GROUPS.items():
        for written in (code, code.lstrip("0"), name, name.removesuffix("族")):
            assert read(民族=written).ethnic_group == code
    assert ETHNIC_GROUP_WORDS["汉族"] == "01"


async def test_an_empty_cell_leaves_what_is_known_and_the_same_file_changes_nothing(
    load: Load, county: httpx.AsyncClient
) -> None:
    full = person(
        "D7", "甲", id_number=MAN, marital_status="已婚", ethnic_group="01", insured=True, labour_skill="泥瓦工",
        housing_grade="B", drinking_water="secure", contact_official="李四", contact_unit="县水务局",
        self_paid_medical="120.50", minimum_living="是",
    )  # fmt: skip
    other = person("D7", "乙", relationship="配偶", id_number=WOMAN, minimum_living="否")
    await load([full, other])
    assert {**await load([full, other]), "id": None}["unchanged"] == 2
    sparse = await load([person("D7", "甲", id_number=MAN, housing_grade="", contact_unit=None)])
    assert (sparse["changed"], sparse["unchanged"]) == (0, 1)
    home = await household_of(county, "D7")
    assert (home["social_assistance"], home["housing_grade"], home["contact_unit"]) == (
        "minimum_living",
        "B",
        "县水务局",
    )
    assert (home["self_paid_medical"], home["reason"][:2]) == ("120.50", "导入")
    head = next(each for each in home["members"] if each["name"] == "甲")
    assert (head["sex"], head["marital_status"], head["insured"], head["labour_skill"]) == (
        "1",
        "20",
        True,
        "泥瓦工",
    )
    contrary = await load([person("D7", "甲", sex="女")])
    assert contrary["unchanged"] == 1, "the number that the registry knows has told the sex"
    differing = await load([full, {**other, "housing_grade": "D"}])
    assert (differing["accepted"], differing["rejected"]) == (1, 1)


async def test_standing_is_corrected_with_a_reason_that_stays(load: Load, county: httpx.AsyncClient) -> None:
    await load([person("D8", "丙", housing_grade="D", social_assistance="minimum_living")])
    home = await household_of(county, "D8")
    path = f"/v1/households/{home['id']}"
    body = {
        "housing_grade": "A级",
        "social_assistance": None,
        "contact_official": "赵六",
        "members": [{"person_id": home["members"][0]["id"], "id_number": WOMAN}],
        "reason": "危房改造竣工",
    }
    body["members"][0]["id_number"] = id_number("19720202", 314)
    changed = await county.patch(path, json=body, headers={"If-Match": f'"{home["version"]}"'})
    assert changed.status_code == 200, changed.text
    now = changed.json()
    assert (now["housing_grade"], now["social_assistance"], now["contact_official"]) == ("A", None, "赵六")
    assert (now["reason"], now["changed_by"], now["members"][0]["sex"]) == ("危房改造竣工", "county", "2")
    before = (await county.get(path, params={"at": home["valid_from"]})).json()
    assert (before["housing_grade"], before["social_assistance"]) == ("D", "minimum_living")
    wrong = await county.patch(path, json={"housing_grade": "E"}, headers={"If-Match": "*"})
    assert [(e["pointer"], e["code"]) for e in wrong.json()["errors"]] == [
        ("/housing_grade", "housing_grade_unknown")
    ]
