"""What a county may set about self-reports and the townships' routine checks (policy.md, The loop, 8)."""

from typing import Final

from shared.parameters.default import PRACTICE, SUILENG, Default
from shared.parameters.shapes import DAY_OF_MONTH, Code, Each, Nullable, Whole

_TIMES: Final = Whole(1, 100_000, "次")

OTHER_WAYS_IN: Final[tuple[Default, ...]] = (
    Default(
        "self_report_code_days",
        180,
        PRACTICE,
        "村申报码的有效天数",
        Whole(1, 366, "天"),
    ),
    Default(
        "self_report_page",
        None,
        PRACTICE,
        "农户扫码申报的网页地址；未设置的，二维码内容为村代码和申报码",
        Nullable(Code(r"https://[0-9A-Za-z.:/_-]{4,200}", "以 https:// 开头的网址")),
    ),
    Default("self_reports_per_code_hour", 30, PRACTICE, "同一申报码每小时最多申报和查询的次数", _TIMES),
    Default("self_reports_per_address_hour", 20, PRACTICE, "同一网络地址每小时最多申报和查询的次数", _TIMES),
    Default("self_reports_per_county_hour", 1000, PRACTICE, "全县每小时最多凭申报码申报和查询的次数", _TIMES),
    Default(
        "self_report_wrong_codes_hour",
        10,
        PRACTICE,
        "同一网络地址一小时内输错申报码多少次后，当小时内不再受理",
        _TIMES,
    ),
    Default(
        "routine_check_due_day",
        25,
        f"{SUILENG}；日期为{PRACTICE}",
        "乡镇每月例行排查（零报告）的截止日（含）",
        DAY_OF_MONTH,
    ),
    Default(
        "routine_check_reminder_days",
        [3, 1],
        PRACTICE,
        "例行排查截止前第几天提醒未报送的乡镇",
        Each(Whole(0, 27, "天"), most=28),
    ),
)
