"""The bank side that loses answers is one all the same: it keeps what every port must keep."""

from uuid import UUID

import pytest

from services.funds_api.bank.port import BankAnswer, BankPort
from tests.funds_api.bank.losing_bank import LosingBank
from tests.funds_api.bank.port_conformance import BankPortConformance


class TestLosingBank(BankPortConformance):
    @pytest.fixture
    def port(self) -> BankPort:
        self.bank = LosingBank(seed=1, loses=0)
        return self.bank

    def again(self, port: BankPort) -> BankPort:
        return port

    def fetched(self, port: BankPort) -> list[UUID]:
        return self.bank.taken

    def brings(self, port: BankPort, name: str, answers: list[BankAnswer]) -> None:
        self.bank.bring(name, answers)

    def brings_rubbish(self, port: BankPort, name: str) -> None:
        self.bank.bring(name, "不是回执")
