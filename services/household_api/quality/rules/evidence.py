"""The words in which a finding tells what it rests on."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.parameters.measure_kinds import MEASURE_KINDS
from shared.tables.words import HOUSEHOLD_TYPE, LABOUR, MONITORING_TYPE, RISKS, SOCIAL_ASSISTANCE

EVIDENCE: Final[Mapping[str, str]] = {
    "approved_on": "批准日期",
    "as_of": "收入截至日期",
    "computed": "按分项计算的人均收入（元）",
    "costs": "生产经营性支出（元）",
    "crossed_off_on": "销号日期",
    "days": "期限（天）",
    "died_on": "死亡日期",
    "due_on": "期限",
    "eliminated_on": "消除监测日期",
    "ends_on": "措施结束日期",
    "here": "本地登记",
    "household_type": "户类型",
    "housing_grade": "住房等级",
    "identified_on": "识别监测日期",
    "income": "年收入（元）",
    "income_line": "收入监测线（元）",
    "kind": "类别",
    "labour": "劳动能力",
    "limit": "规定值",
    "members": "健在人数",
    "monitoring_type": "监测对象类别",
    "months": "规定月数",
    "other_household_id": "另一户",
    "other_person_id": "另一人",
    "per_head": "人均收入（元）",
    "provisional": "收入监测线暂用上年",
    "recorded_members": "收入记录中的人数",
    "relationship": "与户主关系",
    "risks": "风险类型",
    "social_assistance": "社会救助类别",
    "stated": "填报的人均收入（元）",
    "state": "状态",
    "there": "全国系统登记",
    "times": "倍数",
    "years": "年度人均收入（元）",
    "region_code": "区划代码",
}


#: Codes as people say them, by the word that they stand for.
_CASE_STATES: Final = {
    "clue": "线索",
    "visited": "已入户",
    "appraised": "已评议",
    "noticed": "公示中",
    "submitted": "已上报",
    "cross_checked": "已比对",
    "returned": "已退回",
    "approved": "已批准",
    "assisted": "帮扶中",
    "eliminated": "已消除",
    "relapsed": "已返贫",
}
_MEASURE_STATES: Final = {"planned": "计划", "running": "实施中", "done": "已完成", "stopped": "已停止"}
_LEDGERS: Final = {
    "compulsory_education": "义务教育",
    "basic_medical": "基本医疗",
    "housing": "住房安全",
    "water": "饮水安全",
}
_TYPES: Final = MONITORING_TYPE.words
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "household_type": HOUSEHOLD_TYPE.words,
    "monitoring_type": _TYPES,
    "here": _TYPES,
    "there": _TYPES,
    "labour": LABOUR.words,
    "risks": RISKS.words,
    "social_assistance": SOCIAL_ASSISTANCE.words,
    "state": {**_CASE_STATES, **_MEASURE_STATES},
    "kind": {**_LEDGERS, **{str(kind["code"]): str(kind["name"]) for kind in MEASURE_KINDS}},
}


def told(evidence: Mapping[str, Any], order: Iterable[str] = ()) -> str:
    """The evidence as one line for people, the words of ``order`` first."""
    words = [*(word for word in order if word in evidence), *evidence]
    return "；".join(
        f"{EVIDENCE.get(word, word)}：{_shown(evidence[word], _CODES.get(word, {}))}"
        for word in dict.fromkeys(words)
    )


def _shown(value: Any, codes: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "未填"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_shown(one, codes) for one in value)
    if isinstance(value, dict):
        return "、".join(f"{key} {one}" for key, one in value.items())
    return codes.get(str(value), str(value))
