"""Which bank side a county has."""

import os
from pathlib import Path
from typing import Final

from services.funds_api.bank.file_exchange import FileExchange
from services.funds_api.bank.layout import BankFileLayout
from services.funds_api.bank.port import BankPort
from shared.db import Transaction
from shared.parameters import parameter

#: The directory of the file exchange; each county has a folder of its own in it.
VARIABLE: Final = "BIHUAN_BANK_DIRECTORY"


async def bank_of(tx: Transaction) -> BankPort | None:
    """None where no bank side is set: what is approved then waits."""
    directory = os.environ.get(VARIABLE, "")
    if not directory:
        return None
    layout = BankFileLayout.of((await parameter(tx, "bank_file_layout")).value)
    return FileExchange(Path(directory) / tx.county, layout)
