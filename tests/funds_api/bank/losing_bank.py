"""A bank side whose answers get lost: half of the time it has the instruction and the caller is not told."""

import random
from collections.abc import Sequence
from uuid import UUID

from services.funds_api.bank.port import AnswerLost, BankAnswer, BankAnswers, Instruction, UnreadableAnswers


class LosingBank:
    """``BankPort``. ``taken``: the items of every instruction in the order of their coming, each once."""

    def __init__(self, seed: int, loses: float = 0.5) -> None:
        self._random = random.Random(seed)
        self._loses = loses
        self._instructions: dict[UUID, Instruction] = {}
        self._answers: dict[str, Sequence[BankAnswer] | str] = {}
        self.taken: list[UUID] = []
        self.lost = 0

    async def hand_over(self, instruction: Instruction) -> None:
        if self._loses_now():
            raise AnswerLost("before it came")
        if instruction.id not in self._instructions:
            self._instructions[instruction.id] = instruction
            self.taken += [line.item_id for line in instruction.lines]
        if self._loses_now():
            raise AnswerLost("after it came")

    async def has(self, instruction_id: UUID) -> bool:
        if self._loses_now():
            raise AnswerLost("while it was asked")
        return instruction_id in self._instructions

    async def waiting(self) -> Sequence[str]:
        return list(self._answers)

    async def read(self, name: str) -> BankAnswers | None:
        answers = self._answers.get(name)
        if answers is None:
            return None
        if isinstance(answers, str):
            raise UnreadableAnswers(name, answers)
        return BankAnswers(name, answers)

    async def acknowledge(self, name: str, problem: str | None = None) -> None:
        self._answers.pop(name, None)

    def bring(self, name: str, answers: Sequence[BankAnswer] | str) -> None:
        """``answers``: what it says, or as text why it cannot be read."""
        self._answers[name] = answers

    def _loses_now(self) -> bool:
        lost = self._random.random() < self._loses
        self.lost += lost
        return lost
