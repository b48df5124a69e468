"""Rules on persons: who they are, how old, at school, at work, insured."""

from typing import Final

from services.household_api.quality.rules.rule import Rule, at_least, day, younger_than

_QUALITY: Final = "许昌市2023年工作方案：数据质量"
_SCHOOL: Final = "绥棱县2024年工作方案：第六项，控辍保学"
_MEDICAL: Final = "绥棱县2024年工作方案：第六项，基本医疗有保障"
_LABOUR: Final = "绥棱县2024年工作方案：第三项，分类施策"

BIRTHS: Final = "JOIN screened_person s ON s.person_id = p.id"

#: 在校生状况 says that somebody is at school.
PUPIL: Final = "p.student_status <> '' AND p.student_status !~ '(非|未|否|无|辍|毕业|退学|学龄前)'"
_WORKERS: Final = "('ordinary', 'skilled')"

PERSON_RULES: Final = (
    Rule(
        "id_number_missing",
        "warning",
        "village",
        "person",
        "没有证件号码",
        "成员没有身份证号，无法与部门数据比对，请补录；确无证件的请说明。",
        _QUALITY,
        where="p.status = 'living' AND p.id_index IS NULL",
    ),
    Rule(
        "same_person_in_two_households",
        "error",
        "township",
        "person",
        "疑似同一人登记在两户",
        "姓名和出生日期相同的健在成员登记在两户，请核对是否同一人，属同一人的只保留一处。",
        _QUALITY,
        joins="""JOIN (SELECT name_birth_index, min(household_id::text) AS first, max(household_id::text) AS last
            FROM person WHERE county_code = :county AND status = 'living' AND name_birth_index IS NOT NULL
            GROUP BY name_birth_index HAVING min(household_id::text) <> max(household_id::text)) twice
            ON twice.name_birth_index = p.name_birth_index""",
        where="p.status = 'living'",
        evidence={
            "other_household_id": "CASE WHEN p.household_id::text = twice.first THEN twice.last ELSE twice.first END"
        },
        across=True,
    ),
    Rule(
        "id_number_seen_with_another",
        "error",
        "township",
        "person",
        "证件号码曾属另一人",
        "该证件号码在历史记录中登记给另一人，请核对证件号码是否录错或重复。",
        _QUALITY,
        joins="""JOIN (SELECT id_index, id, household_id FROM person_history
            WHERE county_code = :county AND id_index IS NOT NULL) before
            ON before.id_index = p.id_index AND before.id <> p.id""",
        where="true",
        evidence={"other_person_id": "before.id", "other_household_id": "before.household_id"},
        across=True,
    ),
    Rule(
        "same_name_and_phone",
        "hint",
        "village",
        "person",
        "同名且电话相同",
        "两名健在成员姓名和电话都相同，疑似重复登记，请核对。",
        _QUALITY,
        joins=f"""{BIRTHS}
            JOIN screened_person o ON o.phone_index = s.phone_index AND o.person_id <> s.person_id
            JOIN person q ON q.county_code = p.county_code AND q.id = o.person_id AND q.name_index = p.name_index""",
        where="p.status = 'living' AND s.phone_index IS NOT NULL",
        evidence={"other_person_id": "q.id"},
        across=True,
    ),
    Rule(
        "deceased_but_insured",
        "error",
        "township",
        "person",
        "已死亡仍登记参保",
        "成员已登记死亡而医保仍为参保，请核实并通知医保部门停保。",
        _MEDICAL,
        where="p.status = 'deceased' AND p.insured",
        evidence={"died_on": day("p.died_on")},
    ),
    Rule(
        "death_date_missing",
        "hint",
        "village",
        "person",
        "已死亡而没有死亡日期",
        "请补录死亡日期，补贴停发和风险消除以此为准。",
        _QUALITY,
        where="p.status = 'deceased' AND p.died_on IS NULL",
    ),
    Rule(
        "implausible_age",
        "warning",
        "village",
        "person",
        "年龄过大",
        "登记为健在而周岁达到规定值，请核实是否已死亡或出生日期有误。",
        _QUALITY,
        joins=BIRTHS,
        where=f"p.status = 'living' AND {at_least('s.born', 'oldest_age')}",
        evidence={"limit": "cast(:oldest_age as integer)"},
        parameters=("oldest_age",),
    ),
    Rule(
        "head_too_young",
        "warning",
        "village",
        "person",
        "户主未成年",
        "户主不足规定周岁，请核对与户主关系；确为未成年人独立成户的，应按困境儿童核实。",
        _QUALITY,
        joins=BIRTHS,
        where=f"p.status = 'living' AND p.relationship = '户主' AND {younger_than('s.born', 'head_youngest_age')}",
        evidence={"limit": "cast(:head_youngest_age as integer)"},
        parameters=("head_youngest_age",),
    ),
    Rule(
        "pupil_too_old",
        "warning",
        "village",
        "person",
        "在校生超龄",
        "登记为在校生而周岁达到规定值，请核对在校生状况或出生日期。",
        _SCHOOL,
        joins=BIRTHS,
        where=f"p.status = 'living' AND {PUPIL} AND {at_least('s.born', 'pupil_oldest_age')}",
        evidence={"state": "p.student_status", "limit": "cast(:pupil_oldest_age as integer)"},
        parameters=("pupil_oldest_age",),
    ),
    Rule(
        "school_age_not_at_school",
        "error",
        "township",
        "person",
        "义务教育阶段儿童不在校",
        "义务教育阶段适龄儿童没有登记在校，请核实是否辍学；因身体原因不能就学的说明送教或缓学情况。",
        _SCHOOL,
        joins=BIRTHS,
        where=f"p.status = 'living' AND NOT ({PUPIL}) AND (p.student_status <> '' OR p.schooling = '')"
        f" AND {at_least('s.born', 'compulsory_schooling_ages_from')}"
        " AND s.born > cast(:today as date) - make_interval(years => :compulsory_schooling_ages_to + 1)",
        evidence={"state": "p.student_status"},
        parameters=("compulsory_schooling_ages",),
    ),
    Rule(
        "worker_too_young",
        "error",
        "village",
        "person",
        "未满劳动年龄登记为劳动力",
        "不足规定周岁的成员登记为有劳动能力，请改正劳动能力或出生日期。",
        _LABOUR,
        joins=BIRTHS,
        where="p.status = 'living' AND p.labour IN ('ordinary', 'skilled', 'weak')"
        f" AND {younger_than('s.born', 'labour_youngest_age')}",
        evidence={"labour": "p.labour", "limit": "cast(:labour_youngest_age as integer)"},
        parameters=("labour_youngest_age",),
    ),
    Rule(
        "worker_too_old",
        "hint",
        "village",
        "person",
        "超过劳动年龄登记为普通劳动力",
        "达到规定周岁的成员仍登记为普通或技能劳动力，请按实际核实是否为弱劳动力。",
        _LABOUR,
        joins=BIRTHS,
        where=f"p.status = 'living' AND p.labour IN {_WORKERS} AND {at_least('s.born', 'labour_oldest_age')}",
        evidence={"labour": "p.labour", "limit": "cast(:labour_oldest_age as integer)"},
        parameters=("labour_oldest_age",),
    ),
    Rule(
        "worker_heavily_disabled",
        "warning",
        "village",
        "person",
        "重度残疾登记为普通劳动力",
        "健康状况为重度（一、二级）残疾的成员登记为普通或技能劳动力，请核实劳动能力。",
        _LABOUR,
        where=f"p.status = 'living' AND p.labour IN {_WORKERS} AND p.health ~ '残'"
        " AND p.health ~ '(重度|[一二12]级)'",
        evidence={"labour": "p.labour"},
    ),
    Rule(
        "labour_lost_but_income",
        "hint",
        "village",
        "person",
        "丧失劳动能力而有个人年收入",
        "登记为丧失或无劳动能力的成员有个人年收入，请核实是否为养老金等转移性收入，或劳动能力有误。",
        _LABOUR,
        where="p.status = 'living' AND p.labour = 'lost' AND p.annual_income > 0",
        evidence={"labour": "p.labour", "income": "cast(p.annual_income as text)"},
    ),
    Rule(
        "personal_income_implausible",
        "warning",
        "village",
        "person",
        "个人年收入过高",
        "个人年收入超过规定值，可能多录了位数，请核对。",
        _QUALITY,
        where="p.status = 'living' AND p.annual_income > cast(:implausible_income_per_head as numeric)",
        evidence={
            "income": "cast(p.annual_income as text)",
            "limit": "cast(:implausible_income_per_head as text)",
        },
        parameters=("implausible_income_per_head",),
    ),
    Rule(
        "monitored_but_uninsured",
        "error",
        "township",
        "person",
        "监测户成员未参保",
        "监测户成员没有参加基本医疗保险，请动员参保并落实资助政策。",
        _MEDICAL,
        joins="JOIN household h ON h.county_code = p.county_code AND h.id = p.household_id",
        where="p.status = 'living' AND p.insured IS FALSE AND h.monitoring_type <> '' AND NOT h.risk_eliminated",
        evidence={"monitoring_type": "h.monitoring_type"},
    ),
)
