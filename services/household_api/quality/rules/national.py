"""Rules on what the national system says of a household, against what stands here."""

from typing import Final

from services.household_api.quality.rules.rule import Rule, day

_MARKED: Final = "绥棱县2024年工作方案：第一项，全国防返贫监测信息系统标注"
_HERE: Final = "JOIN national_record n ON n.county_code = h.county_code AND n.household_id = h.id"
_EVIDENCE: Final = {
    "here": "CASE WHEN h.risk_eliminated THEN '已消除' ELSE '未消除' END",
    "there": "CASE WHEN n.risk_eliminated THEN '已消除' ELSE '未消除' END",
    "eliminated_on": day("n.eliminated_on"),
}

NATIONAL_RULES: Final = (
    Rule(
        "monitored_there_not_here",
        "error",
        "county",
        "household",
        "全国系统为监测对象而本地未登记",
        "全国系统记载为未消除风险的监测对象，本地登记簿没有监测标记或户已无人，请核实后改正其一。",
        _MARKED,
        joins=_HERE,
        where="n.monitoring_type <> '' AND NOT n.risk_eliminated AND (h.monitoring_type = '' OR a.living = 0)",
        evidence={"there": "n.monitoring_type", "identified_on": day("n.identified_on")},
    ),
    Rule(
        "monitored_here_not_there",
        "warning",
        "county",
        "household",
        "本地监测而全国系统没有",
        "本地登记为未消除风险的监测对象，全国系统没有这户或不是监测对象，请在全国系统补录。",
        _MARKED,
        joins="LEFT JOIN national_record n ON n.county_code = h.county_code AND n.household_id = h.id",
        where="h.monitoring_type <> '' AND NOT h.risk_eliminated AND coalesce(n.monitoring_type, '') = ''"
        " AND EXISTS (SELECT FROM national_record o WHERE o.county_code = :county)",
        evidence={"here": "h.monitoring_type"},
        across=True,
    ),
    Rule(
        "eliminated_here_not_there",
        "warning",
        "county",
        "household",
        "本地已消除而全国系统未标注",
        "本地已消除风险，全国系统仍为未消除，请在全国系统标注。",
        _MARKED,
        joins=_HERE,
        where="h.monitoring_type <> '' AND h.risk_eliminated AND n.monitoring_type <> '' AND NOT n.risk_eliminated",
        evidence=_EVIDENCE,
    ),
    Rule(
        "eliminated_there_not_here",
        "warning",
        "county",
        "household",
        "全国系统已消除而本地未消除",
        "全国系统已标注消除风险，本地仍在监测，请核实本地是否漏办消除程序或全国系统误标。",
        _MARKED,
        joins=_HERE,
        where="h.monitoring_type <> '' AND NOT h.risk_eliminated AND n.monitoring_type <> '' AND n.risk_eliminated",
        evidence=_EVIDENCE,
    ),
    Rule(
        "monitoring_type_differs",
        "warning",
        "county",
        "household",
        "监测对象类别与全国系统不一致",
        "本地与全国系统登记的监测对象类别不同，请核实后改正其一。",
        _MARKED,
        joins=_HERE,
        where="h.monitoring_type <> '' AND n.monitoring_type <> '' AND h.monitoring_type <> n.monitoring_type",
        evidence={"here": "h.monitoring_type", "there": "n.monitoring_type"},
    ),
)
