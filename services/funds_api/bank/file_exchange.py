"""The bank side as a directory that a transfer program of the bank empties and fills.

``outbox/`` holds what the bank is to fetch, ``inbox/`` what it brings, ``done/`` and ``set_aside/`` what we have read.
``handing/`` and ``handed/`` tell, after a crash at any moment, whether an instruction was put into the outbox: it is
written to ``handing/``, marked in ``handed/``, and then moved to the outbox at one stroke; so it was handed over when
it is marked and no longer in ``handing/``, though the bank may have fetched it long ago.
"""

import asyncio
import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from services.funds_api.bank.layout import BankFileLayout
from services.funds_api.bank.port import (
    BankAnswer,
    BankAnswers,
    Instruction,
    UnreadableAnswers,
)
from shared.tables.cells import CellError, to_date, to_text
from shared.tables.columns import Row
from shared.tables.content_types import MEDIA_TYPES
from shared.tables.errors import TableError
from shared.tables.reading import read_table

FOLDERS: Final = ("outbox", "inbox", "done", "set_aside", "handing", "handed")
_ONLY_OURS: Final = 0o700


class FileExchange:
    """``BankPort`` of one county in ``folder``, which is made if it is missing; all of it on one file system."""

    def __init__(self, folder: Path, layout: BankFileLayout) -> None:
        self._folder = folder
        self._layout = layout
        for name in FOLDERS:
            (folder / name).mkdir(mode=_ONLY_OURS, parents=True, exist_ok=True)

    async def hand_over(self, instruction: Instruction) -> None:
        await asyncio.to_thread(self._hand_over, instruction)

    async def has(self, instruction_id: UUID) -> bool:
        return self._was_handed_over(instruction_id)

    async def waiting(self) -> list[str]:
        files = [
            path for path in (self._folder / "inbox").iterdir() if path.suffix.lower() in (".csv", ".xlsx")
        ]
        return [path.name for path in sorted(files, key=lambda path: (path.stat().st_mtime, path.name))]

    async def read(self, name: str) -> BankAnswers | None:
        return await asyncio.to_thread(self._read, name)

    async def acknowledge(self, name: str, problem: str | None = None) -> None:
        source = self._folder / "inbox" / name
        target = self._folder / ("done" if problem is None else "set_aside")
        if problem is not None:
            (target / f"{name}.txt").write_text(problem + "\n")
        with suppress(FileNotFoundError):
            source.replace(target / name)

    def _was_handed_over(self, instruction_id: UUID) -> bool:
        return self._mark(instruction_id).exists() and not self._handing(instruction_id).exists()

    def _handing(self, instruction_id: UUID) -> Path:
        return self._folder / "handing" / f"{instruction_id}.csv"

    def _mark(self, instruction_id: UUID) -> Path:
        return self._folder / "handed" / str(instruction_id)

    def _hand_over(self, instruction: Instruction) -> None:
        if self._was_handed_over(instruction.id):
            return
        handing = self._handing(instruction.id)
        if not handing.exists():
            part = handing.with_suffix(".part")
            with open(part, "w", encoding=self._layout.encoding, newline="", opener=_private) as file:
                writer = csv.writer(file, delimiter=self._layout.delimiter)
                writer.writerow([heading for _, heading in self._layout.columns])
                writer.writerows(self._rows(instruction))
                file.flush()
                os.fsync(file.fileno())
            part.replace(handing)
        self._mark(instruction.id).touch()
        handing.replace(self._folder / "outbox" / handing.name)

    def _rows(self, instruction: Instruction) -> Iterator[list[str]]:
        fields = [field for field, _ in self._layout.columns]
        for number, line in enumerate(instruction.lines, 1):
            values = {
                "sequence": str(number),
                "item_id": str(line.item_id),
                "payee": line.payee,
                "account": line.account,
                "amount": f"{line.amount:.2f}",
                "amount_fen": f"{line.amount * 100:.0f}",
                "purpose": line.purpose,
                "period": line.period,
                "instruction_id": str(instruction.id),
                "made_on": instruction.made_on.isoformat(),
            }
            yield [values[field] for field in fields]

    def _read(self, name: str) -> BankAnswers | None:
        path = self._folder / "inbox" / name
        # A CSV without a charset: which one it has is found out.
        kind = MEDIA_TYPES["xlsx"] if path.suffix.lower() == ".xlsx" else "text/csv"
        try:
            with (
                path.open("rb") as file,
                closing(read_table(file, kind, self._layout.answer_sheet(), exact=True)) as rows,
            ):
                answers = [_answer(name, row) for row in rows]
        except FileNotFoundError:
            return None
        except TableError as error:
            raise UnreadableAnswers(name, str(error)) from error
        if not answers:
            raise UnreadableAnswers(name, "文件中没有回执")
        return BankAnswers(name, answers)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _answer(name: str, row: Row) -> BankAnswer:
    values: Mapping[str, Any] = row.values
    try:
        item_id = UUID(str(values.get("item_id", "")).strip())
        paid_on = to_date(values.get("paid_on"))
        reason, reference = to_text(values.get("reason")), to_text(values.get("reference"))
    except ValueError:
        raise UnreadableAnswers(name, f"第{row.line}行：明细号应为指令文件中的明细号") from None
    except CellError as error:
        raise UnreadableAnswers(name, f"第{row.line}行：{error.message}") from None
    status = values.get("status")
    if status == "paid" and paid_on is not None:
        return BankAnswer(item_id, "paid", paid_on, None, reference)
    if status == "rejected":
        return BankAnswer(item_id, "rejected", None, reason or "银行未说明原因", reference)
    raise UnreadableAnswers(name, f"第{row.line}行：处理结果应为 成功（并有入账日期）或 失败")
