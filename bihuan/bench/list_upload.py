"""How fast a filled list is answered, against reading the same file with calamine (contract.md, Benchmarks)."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter
from python_calamine import CalamineWorkbook

from bihuan.bench.push_visible import GIVE_UP_SECONDS, POLL_SECONDS
from bihuan.bench.pushed_records import invented_records
from bihuan.bench.system import BenchSystem
from bihuan.client import Connection
from bihuan.launcher.credentials import read_credentials
from bihuan.sample.county import villages

ROWS: Final = 10_000
CYCLE: Final = "2026-11"
LIST: Final = "核查清单"
FIRST_CHARACTER: Final = 0x4E00
VISITED_ON: Final = "2026-11-08"

#: What a township answers, by turns: every fifth household is at risk.
ANSWERS: Final = (
    {"核实结果": "无风险"},
    {"核实结果": "无风险", "备注": "已走访，家中收入稳定"},
    {"核实结果": "已享受政策", "备注": "医疗救助已兑现"},
    {"核实结果": "无风险"},
    {
        "核实结果": "确认有风险",
        "风险类型": "因病、缺劳动力",
        "人均年收入": "6,820.50",
        "住房安全有保障": "是",
    },
)


def upload_vs_read(system: BenchSystem, run: int) -> float:
    """Seconds of the upload until it is answered ÷ seconds of calamine; the file is another one each time, since each
    list has keys of its own. It is read before: after the upload the cases of its two thousand confirmed risks are
    opened, and whoever reads then shares the processors with that."""
    system.start_anew()
    township = _township()
    _push(system, township)
    caller = _caller(system, township)
    path = _filled(caller, township, system.folder / f"filled-{run}.xlsx")
    read = _read_seconds(path)
    return _upload_seconds(caller, path) / read


def _township() -> str:
    return villages()[0].code[:9]


def _caller(system: BenchSystem, township: str) -> Connection:
    clients = read_credentials(system.installation.home.credentials_file)
    entry = next(each for each in clients if each["region_code"] == township)
    return system.caller(entry["name"])


def _push(system: BenchSystem, township: str) -> None:
    """A month in which every warning falls on one township."""
    department = system.caller()
    places = [village.code for village in villages() if village.code.startswith(township)]
    path = system.folder / "push-one-township.ndjson"
    if not path.exists():
        path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in _records(places)))
    batch = department.push(path, "upload")
    started = time.perf_counter()
    while batch["state"] != "dispatched":
        if time.perf_counter() - started > GIVE_UP_SECONDS:
            raise RuntimeError(f"the batch is {batch['state']} after {GIVE_UP_SECONDS:g} s")
        time.sleep(POLL_SECONDS)
        batch = department.batch(batch["id"])


def _records(places: list[str]) -> Iterator[dict[str, Any]]:
    """Everybody has a name of their own: who was at risk in a run before is registered since, and a namesake of the
    same birth would wait for a person to decide."""
    for number, record in enumerate(invented_records(ROWS)):
        name = record["name"][0] + chr(FIRST_CHARACTER + number)
        yield {**record, "name": name, "region_code": places[number % len(places)]}


def _filled(caller: Connection, township: str, path: Path) -> Path:
    """The list as it was pulled, every row answered, saved by another program."""
    pulled = caller.download_list(CYCLE, township, path.with_name(f"pulled-{path.name}"))
    lines = CalamineWorkbook.from_path(pulled).get_sheet_by_name(LIST).to_python()
    at = next(place for place, line in enumerate(lines) if "任务编号" in line and "核实结果" in line)
    columns = {heading: place for place, heading in enumerate(lines[at])}
    rows = [line for line in lines[at + 1 :] if line[columns["任务编号"]]][:ROWS]
    if len(rows) < ROWS:
        raise RuntimeError(f"the list has {len(rows)} of {ROWS} rows")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(LIST)
        sheet.write_row(0, 0, lines[at])
        for number, row in enumerate(rows):
            answer = {**ANSWERS[number % len(ANSWERS)], "入户日期": VISITED_ON, "核实人": "王建国、李秀兰"}
            for heading, word in answer.items():
                row[columns[heading]] = word
            sheet.write_row(number + 1, 0, [str(cell) for cell in row])
    return path


def _upload_seconds(caller: Connection, path: Path) -> float:
    caller.cycle()  # The token is fetched before the clock runs.
    started = time.perf_counter()
    answer = caller.verify(path)
    seconds = time.perf_counter() - started
    if answer["accepted"] != ROWS:
        refused = next(item for item in answer["items"] if item["status"] != "accepted")
        raise RuntimeError(f"{answer['accepted']} of {ROWS} rows were taken: {refused['errors']}")
    return seconds


def _read_seconds(path: Path) -> float:
    started = time.perf_counter()
    lines = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    seconds = time.perf_counter() - started
    if len(lines) != ROWS + 1:
        raise RuntimeError(f"calamine has read {len(lines)} lines")
    return seconds
