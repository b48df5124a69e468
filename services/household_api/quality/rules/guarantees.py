"""Rules on the guarantee ledgers, and on what is said to be secure against what the registry knows."""

from typing import Final

from services.household_api.quality.rules.rule import Rule, day

_LEDGER: Final = "绥棱县2024年工作方案：第六、七项，保障台账和销号"
_HOUSING: Final = "武汉市洪山区2022年工作方案：第二项，危房 C、D 级"

_DANGEROUS: Final = "h.housing_grade = ANY (cast(:dangerous_housing_grades as text[]))"
_OPEN_CASE: Final = "c.state NOT IN ('rejected', 'eliminated')"
_OF_CASE: Final = "JOIN household h ON h.county_code = c.county_code AND h.id = c.household_id"
_OF_ENTRY: Final = "JOIN household h ON h.county_code = g.county_code AND h.id = g.household_id"


def _no_entry(kind: str) -> str:
    return (
        "NOT EXISTS (SELECT FROM guarantee_entry g WHERE g.county_code = h.county_code"
        f" AND g.household_id = h.id AND g.kind = '{kind}')"
    )


GUARANTEE_RULES: Final = (
    Rule(
        "housing_secure_but_dangerous",
        "error",
        "township",
        "case",
        "住房填为有保障而等级为危房",
        "监测档案填住房安全有保障，登记簿的住房等级却为危房，请核实住房等级或保障情况。",
        _HOUSING,
        joins=_OF_CASE,
        where=f"{_OPEN_CASE} AND c.guarantees ->> 'housing' = 'true' AND {_DANGEROUS}",
        evidence={"housing_grade": "h.housing_grade"},
        parameters=("dangerous_housing_grades",),
    ),
    Rule(
        "water_secure_but_insecure",
        "error",
        "township",
        "case",
        "饮水填为有保障而登记为不安全",
        "监测档案填饮水安全有保障，登记簿的饮水却为不安全，请核实。",
        _LEDGER,
        joins=_OF_CASE,
        where=f"{_OPEN_CASE} AND c.guarantees ->> 'water' = 'true' AND h.drinking_water = 'insecure'",
        evidence={"state": "c.state"},
    ),
    Rule(
        "dangerous_housing_not_in_ledger",
        "warning",
        "county",
        "household",
        "危房没有列入台账",
        "住房等级为危房的户没有列入住房保障台账，请登记并落实改造。",
        _HOUSING,
        where=f"a.living > 0 AND {_DANGEROUS} AND {_no_entry('housing')}",
        evidence={"housing_grade": "h.housing_grade"},
        parameters=("dangerous_housing_grades",),
    ),
    Rule(
        "insecure_water_not_in_ledger",
        "warning",
        "county",
        "household",
        "饮水不安全没有列入台账",
        "饮水不安全的户没有列入饮水保障台账，请登记并解决。",
        _LEDGER,
        where=f"a.living > 0 AND h.drinking_water = 'insecure' AND {_no_entry('water')}",
    ),
    Rule(
        "crossed_off_but_insecure",
        "error",
        "county",
        "guarantee",
        "已销号而登记簿仍为不安全",
        "台账已销号，登记簿的住房等级仍为危房或饮水仍为不安全，请核实是否真正解决，或更新登记簿。",
        _LEDGER,
        joins=_OF_ENTRY,
        where=f"g.state = 'crossed_off' AND (g.kind = 'housing' AND {_DANGEROUS}"
        " OR g.kind = 'water' AND h.drinking_water = 'insecure')",
        evidence={"kind": "g.kind", "crossed_off_on": day("g.crossed_off_on")},
        parameters=("dangerous_housing_grades",),
    ),
    Rule(
        "guarantee_overdue",
        "warning",
        "county",
        "guarantee",
        "台账超期未解决",
        "保障台账中的问题超过期限仍未销号，请责任部门尽快解决。",
        _LEDGER,
        where="g.state <> 'crossed_off' AND g.due_on < cast(:today as date)",
        evidence={"kind": "g.kind", "due_on": day("g.due_on")},
    ),
)
