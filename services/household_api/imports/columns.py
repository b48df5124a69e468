"""What a file may say besides the registry's own fields: incomes, what the national system says, names of places."""

from typing import Final

from shared.tables.columns import Column
from shared.tables.words import (
    BUSINESS,
    COSTS,
    IMPORT_COLUMNS,
    PER_CAPITA_INCOME,
    PROPERTY,
    RISK_TYPES,
    TRANSFERS,
    WAGES,
)

AS_OF: Final = Column("as_of", ("收入截至日期", "收入统计截止日期", "数据截止日期"))
MEMBERS: Final = Column("members", ("家庭人口数", "家庭人口", "家庭人数"))

IDENTIFIED_ON: Final = Column("identified_on", ("识别监测时间",))
ELIMINATED_ON: Final = Column("eliminated_on", ("消除监测时间",))
ELIMINATION_KINDS: Final = {
    "帮扶消除": "measured",
    "自然消除": "natural",
    "措施消除": "measured",
    "帮扶措施消除": "measured",
    "落实帮扶措施消除": "measured",
}
ELIMINATION_KIND: Final = Column("elimination_kind", ("风险消除方式",), values=ELIMINATION_KINDS)
RISKS: Final = tuple(
    Column(
        f"risk_{place}",
        (f"致贫/返贫风险{place}", f"致贫返贫风险{place}", f"返贫致贫风险{place}", f"返贫风险{place}"),
        values={**RISK_TYPES, "无": "", "无风险": ""},
    )
    for place in range(1, 6)
)

#: Places by name, for files without codes.
COUNTY_NAME: Final = Column("county_name", ("县", "县(市、区)", "县区", "区县", "所在县"))
TOWNSHIP_NAME: Final = Column("township_name", ("乡", "乡(镇)", "乡镇", "乡镇名称", "所在乡镇"))
VILLAGE_NAME: Final = Column("village_name", ("村", "行政村", "村(社区)", "村名称", "所在村"))

PLACES: Final = (COUNTY_NAME, TOWNSHIP_NAME, VILLAGE_NAME)
INCOME_COLUMNS: Final = (WAGES, BUSINESS, PROPERTY, TRANSFERS, COSTS, AS_OF, MEMBERS)
NATIONAL_COLUMNS: Final = (IDENTIFIED_ON, ELIMINATED_ON, ELIMINATION_KIND, *RISKS, PER_CAPITA_INCOME)

#: The person-per-row sheet of ours.
STANDARD_COLUMNS: Final = (*IMPORT_COLUMNS, *INCOME_COLUMNS)

#: What the national system exports; it names places, and its lists are told by type where a column lacks.
EXPORT_COLUMNS: Final = (
    *(
        Column(
            column.name,
            column.headers,
            column.name in ("household_no", "relationship", "name"),
            column.values,
        )
        for column in IMPORT_COLUMNS
    ),
    *PLACES,
    *INCOME_COLUMNS,
    *NATIONAL_COLUMNS,
)

#: A file that has none of these is not what the national system says of a monitored household.
MARKERS: Final = frozenset(column.name for column in (IDENTIFIED_ON, ELIMINATED_ON, ELIMINATION_KIND, *RISKS))
