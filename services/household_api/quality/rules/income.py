"""Rules on income: the latest statement of a household (``i``, screened_income) against itself and the line."""

from typing import Final

from services.household_api.quality.rules.rule import MONITORED, Rule, yuan

_QUALITY: Final = "许昌市2023年工作方案：数据质量"
_WATCHED: Final = "绥棱县2024年工作方案：第一项，收入骤减户"
_FALLING: Final = "绥棱县2024年工作方案：第九项，收入连年下降的脱贫户"
_LINE: Final = "方城县2022年、许昌市2023年工作方案：收入监测线，应纳尽纳"

_INCOME: Final = "JOIN screened_income i ON i.household_id = h.id"
_NATIONAL: Final = "JOIN national_record n ON n.county_code = h.county_code AND n.household_id = h.id"

#: The per-head income of each calendar year is that of its last statement; the newest years first.
_YEARS: Final = """
    SELECT household_id, year, per_head,
        row_number() OVER (PARTITION BY household_id ORDER BY year DESC) AS back,
        lead(per_head) OVER (PARTITION BY household_id ORDER BY year DESC) AS before
    FROM (SELECT DISTINCT ON (household_id, extract(year FROM as_of)) household_id,
            cast(extract(year FROM as_of) as integer) AS year,
            (wages + business + property + transfers - costs) / members AS per_head
        FROM income_record WHERE county_code = :county AND members > 0
        ORDER BY household_id, extract(year FROM as_of), as_of DESC, recorded_at DESC, id DESC) ends"""

_FALLEN: Final = f"""JOIN (
    SELECT household_id, max(year) AS newest, jsonb_object_agg(cast(year as text), {yuan("per_head")}) AS years
    FROM ({_YEARS}) y WHERE back <= :income_falling_years
    GROUP BY household_id
    HAVING count(*) = :income_falling_years AND max(year) - min(year) = :income_falling_years - 1
    AND bool_and(back = :income_falling_years OR per_head < before)) y ON y.household_id = h.id"""

_LINE_TOLD: Final = {
    "per_head": yuan("i.per_head"),
    "as_of": "cast(i.as_of as text)",
    "income_line": "cast(:income_line as text)",
    "provisional": "cast(:provisional as boolean)",
}

_RECENT: Final = "i.as_of > cast(:today as date) - make_interval(months => :income_record_months)"

