"""The fields and words of contract.md, Words in tables and JSON: written down here once.

Vocabularies go from the Chinese word to the code; the first word of a code is the one that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.tables.columns import Column
from shared.tables.ethnic_groups import ETHNIC_GROUP_WORDS

YES_NO: Mapping[str, str] = {
    "是": "true",
    "否": "false",
    "有": "true",
    "无": "false",
    "√": "true",
    "×": "false",
}

HOUSEHOLD_TYPES: Mapping[str, str] = {
    "一般农户": "ordinary",
    "脱贫户": "lifted",
    "低收入户": "low_income",
    "一般户": "ordinary",
    "普通农户": "ordinary",
    "脱贫人口": "lifted",
    "建档立卡脱贫户": "lifted",
    "低收入人口": "low_income",
}

MONITORING_TYPES: Mapping[str, str] = {
    "脱贫不稳定户": "unstable_lifted",
    "边缘易致贫户": "marginal",
    "突发严重困难户": "sudden_hardship",
    "无": "",
    "非监测对象": "",
}

LABOUR_WORDS: Mapping[str, str] = {
    "普通劳动力": "ordinary",
    "技能劳动力": "skilled",
    "弱劳动力或半劳动力": "weak",
    "丧失劳动力": "lost",
    "无劳动力": "none",
    "弱劳动力": "weak",
    "半劳动力": "weak",
}

# GB/T 4761-2008, code -> word. The words are what is kept: the standard has none for 子女, and it tells the
# person himself (01) from the head (02), who are the same in a household's own list.
_RELATIONSHIP_CODES: Mapping[str, str] = {
    "02": "户主", "0": "户主", "01": "户主", "1": "配偶", "10": "配偶", "11": "夫", "12": "妻", "2": "子",
    "20": "子", "21": "独生子", "22": "长子", "23": "次子", "24": "三子", "25": "四子", "26": "五子",
    "27": "养子或继子", "28": "女婿", "29": "其他儿子", "3": "女", "30": "女", "31": "独生女",
    "32": "长女", "33": "次女", "34": "三女", "35": "四女", "36": "五女", "37": "养女或继女",
    "38": "儿媳", "39": "其他女儿", "4": "孙子女", "40": "孙子女", "41": "孙子", "42": "孙女",
    "43": "外孙子", "44": "外孙女", "45": "孙媳", "46": "孙女婿", "47": "曾孙子", "48": "曾孙女",
    "49": "其他孙子女", "5": "父母", "50": "父母", "51": "父亲", "52": "母亲", "53": "公公", "54": "婆婆",
    "55": "岳父", "56": "岳母", "57": "继父或养父", "58": "继母或养母", "59": "其他父母关系",
    "6": "祖父母", "60": "祖父母", "61": "祖父", "62": "祖母", "63": "外祖父", "64": "外祖母",
    "65": "配偶的祖父母", "66": "曾祖父", "67": "曾祖母", "68": "配偶的曾祖父母", "69": "其他祖父母关系",
    "7": "兄弟姐妹", "70": "兄弟姐妹", "71": "兄", "72": "嫂", "73": "弟", "74": "弟媳", "75": "姐姐",
    "76": "姐夫", "77": "妹妹", "78": "妹夫", "79": "其他兄弟姐妹", "8": "其他", "80": "其他",
    "81": "伯父", "82": "伯母", "83": "叔父", "84": "婶母", "85": "舅父", "86": "舅母", "87": "姨父",
    "88": "姨母", "89": "姑父", "90": "姑母", "91": "堂兄弟姐妹", "92": "表兄弟姐妹", "93": "侄子",
    "94": "侄女", "95": "外甥", "96": "外甥女", "97": "其他亲属", "99": "非亲属",
}  # fmt: skip

RELATIONSHIPS: Mapping[str, str] = {
    **{word: word for word in _RELATIONSHIP_CODES.values()},
    **_RELATIONSHIP_CODES,
    **{
        "子女": "子女",
        "本人": "户主",
        "本人或户主": "户主",
        "之子": "子",
        "儿子": "子",
        "之女": "女",
        "女儿": "女",
    },
    **{
        "丈夫": "夫",
        "妻子": "妻",
        "父": "父亲",
        "母": "母亲",
        "外孙": "外孙子",
        "孙媳妇": "孙媳",
        "养子": "养子或继子",
    },
    **{"养女": "养女或继女", "哥哥": "兄", "弟弟": "弟", "姐": "姐姐", "妹": "妹妹", "孙子、孙女": "孙子女"},
}

# GB/T 2261.1 and 2261.2; "not stated" is no knowledge.
SEXES: Mapping[str, str] = {
    "男": "1",
    "女": "2",
    "男性": "1",
    "女性": "2",
    "未知": "",
    "未知的性别": "",
    "未说明的性别": "",
    "0": "",
    "9": "",
}

MARITAL_STATUSES: Mapping[str, str] = {
    "未婚": "10",
    "已婚": "20",
    "初婚": "21",
    "再婚": "22",
    "复婚": "23",
    "复婚有配偶": "23",
    "再婚有配偶": "22",
    "初婚有配偶": "21",
    "有配偶": "20",
    "丧偶": "30",
    "离婚": "40",
    "离异": "40",
    "未说明的婚姻状况": "90",
    "1": "10",
    "2": "20",
    "3": "30",
    "4": "40",
    "9": "90",
}

SOCIAL_ASSISTANCE_WORDS: Mapping[str, str] = {
    "低保": "minimum_living",
    "特困": "extreme_hardship",
    "无": "none",
    "低保户": "minimum_living",
    "农村低保": "minimum_living",
    "最低生活保障": "minimum_living",
    "特困供养": "extreme_hardship",
    "特困人员": "extreme_hardship",
    "特困供养户": "extreme_hardship",
    "特困人员救助供养": "extreme_hardship",
    "五保": "extreme_hardship",
    "五保户": "extreme_hardship",
    "否": "none",
}

HOUSING_GRADES: Mapping[str, str] = {
    **{f"{grade}级": grade for grade in "ABCD"},
    **{f"{grade}级住房": grade for grade in "ABCD"},
    **{f"{grade}级危房": grade for grade in "CD"},
    "未评定": "",
}

DRINKING_WATER_WORDS: Mapping[str, str] = {
    "安全": "secure",
    "不安全": "insecure",
    "有保障": "secure",
    "无保障": "insecure",
    "达标": "secure",
    "不达标": "insecure",
    "是": "secure",
    "否": "insecure",
}

OUTCOMES: Mapping[str, str] = {
    "确认有风险": "risk_confirmed",
    "无风险": "no_risk",
    "已享受政策": "already_covered",
    "需部门处置": "needs_department",
    "查无此人": "not_found",
    "已迁出": "moved",
    "已死亡": "deceased",
    "有风险": "risk_confirmed",
    "已覆盖": "already_covered",
    "需部门处理": "needs_department",
    "死亡": "deceased",
}

RISK_TYPES: Mapping[str, str] = {
    "因病": "illness",
    "因自然灾害": "disaster",
    "因残": "disability",
    "因学": "schooling",
    "缺劳动力": "labour_shortage",
    "因意外事故": "accident",
    "产业项目失败": "business_failure",
    "务工就业不稳": "unstable_work",
    "住房安全": "unsafe_housing",
    "饮水安全": "unsafe_water",
    "其他": "other",
    "因灾": "disaster",
}

TASK_STATES: Mapping[str, str] = {
    "待签收": "pending",
    "已签收": "received",
    "已核实": "verified",
    "已退回": "returned",
    "已办结": "closed",
}

MATCHES: Mapping[str, str] = {
    "监测对象": "monitored",
    "脱贫户": "lifted",
    "低收入户": "low_income",
    "一般农户": "ordinary",
    "未登记": "unregistered",
    "待人工比对": "candidate",
    "已死亡": "deceased",
    "已迁出": "moved",
    "非本县": "out_of_county",
}

ORIGINS: Mapping[str, str] = {
    "部门推送": "department",
    "自主申报": "self_report",
    "干部排查": "screening",
    "集中排查": "census",
    "复核": "recheck",
}

PURPOSES: Mapping[str, str] = {
    "产业发展": "industry",
    "基础设施": "infrastructure",
    "民生": "livelihood",
    "项目管理费": "management",
    "其他": "other",
}

# What a department pushes.
SOURCE_RECORD_ID = Column("source_record_id", ("记录编号",))
ID_NUMBER = Column("id_number", ("身份证号", "身份证号码", "证件号码", "公民身份号码"))
NAME = Column("name", ("姓名",))
REGION_CODE = Column("region_code", ("村代码", "行政区划代码", "区划代码", "村级代码", "行政村代码"))
INDICATOR = Column("indicator", ("预警指标",))
OCCURRED_ON = Column("occurred_on", ("发生日期",))
AMOUNT = Column("amount", ("金额",))
PHONE = Column("phone", ("联系电话",))
DETAIL = Column("detail", ("情况说明",))

# What the registry holds of a person and the household.
HOUSEHOLD_NO = Column("household_no", ("户编号",))
RELATIONSHIP = Column("relationship", ("与户主关系",), values=RELATIONSHIPS)
HOUSEHOLD_TYPE = Column("household_type", ("户类型",), values=HOUSEHOLD_TYPES)
MONITORING_TYPE = Column("monitoring_type", ("监测对象类别",), values=MONITORING_TYPES)
RISK_ELIMINATED = Column("risk_eliminated", ("风险是否已消除",), values=YES_NO)
LABOUR = Column("labour", ("劳动能力",), values=LABOUR_WORDS)
HEALTH = Column("health", ("健康状况",))
SCHOOLING = Column("schooling", ("就学情况", "文化程度"))
ANNUAL_INCOME = Column("annual_income", ("年收入",))
STATUS = Column(
    "status", ("人员状态",), values={"健在": "living", "死亡": "deceased", "迁出": "moved", "正常": "living"}
)
ADDRESS = Column("address", ("家庭住址", "住址"))
BIRTH_DATE = Column("birth_date", ("出生日期", "出生年月日"))
SEX = Column("sex", ("性别",), values=SEXES)
MARITAL_STATUS = Column("marital_status", ("婚姻状况",), values=MARITAL_STATUSES)
ETHNIC_GROUP = Column("ethnic_group", ("民族",), values=ETHNIC_GROUP_WORDS)
STUDENT_STATUS = Column("student_status", ("在校生状况",))
LABOUR_SKILL = Column("labour_skill", ("劳动技能",))
INSURED = Column(
    "insured",
    ("医保参保", "是否参加基本医疗保险", "是否参加城乡居民基本医疗保险", "是否参保", "是否参加医保"),
    values=YES_NO,
)
DIED_ON = Column("died_on", ("死亡日期",))
SOCIAL_ASSISTANCE = Column(
    "social_assistance", ("社会救助类别", "低保特困情况"), values=SOCIAL_ASSISTANCE_WORDS
)
# The two halves of it, as sheets that ask for each by itself have them.
MINIMUM_LIVING = Column("minimum_living", ("低保", "是否低保", "是否低保户", "是否享受低保"), values=YES_NO)
EXTREME_HARDSHIP = Column(
    "extreme_hardship", ("特困", "是否特困", "是否特困户", "是否特困供养", "是否特困供养户"), values=YES_NO
)
HOUSING_GRADE = Column(
    "housing_grade", ("住房等级", "房屋等级", "住房鉴定等级", "危房等级"), values=HOUSING_GRADES
)
DRINKING_WATER = Column(
    "drinking_water", ("饮水安全", "饮水状况", "是否饮水安全"), values=DRINKING_WATER_WORDS
)
CONTACT_OFFICIAL = Column("contact_official", ("帮扶联系人", "帮扶责任人", "联系干部"))
CONTACT_UNIT = Column("contact_unit", ("帮扶联系人单位", "帮扶单位", "帮扶责任人单位", "联系干部单位"))
SELF_PAID_MEDICAL = Column("self_paid_medical", ("合规自付支出", "合规自付医疗支出", "医疗合规自付支出"))

# What a household earned in twelve months, and what that cost.
WAGES = Column("wages", ("工资性收入",))
BUSINESS = Column("business", ("生产经营性收入", "经营性收入", "经营净收入", "家庭经营收入"))
PROPERTY = Column("property", ("财产性收入", "财产净收入"))
TRANSFERS = Column("transfers", ("转移性收入", "转移净收入"))
COSTS = Column("costs", ("生产经营性支出", "经营性支出", "家庭经营支出"))

# What a township answers.
TASK_ID = Column("task_id", ("任务编号",))
WARNING_ID = Column("warning_id", ("预警编号",))
VERSION = Column("version", ("版本",))
ROW_KEY = Column("row_key", ("清单行码",))
ASSIGNEE = Column("assignee", ("监测信息员",))
CLUE_OUTCOMES = Column("clue_outcomes", ("分线索结果",), many=True)
STATE = Column("state", ("状态",), values=TASK_STATES)
MATCH = Column("match", ("比对结果",), values=MATCHES)
ORIGIN = Column("origins", ("来源",), values=ORIGINS, many=True)
DUE_ON = Column("due_on", ("办理期限",))
OUTCOME = Column("outcome", ("核实结果",), values=OUTCOMES)
VISITED_ON = Column("visited_on", ("入户日期", "走访日期"))
VERIFIERS = Column("verifiers", ("核实人", "入户人员"), many=True)
NEEDS_ORG = Column("needs_org", ("需处置部门",))
RISKS = Column("risk_types", ("风险类型",), values=RISK_TYPES, many=True)
PER_CAPITA_INCOME = Column("per_capita_income", ("人均年收入", "家庭人均纯收入"))
COMPULSORY_EDUCATION = Column("compulsory_education", ("义务教育有保障",), values=YES_NO)
BASIC_MEDICAL = Column("basic_medical", ("基本医疗有保障",), values=YES_NO)
HOUSING = Column("housing", ("住房安全有保障",), values=YES_NO)
WATER = Column("water", ("饮水安全有保障",), values=YES_NO)
NOTE = Column("note", ("备注",))
GUARANTEE_COLUMNS = (COMPULSORY_EDUCATION, BASIC_MEDICAL, HOUSING, WATER)

# What is said about records that were not taken.
LINE = Column("line", ("行号",))
REASONS = Column("reasons", ("退回原因",))
RESULT = Column("result", ("处理结果",))

# What a department answers.
MEASURE = Column("measure", ("落实措施",))
DONE_ON = Column("done_on", ("落实日期",))

PUSH_COLUMNS = (
    SOURCE_RECORD_ID.as_required(),
    ID_NUMBER,
    NAME.as_required(),
    REGION_CODE,
    INDICATOR.as_required(),
    OCCURRED_ON.as_required(),
    AMOUNT,
    PHONE,
    DETAIL,
)

IMPORT_COLUMNS = (
    HOUSEHOLD_NO.as_required(),
    RELATIONSHIP.as_required(),
    NAME.as_required(),
    ID_NUMBER,
    REGION_CODE.as_required(),
    HOUSEHOLD_TYPE.as_required(),
    MONITORING_TYPE,
    RISK_ELIMINATED,
    LABOUR,
    HEALTH,
    SCHOOLING,
    ANNUAL_INCOME,
    PHONE,
    STATUS,
    ADDRESS,
    BIRTH_DATE,
    SEX,
    MARITAL_STATUS,
    ETHNIC_GROUP,
    STUDENT_STATUS,
    LABOUR_SKILL,
    INSURED,
    DIED_ON,
    SOCIAL_ASSISTANCE,
    MINIMUM_LIVING,
    EXTREME_HARDSHIP,
    HOUSING_GRADE,
    DRINKING_WATER,
    CONTACT_OFFICIAL,
    CONTACT_UNIT,
    SELF_PAID_MEDICAL,
)

VERIFICATION_COLUMNS = (
    TASK_ID.as_required(),
    OUTCOME.as_required(),
    VISITED_ON.as_required(),
    VERIFIERS.as_required(),
    NEEDS_ORG,
    RISKS,
    PER_CAPITA_INCOME,
    COMPULSORY_EDUCATION,
    BASIC_MEDICAL,
    HOUSING,
    WATER,
    NOTE,
    VERSION,
)
