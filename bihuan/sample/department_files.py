"""The files that the ten departments push for a month, as departments really send them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from bihuan.sample.county import COUNTY_CODE
from bihuan.sample.department_plans import PLANS, DepartmentPlan
from bihuan.sample.department_records import Month
from bihuan.sample.records import Cell, Record
from bihuan.sample.registry import PersonRow
from bihuan.sample.registry_sample import RegistrySample

DAY_OF_PUSH = 8

CONTENT_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}


@dataclass(frozen=True, slots=True)
class DepartmentFile:
    """A file to push as `org_code`, and what must come of it.

    `path` and `content_type` are None where the department files a nil report instead. `expected` has
    `received, accepted, duplicate, rejected`; `defects` says how many records are refused for what. A batch
    with `urgent_reason` is pushed as urgent.
    """

    org_code: str
    path: Path | None
    content_type: str | None
    batch_no: str
    expected: dict[str, int]
    defects: dict[str, int] = field(default_factory=dict)
    urgent_reason: str | None = None


def write_department_files(
    directory: Path, month: str, registry: Iterable[PersonRow], seed: int = int(COUNTY_CODE)
) -> list[DepartmentFile]:
    """Write one file per department for the cycle `month` (`2026-11`) and say what each must come to.

    The files are meant to be pushed on the month's 8th or later in its window: everything in them happened in
    the thirty days up to the 8th, but for the dates that are wrong. `registry` is read once, as a stream. The
    same arguments give the same bytes.
    """
    day = date.fromisoformat(f"{month}-{DAY_OF_PUSH:02d}")
    random = Random(f"{seed} {month}")
    reports = Month(RegistrySample(registry, random), day, random)
    return [_write(directory, plan, reports, day) for plan in PLANS]


def _write(directory: Path, plan: DepartmentPlan, reports: Month, day: date) -> DepartmentFile:
    report = reports.report(plan)
    path = None if plan.form == "nil" else directory / f"{plan.org_code}_{day:%Y-%m}.{plan.form}"
    if path and plan.form == "csv":
        _write_csv(path, plan, report.records, day)
    elif path and plan.form == "xlsx":
        _write_xlsx(path, plan, report.records, day)
    elif path:
        _write_json(path, report.records, by_line=plan.form == "ndjson")
    return DepartmentFile(
        org_code=plan.org_code,
        path=path,
        content_type=CONTENT_TYPES.get(plan.form),
        batch_no=f"{plan.org_code}-{day:%Y-%m}-01",
        expected=report.counts(),
        defects=dict(report.defects),
        urgent_reason=plan.urgent_reason,
    )


def _title(plan: DepartmentPlan, day: date) -> str:
    return f"绥棱县{plan.unit.removeprefix('县')}{day.year}年{day.month}月防返贫预警信息推送表"


def _note(plan: DepartmentPlan, day: date) -> str:
    return f"填报单位：{plan.unit}（盖章） 填表日期：{day.year}年{day.month}月{day.day}日"


def _write_csv(path: Path, plan: DepartmentPlan, records: list[Record], day: date) -> None:
    columns = plan.columns()
    with path.open("w", encoding=plan.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=plan.delimiter)
        if plan.title:
            writer.writerow([_title(plan, day)])
        writer.writerow(columns.values())
        writer.writerows([_as_text(record[name]) or "" for name in columns] for record in records)
        if plan.note:
            writer.writerows([[], [_note(plan, day)]])


def _write_json(path: Path, records: list[Record], *, by_line: bool) -> None:
    """With the English names, without the fields that are empty."""
    plain = [{name: text for name, cell in record.items() if (text := _as_text(cell))} for record in records]
    with path.open("w", encoding="utf-8") as file:
        if by_line:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in plain)
        else:
            json.dump({"records": plain}, file, ensure_ascii=False, indent=1)


def _as_text(cell: Cell) -> str | None:
    """A cell as text; a float as the spreadsheet shows it, `2.31226E+17`."""
    if isinstance(cell, float):
        return f"{cell:.5E}"
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    return cell.isoformat() if isinstance(cell, date) else cell


def _write_xlsx(path: Path, plan: DepartmentPlan, records: list[Record], day: date) -> None:
    """Title rows and the header, then the rows, a blank one and the note; numbers and dates as such cells."""
    columns = plan.columns()
    headers = [*(["序号"] if plan.line_numbers else []), *columns.values()]
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        # Otherwise the file would carry the instant at which it was written.
        book.set_properties({"created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
        sheet = book.add_worksheet("Sheet1")
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        top = 0
        if plan.title:
            sheet.merge_range(0, 0, 0, len(headers) - 1, _title(plan, day))
            sheet.write_string(1, 0, _note(plan, day))
            top = 2
        sheet.write_row(top, 0, headers)
        for line, record in enumerate(records, start=1):
            cells: list[Cell] = [record[name] for name in columns]
            if plan.numeric_regions:
                place = list(columns).index("region_code")
                cells[place] = float(str(cells[place])) if cells[place] else None
            for column, cell in enumerate([*([float(line)] if plan.line_numbers else []), *cells]):
                _write_cell(sheet, top + line, column, cell, day_format)
        if plan.note:
            sheet.write_string(top + len(records) + 2, 0, "注：以上信息已经本单位核对，请各乡镇逐户核实。")


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, day_format: Any) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day_format)  # noqa: DTZ001
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write_number(row, column, float(cell))
