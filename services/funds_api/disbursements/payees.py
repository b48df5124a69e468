"""Payee and account of items at rest and on the way out: natural persons, so always sealed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from services.funds_api.payments.payees import SEEN_IN_FULL_BY
from shared.db import Transaction
from shared.identifiers.bank_account import mask_account
from shared.identifiers.names import mask_name
from shared.sealing import Sealer


class Payee(msgspec.Struct, frozen=True):
    name: str
    account: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Payee).decode


def seal(sealer: Sealer, county: str, payees: Sequence[tuple[UUID, Payee]]) -> list[bytes]:
    return sealer.seal_many(
        "disbursement_item", "sealed", county, [(id_.bytes, _encode(payee)) for id_, payee in payees]
    )


def account_indexes(sealer: Sealer, county: str, accounts: Sequence[str]) -> list[bytes]:
    """By which an account is found again in a statement."""
    return sealer.mac_many(county, [b"account/" + account.encode() for account in accounts])


def opened(sealer: Sealer, county: str, rows: Sequence[Mapping[Any, Any]]) -> list[Payee]:
    """Of rows with ``id`` and ``sealed``."""
    values = [(row["id"].bytes, row["sealed"]) for row in rows]
    return [_decode(value) for value in sealer.open_many("disbursement_item", "sealed", county, values)]


def shown(tx: Transaction, payee: Payee) -> dict[str, str]:
    """As the caller may see it: names in full for those who pay or answer for the household, accounts for nobody."""
    name = payee.name if tx.roles & SEEN_IN_FULL_BY else mask_name(payee.name)
    return {"payee": name, "account": mask_account(payee.account)}