INCOME_RULES: Final = (
    Rule(
        "income_negative",
        "error",
        "village",
        "household",
        "收入为负数",
        "工资、财产、转移性收入或生产支出为负数，或人均收入为负数，请核对各项。",
        _QUALITY,
        joins=_INCOME,
        where="least(i.wages, i.property, i.transfers, i.costs) < 0 OR i.per_head < 0",
        evidence={"per_head": yuan("i.per_head"), "as_of": "cast(i.as_of as text)"},
    ),
    Rule(
        "income_zero",
        "warning",
        "village",
        "household",
        "人均收入为零",
        "最近一次收入记录各项合计为零，请核对是否漏填。",
        _QUALITY,
        joins=_INCOME,
        where="i.per_head = 0 AND a.living > 0",
        evidence={"as_of": "cast(i.as_of as text)"},
    ),
    Rule(
        "income_implausible",
        "warning",
        "village",
        "household",
        "人均收入过高",
        "人均收入超过规定值，可能多录了位数，请核对各项收入。",
        _QUALITY,
        joins=_INCOME,
        where="i.per_head > cast(:implausible_income_per_head as numeric)",
        evidence={
            "per_head": yuan("i.per_head"),
            "limit": "cast(:implausible_income_per_head as text)",
            "as_of": "cast(i.as_of as text)",
        },
        parameters=("implausible_income_per_head",),
    ),
    Rule(
        "income_members_differ",
        "hint",
        "village",
        "household",
        "收入记录的人数与在册人数不符",
        "最近一次收入记录的人数与户内健在人数不一致，人均收入可能算错，请核对。",
        _QUALITY,
        joins=_INCOME,
        where=f"i.members <> a.living AND a.living > 0 AND {_RECENT}",
        evidence={"recorded_members": "i.members", "members": "a.living", "as_of": "cast(i.as_of as text)"},
        parameters=("income_record_months",),
    ),
    Rule(
        "income_not_from_parts",
        "warning",
        "township",
        "household",
        "人均纯收入与分项不符",
        "全国系统中的人均纯收入与四项收入减支出后按人数计算的结果不一致，请核对并改正。",
        _QUALITY,
        joins=f"{_INCOME} {_NATIONAL}",
        where="abs(n.per_capita_income - i.per_head) > cast(:income_rounding_yuan as numeric)",
        evidence={
            "stated": "cast(n.per_capita_income as text)",
            "computed": yuan("i.per_head"),
            "as_of": "cast(i.as_of as text)",
        },
        parameters=("income_rounding_yuan",),
    ),
    Rule(
        "case_income_not_from_parts",
        "hint",
        "township",
        "case",
        "监测档案的人均收入与收入记录不符",
        "入户核实填报的人均收入与最近一次收入记录计算的结果不一致，请核对。",
        _QUALITY,
        joins="JOIN screened_income i ON i.household_id = c.household_id",
        where="c.state NOT IN ('rejected', 'eliminated')"
        " AND abs(c.per_capita_income - i.per_head) > cast(:income_rounding_yuan as numeric)",
        evidence={
            "stated": "cast(c.per_capita_income as text)",
            "computed": yuan("i.per_head"),
            "as_of": "cast(i.as_of as text)",
        },
        parameters=("income_rounding_yuan",),
    ),
    Rule(
        "income_below_line_not_monitored",
        "warning",
        "township",
        "household",
        "收入低于监测线而未纳入监测",
        "人均收入低于收入监测线，没有纳入监测，也没有办理中的监测档案，请入户核实，应纳尽纳。",
        _LINE,
        joins=_INCOME,
        where=f"a.living > 0 AND i.per_head < cast(:income_line as numeric) AND NOT ({MONITORED}) AND {_RECENT}"
        " AND NOT EXISTS (SELECT FROM monitoring_case c WHERE c.county_code = h.county_code"
        " AND c.household_id = h.id AND c.state NOT IN ('rejected', 'eliminated'))",
        evidence=_LINE_TOLD,
        parameters=("income_record_months",),
    ),
    Rule(
        "income_falling",
        "warning",
        "township",
        "household",
        "脱贫户收入连年下降",
        "脱贫户的人均收入在规定的几个年度里一年低于一年，请入户核实有无返贫风险。",
        _FALLING,
        joins=_FALLEN,
        where="h.household_type = 'lifted' AND a.living > 0"
        " AND y.newest >= extract(year FROM cast(:today as date)) - 1",
        evidence={"years": "y.years"},
        parameters=("income_falling_years",),
    ),
    Rule(
        "income_out_of_date",
        "hint",
        "village",
        "household",
        "监测户收入没有更新",
        "监测户没有收入记录，或最近一次收入记录已过期，请入户核实收入。",
        _WATCHED,
        joins="LEFT JOIN screened_income i ON i.household_id = h.id",
        where=f"{MONITORED} AND a.living > 0 AND ({_RECENT}) IS NOT TRUE",
        evidence={"as_of": "cast(i.as_of as text)", "months": "cast(:income_record_months as integer)"},
        parameters=("income_record_months",),
    ),
    Rule(
        "assistance_but_income_high",
        "warning",
        "county",
        "household",
        "领低保、特困而收入远高于监测线",
        "户内有低保或特困待遇，人均收入达到收入监测线的规定倍数，请会同民政部门核实待遇或收入。",
        _QUALITY,
        joins=_INCOME,
        where="h.social_assistance <> '' AND i.per_head >="
        " cast(:income_line as numeric) * cast(:income_far_above_line_times as numeric)",
        evidence={
            "social_assistance": "h.social_assistance",
            "times": "cast(:income_far_above_line_times as text)",
            **_LINE_TOLD,
        },
        parameters=("income_far_above_line_times",),
    ),
)
