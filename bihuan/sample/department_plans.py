"""What each of the ten departments reports, and in which form it is used to sending it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bihuan.sample.registry import PersonRow

Form = Literal["csv", "xlsx", "json", "ndjson", "nil"]

# How the columns are headed; a department's own spelling replaces single ones.
_HEADERS = {
    "source_record_id": "记录编号",
    "name": "姓名",
    "id_number": "身份证号",
    "region_code": "村代码",
    "indicator": "预警指标",
    "occurred_on": "发生日期",
    "amount": "金额",
    "phone": "联系电话",
    "detail": "情况说明",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """A warning indicator; `amounts` is a range in whole yuan where an amount makes sense."""

    code: str
    name: str
    amounts: tuple[int, int] | None = None
    details: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class DepartmentPlan:
    """One department's file of a month.

    `people` ordinary records about persons for whom `concerns(row, age)` holds, beside the special ones.
    `dirt` names spellings that are accepted, `defects` what is refused (`records.py` has both).
    """

    org_code: str
    unit: str
    form: Form
    indicators: tuple[Indicator, ...]
    concerns: Callable[[PersonRow, int], bool]
    people: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    title: bool = False
    note: bool = False
    line_numbers: bool = False
    indicator_by_name: bool = False
    numeric_regions: bool = False
    region_share: float = 1.0
    dirt: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    urgent_reason: str | None = None

    def columns(self) -> dict[str, str]:
        """Field to header, in the order of the columns."""
        return _HEADERS | dict(self.headers)


def _anybody(_: PersonRow, __: int) -> bool:
    return True


def _head(row: PersonRow, _: int) -> bool:
    return row["relationship"] == "户主"


def _adult(_: PersonRow, age: int) -> bool:
    return age >= 18


def _pupil(row: PersonRow, _: int) -> bool:
    return row["schooling"] is not None


def _worker(row: PersonRow, age: int) -> bool:
    return 18 <= age < 60 and row["labour"] in ("ordinary", "skilled")


def _disabled(row: PersonRow, _: int) -> bool:
    return row["health"] == "残疾"


PLANS = (
    DepartmentPlan(
        "YB",
        "县医疗保障局",
        "csv",
        (
            Indicator(
                "YB01",
                "住院自付费用较高",
                (5_000, 68_000),
                details=("", "住院两次，报销后自付", "转省外住院"),
            ),
            Indicator(
                "YB02", "门诊自付费用较高", (1_500, 12_000), details=("", "慢性病门诊用药，“两病”未备案")
            ),
            Indicator("YB03", "未参保或中断缴费", details=("", "本年度未缴费")),
        ),
        _anybody,
        people=42,
        headers=(("id_number", "证件号码"), ("amount", "金额(元)")),
        encoding="gb18030",
        region_share=0.6,
        dirt=("lower_case_x", "full_width_id", "blanks_in_id", "thousands", "dotted_date", "padded_name"),
        defects=("checksum", "lost_digits", "no_name", "negative_amount", "no_id_no_region"),
    ),
    DepartmentPlan(
        "ZJ",
        "县住房和城乡建设局",
        "xlsx",
        (
            Indicator("ZJ01", "住房C级危房", details=("", "墙体开裂，经鉴定")),
            Indicator("ZJ02", "住房D级危房", details=("", "屋顶塌陷，现借住亲属家")),
        ),
        _head,
        people=22,
        headers=(("name", "姓　名"), ("id_number", "身份证号码")),
        title=True,
        note=True,
        line_numbers=True,
        indicator_by_name=True,
        dirt=("blanks_in_id", "full_width_id", "dotted_date", "chinese_date", "padded_name"),
        defects=("lost_digits", "lost_digits", "checksum", "future_date", "no_name"),
    ),
    DepartmentPlan(
        "MZ",
        "县民政局",
        "csv",
        (
            Indicator("MZ01", "新纳入低保特困", details=("", "经乡镇审核，\n已公示无异议")),
            Indicator("MZ02", "退出低保特困", details=("", "收入核对超标, 按月停发")),
            Indicator("MZ03", "临时救助", (500, 8_000), details=("", "突发火灾，一次性救助")),
        ),
        _adult,
        people=30,
        headers=(("region_code", "行政区划代码"), ("amount", "金额（元）")),
        encoding="utf-8-sig",
        note=True,
        dirt=("fifteen_digits", "lower_case_x", "slash_date", "dotted_date", "thousands", "township_region"),
        defects=("checksum", "unknown_indicator", "no_id_no_region", "lost_digits", "two_at_once"),
    ),
    DepartmentPlan(
        "JY",
        "县教育局",
        "xlsx",
        (
            Indicator(
                "JY01", "学生家庭教育支出较大", (6_000, 26_000), details=("", "新录取本科，学费住宿费")
            ),
            Indicator("JY02", "疑似辍学", details=("", "连续两周未到校")),
        ),
        _pupil,
        people=24,
        headers=(("name", "姓名"), ("id_number", "身份证号码"), ("amount", "金额(元)")),
        title=True,
        dirt=("excel_serial", "dotted_date", "lower_case_x", "full_width_id"),
        defects=("no_name", "no_date", "lost_digits", "negative_amount"),
    ),
    DepartmentPlan(
        "WJ",
        "县卫生健康局",
        "json",
        (Indicator("WJ01", "新确诊重大疾病", details=("", "胃恶性肿瘤", "尿毒症，规律透析", "脑出血术后")),),
        _anybody,
        people=28,
        region_share=0.7,
        dirt=("lower_case_x", "dotted_date", "blanks_in_id"),
        defects=("checksum", "future_date", "unknown_indicator"),
    ),
    DepartmentPlan(
        "RS",
        "县人力资源和社会保障局",
        "ndjson",
        (Indicator("RS01", "务工人员失业", details=("", "省外务工返乡", "企业停产，未再就业")),),
        _worker,
        people=34,
        indicator_by_name=True,
        region_share=0.5,
        dirt=("lower_case_x", "full_width_id", "dotted_date", "compact_date"),
        defects=("checksum", "no_name", "no_id_no_region"),
    ),
    DepartmentPlan(
        "SW",
        "县水务局",
        "csv",
        (Indicator("SW01", "饮水中断", details=("", "机井水泵损坏，停水三天", "入户管道冻裂")),),
        _head,
        people=20,
        delimiter="\t",
        title=True,
        indicator_by_name=True,
        dirt=("padded_name", "chinese_date", "dotted_date", "full_width_id"),
        defects=("no_id_no_region", "no_record_id", "future_date"),
    ),
    DepartmentPlan(
        "CL",
        "县残疾人联合会",
        "xlsx",
        (Indicator("CL01", "新办残疾证", details=("", "肢体二级", "视力一级", "精神三级")),),
        _disabled,
        people=18,
        headers=(("region_code", "行政区划代码"),),
        note=True,
        numeric_regions=True,
        dirt=("blanks_in_id", "dotted_date", "lower_case_x"),
        defects=("lost_digits", "lost_digits", "checksum"),
    ),
    DepartmentPlan(
        "YJ",
        "县应急管理局",
        "csv",
        (
            Indicator("YJ01", "受自然灾害影响", (1_000, 30_000), details=("", "暴雪压塌牲畜棚")),
            Indicator("YJ02", "意外事故", (2_000, 50_000), details=("", "房屋火灾")),
        ),
        _head,
        people=22,
        delimiter=";",
        dirt=("dotted_date", "compact_date", "blanks_in_id", "thousands"),
        defects=("future_date", "unknown_indicator", "lost_digits", "two_at_once"),
        urgent_reason="11月初暴雪，农房和牲畜棚舍受损",
    ),
    DepartmentPlan(
        "JT", "县交通运输局", "nil", (Indicator("JT01", "严重交通事故", (3_000, 90_000)),), _adult
    ),
)
