"""Carry-overs as they come in and go out."""

from shared.runtime.schema import Amount, Schema, ShortText


class CarryOverIn(Schema):
    """``document_no``: the notice of the next year that lists what is carried over (结转)."""

    document_no: ShortText


class YearCarriedOut(Schema):
    """How many sources and allocations of ``year`` had something left, and how much went to the next year."""

    year: int
    sources: int
    allocations: int
    amount: Amount
