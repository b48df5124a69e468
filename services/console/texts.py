"""The words of the start page, in Chinese and in English."""

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["zh-CN", "en"]

#: Name: (Chinese, English).
TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("闭环", "Bihuan"),
    "tagline": ("县级防止返贫预警、监测与资金", "Early warning, household monitoring and funds for a county"),
    "skip": ("跳到正文", "Skip to the text"),
    "heading": (
        "行业预警，基层排查，结果回到部门",
        "Departments warn, townships check, the answer comes back",
    ),
    "lead": (
        "每月窗口期内，部门把预警数据推送到县；县里与农户台账比对、备案，按户派发到乡镇；"
        "乡镇入户核实后反馈，部门说明落实了什么。每一条预警都有去向。",
        "In each month's window departments push warnings to the county, which compares them with"
        " the registry, files them and sends each township its list. Townships visit and feed back;"
        " departments say what they did. Every warning has an end that can be looked up.",
    ),
    "window": ("推送窗口期", "The window for pushes"),
    "window_rule": ("每月 5 日至 15 日（含），北京时间", "The 5th to the 15th of each month, Beijing time"),
    "window_note": (
        "窗口期之外，普通批次会被退回并告知下次开放日；突发情况可随时以紧急批次推送，须说明原因；"
        "没有可报的，报零报告。县里可以调整某月的日期，以预警服务中该周期的起止日为准。",
        "Outside it a normal batch is refused with the next opening. An urgent batch is taken at any time"
        " with a reason. A department with nothing to report files a nil report. A county may edit a"
        " month's dates: what counts is the cycle as the warning service shows it.",
    ),
    "states": ("系统状态", "State of the system"),
    "states_note": ("打开本页时的状态。", "As it was when this page was opened."),
    "service": ("服务", "Service"),
    "state": ("状态", "State"),
    "ready": ("正常", "Ready"),
    "unready": ("不能工作，请通知运维", "Not ready: tell the operators"),
    "silent": ("没有应答，请通知运维", "No answer: tell the operators"),
    "warning": ("预警与核实", "Warnings and verification"),
    "household": ("农户台账与监测", "Registry and monitoring"),
    "funds": ("衔接资金", "Funds"),
    "identity": ("身份与授权", "Identity and grants"),
    "ways": ("从哪里进入", "Ways in"),
    "docs": ("接口说明", "API description"),
    "openapi": ("机器可读", "OpenAPI"),
    "department": ("行业部门", "Department"),
    "department_does": (
        "推送预警批次或零报告，取回核实结果，反馈政策落实。",
        "Push a batch or a nil report, fetch the outcomes, report the measures taken.",
    ),
    "township": ("乡镇", "Township"),
    "township_does": (
        "签收核实清单，入户核实，填报结果。",
        "Acknowledge the verification list, visit, report what was found.",
    ),
    "county": ("县农业农村局", "County bureau"),
    "county_does": (
        "导入台账，确认比对候选，派发、督办、审批。",
        "Import the registry, decide uncertain matches, dispatch, supervise, approve.",
    ),
    "finance": ("财政局", "Finance bureau"),
    "finance_does": (
        "登记来源、指标、项目与支付，查看支出进度。",
        "Record sources, allocations, projects and payments; see the progress of spending.",
    ),
    "system": ("其他系统", "Other systems"),
    "system_does": (
        "以接口与其他业务系统对接。",
        "Exchange by API with other government systems.",
    ),
    "public": ("资金公示", "Public disclosure of funds"),
    "public_does": (
        "各级资金安排与使用对社会公开，无需登录，不含个人信息。",
        "How funds of all levels are arranged and used, open to everybody, with no personal data.",
    ),
    "public_link": ("查看公示", "See the disclosures"),
}

#: Who comes in where: the text's name, and the services whose APIs it is about.
WAYS: Final = (
    ("department", ("warning",)),
    ("township", ("warning", "household")),
    ("county", ("warning", "household", "funds")),
    ("finance", ("funds",)),
    ("system", ("identity", "warning", "household", "funds")),
)


def texts_in(language: Language) -> dict[str, str]:
    column = 1 if language == "en" else 0
    return {name: words[column] for name, words in TEXTS.items()}
