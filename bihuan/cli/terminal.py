"""What commands show: results on standard output, progress and talk on standard error."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.tables.words import IMPORT_COLUMNS, PUSH_COLUMNS, VERIFICATION_COLUMNS

#: As many as a person reads on a screen; the rest is in the spreadsheet.
MOST_SHOWN: Final = 20

#: So much room a code needs to stand on one line.
LONGEST_CODE: Final = 24

WORDS: Final = {
    "id": "编号",
    "cycle": "周期",
    "batch_no": "批次号",
    "state": "状态",
    "received": "收到",
    "accepted": "受理",
    "duplicate": "重复",
    "rejected": "退回",
    "households": "户",
    "persons": "人",
    "added": "新增",
    "altered": "变化",
    "unchanged": "不变",
}


HEADERS: Final = {
    column.name: column.headers[0]
    for columns in (VERIFICATION_COLUMNS, IMPORT_COLUMNS, PUSH_COLUMNS)
    for column in columns
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in the file that was sent: the sheet's row, and the name written there."""

    line: int | None = None
    name: str = ""


def results() -> Console:
    return Console()


def messages() -> Console:
    return Console(stderr=True)


@contextmanager
def uploading(file: Path) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes of `file`; the callable is told how many more have gone."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    console = messages()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        yield lambda sent: progress.update(task, advance=sent)


def show_counts(answer: dict[str, Any], names: Sequence[str]) -> None:
    """One line for each of `names` that the answer has."""
    table = Table(show_header=False, box=None, padding=(0, 1))
    for name in names:
        if answer.get(name) is not None:
            table.add_row(WORDS.get(name, name), name, str(answer[name]))
    results().print(table)


def show_rejects(
    rejects: Iterable[dict[str, Any]], total: int, headings: Mapping[str, str] = HEADERS
) -> None:
    """Line, record and reasons of the first rejects; what was in the record is not repeated."""
    table = Table(title=f"退回 {total} 条 / rejected", title_justify="left")
    for header in ("行 line", "记录 record", "字段 field", "原因 reason"):
        table.add_column(header, overflow="fold")
    for reject in islice(rejects, MOST_SHOWN):
        record = reject.get("source_record_id") or reject.get("household_no") or ""
        for error in reject["errors"]:
            table.add_row(
                str(reject["line"]),
                str(record),
                heading(error["field"], headings),
                f"{error['message']}（{error['code']}）",
            )
    results().print(table)
    if total > MOST_SHOWN:
        messages().print(f"另有 {total - MOST_SHOWN} 条，用 --rejects OUT.xlsx 取全部 / more with --rejects")


def show_items(items: Sequence[dict[str, Any]], places: Sequence[Place]) -> None:
    """A line for everything that is wrong with items that were not accepted; ``places`` of all of them.

    The task's id, which nobody can read, only where no place in a sheet tells which one it is.
    """
    in_sheet = all(place.line is not None for place in places)
    table = Table(title=f"未受理 {len(items)} 条 / rejected", title_justify="left")
    for header in ("行 line", "姓名 name") if in_sheet else ("任务 task",):
        table.add_column(header, overflow="fold")
    table.add_column("字段 field", overflow="fold")
    table.add_column("原因 reason", overflow="fold", min_width=LONGEST_CODE)
    for item, place in list(zip(items, places, strict=True))[:MOST_SHOWN]:
        which = (str(place.line), place.name) if in_sheet else (str(item.get("task_id") or ""),)
        for error in item["errors"]:
            table.add_row(*which, heading(error["field"]), f"{error['message']}\n{error['code']}")
    results().print(table)
    if len(items) > MOST_SHOWN:
        messages().print(f"另有 {len(items) - MOST_SHOWN} 条 / and more")


def heading(field: str, headings: Mapping[str, str] = HEADERS) -> str:
    """The heading of a field, or of the innermost part of ``guarantees/water`` or ``verifiers/0`` that has one."""
    return next((headings[part] for part in reversed(field.split("/")) if part in headings), field)
