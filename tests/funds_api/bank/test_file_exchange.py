"""The file exchange: conformance, its layout, and a crash at every step of handing over."""

import csv
import os
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from services.funds_api.bank.file_exchange import FileExchange
from services.funds_api.bank.layout import BankFileLayout
from services.funds_api.bank.port import BankAnswer, BankPort
from shared.parameters.disbursement_defaults import DISBURSEMENTS
from tests.funds_api.bank.port_conformance import BankPortConformance, instruction

LAYOUT = BankFileLayout.of(next(each.value for each in DISBURSEMENTS if each.name == "bank_file_layout"))


class Crash(Exception):
    pass


class TestFileExchange(BankPortConformance):
    @pytest.fixture
    def port(self, tmp_path: Path) -> BankPort:
        self.folder = tmp_path / "231226"
        self.taken: list[UUID] = []
        return FileExchange(self.folder, LAYOUT)

    def again(self, port: BankPort) -> BankPort:
        return FileExchange(self.folder, LAYOUT)

    def fetched(self, port: BankPort) -> list[UUID]:
        for path in (self.folder / "outbox").iterdir():
            with path.open(encoding="gb18030", newline="") as file:
                self.taken += [UUID(row["明细号"]) for row in csv.DictReader(file)]
            path.unlink()
        return self.taken

    def brings(self, port: BankPort, name: str, answers: list[BankAnswer]) -> None:
        rows = ["明细号,处理结果,入账日期,失败原因,流水号"]
        for each in answers:
            word = "成功" if each.status == "paid" else "失败"
            rows.append(f"{each.item_id},{word},{each.paid_on or ''},{each.reason or ''},{each.reference}")
        (self.folder / "inbox" / name).write_text("\n".join(rows), encoding="gb18030")

    def brings_rubbish(self, port: BankPort, name: str) -> None:
        (self.folder / "inbox" / name).write_text("明细号,处理结果\n17,成功\n", encoding="gb18030")

    @pytest.mark.parametrize("step", range(1, 5))
    async def test_a_crash_while_handing_over(
        self, port: BankPort, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        """Before each of the steps: fsync, into ``handing``, the mark, into the outbox."""
        told = instruction()
        taken = 0

        def counting(original: object) -> object:
            def act(*arguments: object, **options: object) -> object:
                nonlocal taken
                taken += 1
                if taken == step:
                    raise Crash
                return original(*arguments, **options)  # type: ignore[operator]

            return act

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", counting(os.fsync))
            patched.setattr(Path, "replace", counting(Path.replace))
            patched.setattr(Path, "touch", counting(Path.touch))
            with pytest.raises(Crash):
                await port.hand_over(told)
        later = self.again(port)
        assert not await later.has(told.id)
        await later.hand_over(told)
        assert await later.has(told.id)
        assert self.fetched(later) == [line.item_id for line in told.lines]


async def test_a_county_chooses_its_layout(tmp_path: Path) -> None:
    layout = BankFileLayout(
        "utf-8",
        "|",
        [("account", "卡号"), ("amount_fen", "金额（分）"), ("payee", "姓名")],
        {"结果": "status"},
    )
    port = FileExchange(tmp_path, layout)
    told = instruction(1)
    await port.hand_over(told)
    (path,) = (tmp_path / "outbox").iterdir()
    assert path.read_text(encoding="utf-8").splitlines() == [
        "卡号|金额（分）|姓名",
        "6222000000000000|150000|𠮷某0",
    ]
    assert path.stat().st_mode & 0o077 == 0
    assert told.total == Decimal("1500.00")
    (tmp_path / "inbox" / "r.csv").write_text(f"明细号,结果,原因\n{told.lines[0].item_id},退票,销户\n")
    brought = await port.read("r.csv")
    assert brought is not None
    (answer,) = brought.answers
    assert (answer.status, answer.reason) == ("rejected", "销户")
