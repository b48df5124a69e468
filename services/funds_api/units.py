"""Which regions of the county money can be given to."""

from shared.db.transaction import Transaction
from shared.errors import FieldError, Unprocessable
from shared.regions import regions_of
from shared.runtime.route import in_reach


class UnknownRegion(Unprocessable):
    code = "unknown_region"
    title, title_en = "本县没有该区划代码", "The county has no such region"


async def check_region(tx: Transaction, region: str) -> None:
    """Refuse a region outside the call's reach (404) or one that the county does not have (422)."""
    in_reach(tx, region)
    if region not in await regions_of(tx):
        raise UnknownRegion(errors=[FieldError("/region_code", UnknownRegion.code, UnknownRegion.title)])
