"""The bank of a county: it fetches what the worker has put into its directory, pays, and answers as banks do."""

import csv
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.bureau import TODAY


@dataclass(frozen=True)
class Line:
    """One payment of an instruction."""

    item_id: str
    account: str
    amount: str


class BankSide:
    """Every fifth item is rejected; of those that are paid every fourth answer is lost, and every third comes twice.

    ``answer(batch items)`` is how answers go back. It fetches until ``close``, which raises what went wrong meanwhile.
    """

    def __init__(self, folder: Path, answer: Callable[[list[dict[str, Any]]], None]) -> None:
        self._outbox = folder / "outbox"
        self._answer = answer
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._fault: BaseException | None = None
        self._busy = False
        self.instructed: Counter[str] = Counter()
        self.paid: dict[str, Line] = {}
        self.lost: list[Line] = []

    def __enter__(self) -> "BankSide":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def idle(self) -> bool:
        """Nothing waits to be fetched. Raises what went wrong."""
        if self._fault is not None:
            raise self._fault
        return not any(self._outbox.iterdir()) and not self._busy

    def statement(self) -> list[dict[str, str]]:
        """The postings of which nobody was told."""
        return [
            {
                "posted_on": TODAY,
                "amount": line.amount,
                "account": line.account,
                "reference": f"流水{line.item_id}",
            }
            for line in self.lost
        ]

    def _run(self) -> None:
        try:
            while not self._done.wait(0.1):
                if self._outbox.exists():
                    for path in sorted(self._outbox.iterdir()):
                        self._fetch(path)
        except BaseException as fault:
            self._fault = fault

    def _fetch(self, path: Path) -> None:
        with path.open(encoding="gb18030", newline="") as file:
            lines = [Line(row["明细号"], row["账号"], row["金额"]) for row in csv.DictReader(file)]
        self._busy = True
        path.unlink()
        self.instructed.update(line.item_id for line in lines)
        answers = []
        for number, line in enumerate(lines):
            if number % 5 == 4:
                answers.append({"item_id": line.item_id, "status": "rejected", "reason": "账户已销户"})
                continue
            self.paid[line.item_id] = line
            if number % 4 == 1:
                self.lost.append(line)
                continue
            answers.append(
                {
                    "item_id": line.item_id,
                    "status": "paid",
                    "paid_on": TODAY,
                    "reference": f"流水{line.item_id}",
                }
            )
        self._answer(answers)
        self._answer(answers[::3])
        self._busy = False
