"""How a file is laid out: which heading is which field, which word which code, how dates are written.

A layout goes before the general words of the tables. Two are shipped: ``standard``, our own person-per-row sheet,
and ``national``, the export of the national monitoring system (title rows above the header, months for dates, places
by name). A county keeps its own versions of them, and further ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from services.household_api.imports.columns import EXPORT_COLUMNS, MARKERS, STANDARD_COLUMNS
from shared.errors import FieldError
from shared.tables.columns import Column, Sheet, heading_word, plain_word

Dates = Literal["day", "month"]

STANDARD: Final = "standard"
NATIONAL: Final = "national"

OWN_HEADINGS: Final = "列名与此不同的，可存为本县的格式：/v1/import-layouts/{名称}"
_SHEETS: Final = {False: Sheet(STANDARD_COLUMNS, OWN_HEADINGS), True: Sheet(EXPORT_COLUMNS, OWN_HEADINGS)}


@dataclass(frozen=True, slots=True)
class Layout:
    """``columns``: heading -> field; ``values``: field -> word -> code; version 0: as it is shipped.

    ``dates``: ``month`` where ``YYYYMM`` is what stands for a day. ``national``: the file says what the national
    system has, so that it is kept beside what is decided here.
    """

    name: str
    version: int
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    dates: Dates
    national: bool
    set_by: str | None = None
    set_at: datetime | None = None

    def sheet(self) -> Sheet:
        """The table as it is read."""
        sheet = _SHEETS[self.national]
        return sheet.with_words(self.columns, self.values) if self.columns or self.values else sheet

    @property
    def fields(self) -> list[dict[str, Any]]:
        """As ``layout_schemas.LayoutField``: what a file may have, in the order of the sheet."""
        own: dict[str, list[str]] = {}
        for heading, name in self.columns.items():
            own.setdefault(name, []).append(heading)
        return [
            {
                "name": column.name,
                "headings": list(dict.fromkeys((*own.get(column.name, ()), *column.headers))),
                "required": column.required,
                "words": column.values,
            }
            for column in self.sheet().columns
        ]

    def out_columns(self) -> tuple[Column, ...]:
        """The fields in the order of the sheet, each under the layout's own first heading for it."""
        return tuple(
            Column(field["name"], (field["headings"][0],), field["required"], field["words"])
            for field in self.fields
        )


#: What the national system calls its columns where the general words do not know them.
_EXPORT_HEADINGS: Final = {
    "户编号": "household_no",
    "监测对象类别": "monitoring_type",
    "监测类别": "monitoring_type",
    "户类型": "household_type",
    "姓名": "name",
    "证件号码": "id_number",
    "与户主关系": "relationship",
    "民族": "ethnic_group",
    "性别": "sex",
    "出生日期": "birth_date",
    "文化程度": "schooling",
    "在校生状况": "student_status",
    "健康状况": "health",
    "劳动技能": "labour_skill",
    "是否参加医保": "insured",
    "是否参加城乡居民基本医疗保险": "insured",
    "低保": "minimum_living",
    "是否享受低保": "minimum_living",
    "特困": "extreme_hardship",
    "是否特困供养": "extreme_hardship",
    "风险是否已消除": "risk_eliminated",
    "识别监测时间": "identified_on",
    "监测对象识别时间": "identified_on",
    "风险消除方式": "elimination_kind",
    "消除监测时间": "eliminated_on",
    "风险消除时间": "eliminated_on",
    "工资性收入": "wages",
    "生产经营性收入": "business",
    "经营净收入": "business",
    "财产性收入": "property",
    "财产净收入": "property",
    "转移性收入": "transfers",
    "转移净收入": "transfers",
    "生产经营性支出": "costs",
    "合规自付支出": "self_paid_medical",
    "人均纯收入": "per_capita_income",
    "家庭人均纯收入": "per_capita_income",
    "联系电话": "phone",
    "联系方式": "phone",
    "乡": "township_name",
    "村": "village_name",
    "县": "county_name",
    "帮扶联系人": "contact_official",
    "危房等级": "housing_grade",
}

_EXPORT_RISKS: Final = {
    "因病": "illness",
    "因残": "disability",
    "因学": "schooling",
    "因灾": "disaster",
    "因自然灾害": "disaster",
    "缺劳力": "labour_shortage",
    "因意外事故": "accident",
    "因产业项目失败": "business_failure",
    "产业失败": "business_failure",
    "因务工就业不稳": "unstable_work",
    "务工不稳": "unstable_work",
    "因住房出现安全问题": "unsafe_housing",
    "安全住房": "unsafe_housing",
    "因饮水出现安全问题": "unsafe_water",
    "安全饮水": "unsafe_water",
    "饮水": "unsafe_water",
}

SHIPPED: Final = {
    layout.name: layout
    for layout in (
        Layout(STANDARD, 0, {}, {}, "day", national=False),
        Layout(
            NATIONAL,
            0,
            _EXPORT_HEADINGS,
            {
                **{f"risk_{place}": _EXPORT_RISKS for place in range(1, 6)},
                "household_type": {
                    "脱贫户": "lifted",
                    "一般农户": "ordinary",
                    "一般户": "ordinary",
                    "监测对象": "",
                },
            },
            "month",
            national=True,
        ),
    )
}


def recognised(layouts: Iterable[Layout], headings: Iterable[str]) -> Layout | None:
    """The layout that knows most of the headings; of equals the first. None: none knows a single one.

    A national one is taken only where the file says something that the national system alone says.
    """
    words = list(headings)
    best, most = None, 0
    for layout in layouts:
        sheet = layout.sheet()
        found = {heading.column.name for word in words if (heading := sheet.recognise(word))}
        if len(found) > most and not (layout.national and found.isdisjoint(MARKERS)):
            best, most = layout, len(found)
    return best


def any_sheet(layouts: Iterable[Layout]) -> Sheet:
    """A table in any of the layouts, to look at its header."""
    columns = {heading: field for layout in layouts for heading, field in layout.columns.items()}
    return Sheet(EXPORT_COLUMNS, OWN_HEADINGS).with_words(columns, {})


def problems(layout: Layout) -> Iterator[FieldError]:
    """What is wrong with a layout that somebody wants to keep."""
    yield from _ambiguous("/columns", layout.columns, heading_word)
    known = {column.name: column for column in _SHEETS[layout.national].columns}
    for heading, field in layout.columns.items():
        if field not in known:
            yield FieldError(
                _pointer("columns", heading), "unknown_field", f"没有这个字段，可用：{'、'.join(known)}"
            )
    for field, words in layout.values.items():
        if field not in known:
            yield FieldError(
                _pointer("values", field), "unknown_field", f"没有这个字段，可用：{'、'.join(known)}"
            )
            continue
        yield from _ambiguous(_pointer("values", field), words, plain_word)
        codes = set((known[field].values or {}).values())
        for word, code in words.items():
            if codes and code not in codes | {""}:
                allowed = "、".join(sorted(codes - {""}))
                yield FieldError(
                    _pointer("values", field, word), "unknown_code", f"没有这个代码，可用：{allowed}"
                )


def _ambiguous(pointer: str, words: Mapping[str, str], same: Any) -> Iterator[FieldError]:
    """Words that are one when compared, and mean different things; or that are nothing but blanks."""
    meant: dict[str, str] = {}
    for word, meaning in words.items():
        plain = same(word)
        if not plain or meant.setdefault(plain, meaning) != meaning:
            yield FieldError(pointer + _pointer(word), "ambiguous_word", "用词为空，或与另一项相同而所指不同")


def _pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
