"""Rules on relations within a household: sexes, and ages against the living head."""

from typing import Final

from services.household_api.quality.rules.person import BIRTHS
from services.household_api.quality.rules.rule import Rule

_QUALITY: Final = "许昌市2023年工作方案：数据质量"

_WITH_HEAD: Final = f"""{BIRTHS}
    JOIN screened_person o ON o.household_id = p.household_id AND o.head AND o.person_id <> p.id"""

_OWN_CHILDREN: Final = (
    "('子', '女', '子女', '独生子', '长子', '次子', '三子', '四子', '五子', '独生女', '长女', '次女', '三女',"
    " '四女', '五女', '其他儿子', '其他女儿')"
)
_OWN_PARENTS: Final = "('父母', '父亲', '母亲')"

_WOMEN: Final = (
    "('妻', '女', '独生女', '长女', '次女', '三女', '四女', '五女', '其他女儿', '养女或继女', '儿媳', '孙女',"
    " '外孙女', '曾孙女', '孙媳', '母亲', '婆婆', '岳母', '继母或养母', '祖母', '外祖母', '嫂', '弟媳', '姐姐', '妹妹',"
    " '姑母', '姨母', '舅母', '婶母', '伯母', '侄女')"
)
_MEN: Final = (
    "('夫', '子', '独生子', '长子', '次子', '三子', '四子', '五子', '其他儿子', '养子或继子', '女婿', '孙子', '外孙子',"
    " '曾孙子', '孙女婿', '父亲', '公公', '岳父', '继父或养父', '祖父', '外祖父', '兄', '弟', '姐夫', '妹夫', '伯父',"
    " '叔父', '舅父', '姑父', '姨父')"
)

KINSHIP_RULES: Final = (
    Rule(
        "sex_contradicts_relationship",
        "error",
        "village",
        "person",
        "性别与户主关系不符",
        "与户主关系所指的性别与登记的性别不一致，请核对关系或证件号码。",
        _QUALITY,
        where=f"p.sex = '1' AND p.relationship IN {_WOMEN} OR p.sex = '2' AND p.relationship IN {_MEN}",
        evidence={"relationship": "p.relationship"},
    ),
    Rule(
        "child_not_younger_than_head",
        "error",
        "village",
        "person",
        "子女与户主年龄不符",
        "子女应比户主小，且至少相差规定的周岁，请核对与户主关系或证件号码。",
        _QUALITY,
        joins=_WITH_HEAD,
        where=f"p.status = 'living' AND p.relationship IN {_OWN_CHILDREN}"
        " AND s.born < o.born + make_interval(years => :parent_child_least_years)",
        evidence={
            "relationship": "p.relationship",
            "limit": "cast(:parent_child_least_years as integer)",
            "other_person_id": "o.person_id",
        },
        parameters=("parent_child_least_years",),
    ),
    Rule(
        "parent_not_older_than_head",
        "error",
        "village",
        "person",
        "父母与户主年龄不符",
        "父母应比户主大，且至少相差规定的周岁，请核对与户主关系或证件号码。",
        _QUALITY,
        joins=_WITH_HEAD,
        where=f"p.status = 'living' AND p.relationship IN {_OWN_PARENTS}"
        " AND s.born > o.born - make_interval(years => :parent_child_least_years)",
        evidence={
            "relationship": "p.relationship",
            "limit": "cast(:parent_child_least_years as integer)",
            "other_person_id": "o.person_id",
        },
        parameters=("parent_child_least_years",),
    ),
)
