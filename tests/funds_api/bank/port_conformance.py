"""What every bank side must do: a test class of an adapter gives ``port`` and what the bank does, and inherits this."""

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from services.funds_api.bank.port import BankAnswer, BankPort, Instruction, InstructionLine, UnreadableAnswers


def instruction(lines: int = 2) -> Instruction:
    return Instruction(
        uuid4(),
        date(2026, 11, 8),
        [
            InstructionLine(
                uuid4(),
                f"𠮷某{number}",
                f"62220000000000{number:02d}",
                Decimal("1500.00"),
                "产业奖补",
                "2026",
            )
            for number in range(lines)
        ],
    )


class BankPortConformance(ABC):
    """``port`` is a fresh one; ``again`` the same bank side after our process was started anew."""

    @pytest.fixture
    @abstractmethod
    def port(self) -> BankPort: ...

    @abstractmethod
    def again(self, port: BankPort) -> BankPort: ...

    @abstractmethod
    def fetched(self, port: BankPort) -> list[UUID]:
        """The bank fetches what is there: the items of every instruction that it has got by now, in order."""

    @abstractmethod
    def brings(self, port: BankPort, name: str, answers: list[BankAnswer]) -> None: ...

    @abstractmethod
    def brings_rubbish(self, port: BankPort, name: str) -> None: ...

    async def test_an_instruction_is_handed_over_once(self, port: BankPort) -> None:
        told = instruction()
        assert not await port.has(told.id)
        await port.hand_over(told)
        await port.hand_over(told)
        assert await port.has(told.id)
        assert self.fetched(port) == [line.item_id for line in told.lines]

    async def test_not_again_after_the_bank_has_fetched_it(self, port: BankPort) -> None:
        told = instruction()
        await port.hand_over(told)
        self.fetched(port)
        later = self.again(port)
        assert await later.has(told.id)
        await later.hand_over(told)
        assert self.fetched(later) == [line.item_id for line in told.lines]

    async def test_answers_wait_until_they_are_acknowledged(self, port: BankPort) -> None:
        paid = BankAnswer(uuid4(), "paid", date(2026, 11, 7), None, "LS001")
        rejected = BankAnswer(uuid4(), "rejected", None, "账号不存在", "LS002")
        self.brings(port, "A1.csv", [paid, rejected])
        for _ in range(2):
            assert await port.waiting() == ["A1.csv"]
            brought = await port.read("A1.csv")
            assert brought is not None
            assert list(brought.answers) == [paid, rejected]
            port = self.again(port)
        await port.acknowledge("A1.csv")
        await port.acknowledge("A1.csv")
        assert await port.waiting() == []
        assert await port.read("A1.csv") is None

    async def test_what_cannot_be_read_is_set_aside(self, port: BankPort) -> None:
        self.brings_rubbish(port, "B1.csv")
        with pytest.raises(UnreadableAnswers) as refused:
            await port.read("B1.csv")
        await port.acknowledge("B1.csv", refused.value.problem)
        assert await port.waiting() == []
