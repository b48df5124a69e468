"""A household in which everything is in order, and one way to spoil it for each rule on doubtful data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from shared.db.identifiers import new_id
from tests.factories.registry import VILLAGE, id_number

COUNTY = "231226"

IDS = ("household", "head", "wife", "son", "father", "case", "measure", "plan", "entry", "other_person")


@dataclass(frozen=True)
class Sound:
    """The ids of what belongs to a household, by the names that ``Spoiling`` uses."""

    number: int
    ids: Mapping[str, UUID]


@dataclass(frozen=True)
class Spoiling:
    """``sql``: statements with ``{household}``, ``{head}``, … for ids. ``born``: other birth dates (yyyymmdd) to
    register the members with. ``subject``: the id that the finding must have. ``phones``: the members' telephones.
    ``county_sql``: what is done to the whole county and undone afterwards."""

    subject: str
    sql: tuple[str, ...] = ()
    born: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    phones: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


BORN = {"head": "19750301", "wife": "19770402", "son": "20140503", "father": "19480604"}


def members(number: int, spoiling: Spoiling) -> list[dict[str, Any]]:
    """Head, wife, a son at school and the head's father, each with numbers of their own."""
    born = {**BORN, **spoiling.born}
    sequences = {"head": 1, "wife": 2, "son": 3, "father": 5}
    told = {
        "head": {"relationship": "户主", "labour": "ordinary", "health": "患有大病"},
        "wife": {"relationship": "妻", "labour": "ordinary", "health": "健康"},
        "son": {"relationship": "子", "labour": "none", "health": "健康", "student_status": "小学六年级"},
        "father": {"relationship": "父亲", "labour": "weak", "health": "健康"},
    }
    return [
        {
            **told[who],
            "name": f"{name}{CHARACTERS[number // 30]}{CHARACTERS[number % 30]}",
            # The last digit of the sequence tells the sex: odd for men.
            "id_number": id_number(born[who], number % 90 * 10 + sequences[who], f"2312{20 + number // 90}"),
            "phone": spoiling.phones.get(who) or f"139{number:04d}{sequences[who]:04d}",
            "insured": True,
        }
        for who, name in (("head", "王"), ("wife", "李"), ("son", "王小"), ("father", "王老"))
        if who not in spoiling.without
    ]


CHARACTERS = "安邦昌德恩丰刚国海和宏建杰俊康立明宁平强庆荣瑞胜泰伟祥义永远"


async def register(
    county: httpx.AsyncClient, owner: asyncpg.Connection, number: int, spoiling: Spoiling
) -> Sound:
    """Register the household, with a case, an income, a plan and a measure that fit."""
    body = {
        "household_no": f"Q{number:04d}",
        "region_code": VILLAGE,
        "household_type": "lifted",
        "monitoring_type": "unstable_lifted",
        "risk_eliminated": False,
        "housing_grade": "A",
        "drinking_water": "secure",
        "contact_official": "联系人",
        "contact_unit": "县农业农村局",
        "self_paid_medical": "8000.00",
        "members": members(number, spoiling),
    }
    answer = await county.post("/v1/households", json=body)
    assert answer.status_code == 201, answer.text
    household = answer.json()
    by_relation = {"户主": "head", "妻": "wife", "子": "son", "父亲": "father"}
    ids = {name: new_id() for name in IDS} | {"household": UUID(household["id"])}
    ids |= {by_relation[m["relationship"]]: UUID(m["id"]) for m in household["members"]}
    for statement in (*SOUND, *spoiling.sql):
        await owner.execute(filled(statement, ids))
    return Sound(number, ids)


def filled(statement: str, ids: Mapping[str, UUID]) -> str:
    return statement.format(**{name: f"'{value}'" for name, value in ids.items()})


_REGION = f"'{COUNTY}', '{VILLAGE}'"

#: What stands in the other tables of a household in order, in November 2026.
SOUND = (
    "SET search_path TO household",
    f"""INSERT INTO monitoring_case (county_code, region_code, id, household_id, state, monitoring_type, risk_types,
        per_capita_income, guarantees, due_on, opened_by, opened_at, version, period, green_channel, provisional,
        disaster_kinds, income_line, approved_on)
    VALUES ({_REGION}, {{case}}, {{household}}, 'assisted', 'unstable_lifted', '{{{{illness}}}}', 9000.00,
        '{{{{"housing": true, "water": true, "basic_medical": true, "compulsory_education": true}}}}', '2026-03-01',
        'test', '2026-02-10', 8, 1, false, false, '{{{{}}}}', 7500.00, '2026-02-20')""",
    "UPDATE household SET monitoring_case_id = {case} WHERE id = {household}",
    f"""INSERT INTO case_period (county_code, region_code, case_id, period, started_on, identified_on,
        monitoring_type, elimination_kind)
    VALUES ({_REGION}, {{case}}, 1, '2026-02-10', '2026-02-20', 'unstable_lifted', '')""",
    f"""INSERT INTO income_record (county_code, region_code, id, household_id, as_of, wages, business, property,
        transfers, costs, members, source, recorded_by, recorded_at)
    VALUES ({_REGION}, gen_random_uuid(), {{household}}, '2026-09-30', 30000, 8000, 0, 1000, 3000, 4, '入户',
        'test', '2026-10-01')""",
    f"""INSERT INTO national_record (county_code, region_code, household_id, monitoring_type, risk_eliminated,
        identified_on, elimination_kind, risk_types, per_capita_income, imported_at, imported_by)
    VALUES ({_REGION}, {{household}}, 'unstable_lifted', false, '2026-02-20', '', '{{{{illness}}}}', 9000.00,
        '2026-10-02', 'test')""",
    f"""INSERT INTO assistance_plan (county_code, region_code, case_id, period, version, household_id, state,
        labour_ability, missing, contact_official, contact_unit, contact_level, parameters_used, made_by, made_at)
    VALUES ({_REGION}, {{case}}, 1, 1, {{household}}, 'confirmed', 'able', '{{{{}}}}', '联系人', '县农业农村局',
        'county', '[]', 'test', '2026-02-25')""",
    f"""INSERT INTO assistance_measure (county_code, region_code, id, version, case_id, household_id, period, kind,
        org_code, starts_on, ends_on, state, effect, made_by, made_at)
    VALUES ({_REGION}, {{measure}}, 1, {{case}}, {{household}}, 1, 'medical_assistance', 'YB', '2026-03-01',
            '2026-12-31', 'running', '', 'test', '2026-03-01'),
        ({_REGION}, gen_random_uuid(), 1, {{case}}, {{household}}, 1, 'employment', 'RS', '2026-03-01',
            '2026-12-31', 'running', '', 'test', '2026-03-01')""",
)
