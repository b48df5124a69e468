"""The registry as the file that a county exports from its old system and imports here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from bihuan.sample.registry import PersonRow, generate_registry
from shared.tables import words
from shared.tables.columns import Column

FILE_NAME: Final = "registry_231226.csv"

COLUMNS: Final = (
    words.HOUSEHOLD_NO,
    words.RELATIONSHIP,
    words.NAME,
    words.ID_NUMBER,
    words.REGION_CODE,
    words.HOUSEHOLD_TYPE,
    words.MONITORING_TYPE,
    words.RISK_ELIMINATED,
    words.LABOUR,
    words.HEALTH,
    words.SCHOOLING,
    words.ANNUAL_INCOME,
    words.PHONE,
    words.STATUS,
    words.SEX,
    words.MARITAL_STATUS,
    words.ETHNIC_GROUP,
    words.STUDENT_STATUS,
    words.INSURED,
    words.SOCIAL_ASSISTANCE,
    words.HOUSING_GRADE,
    words.DRINKING_WATER,
    words.CONTACT_OFFICIAL,
    words.CONTACT_UNIT,
    words.SELF_PAID_MEDICAL,
)


def write_registry_file(directory: Path, households: int) -> Path:
    """Write the sample registry as CSV (UTF-8, Chinese headers and words), row after row."""
    path = directory / FILE_NAME
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column.headers[0] for column in COLUMNS)
        writer.writerows(_in_chinese(generate_registry(households)))
    return path


def _in_chinese(rows: Iterable[PersonRow]) -> Iterator[list[str]]:
    """The cells of each row in the order of COLUMNS, codes as the words that are shown for them."""
    for row in rows:
        cells: dict[str, object] = dict(row)
        yield [_cell(column, cells[column.name]) for column in COLUMNS]


def _cell(column: Column, value: object) -> str:
    if value is None:
        return ""
    # Yes and no are kept as the words of JSON.
    code = str(value).lower() if isinstance(value, bool) else str(value)
    return column.word(code)
