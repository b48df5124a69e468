"""Carrying a change of regions out in the copy that every service keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from shared.db.transaction import Transaction
from shared.regions.lookup import Region, forget_regions

_OPEN: Final = """
INSERT INTO region (county_code, code, name, parent_code, level, served_by, valid_from)
SELECT :county, r.code, r.name, r.parent_code, r.level, r.served_by, r.valid_from
FROM unnest(cast(:codes as text[]), cast(:names as text[]), cast(:parents as text[]), cast(:levels as text[]),
    cast(:served_by as text[]), cast(:valid_from as date[]))
    AS r (code, name, parent_code, level, served_by, valid_from)
ON CONFLICT (county_code, code) DO NOTHING"""

_CLOSE: Final = """
UPDATE region r SET valid_to = c.valid_to
FROM unnest(cast(:codes as text[]), cast(:days as date[])) AS c (code, valid_to)
WHERE r.county_code = :county AND r.code = c.code AND r.valid_to IS NULL"""

_SET: Final = """
UPDATE region r SET {column} = c.value FROM unnest(cast(:codes as text[]), cast(:values as text[])) AS c (code, value)
WHERE r.county_code = :county AND r.code = c.code AND r.{column} IS DISTINCT FROM c.value"""

# Tells every process that what it remembers is past (lookup.py, REVISION).
_TELL: Final = "UPDATE region SET name = name WHERE county_code = :county AND code = :county"


@dataclass(frozen=True, slots=True)
class RegionsChange:
    """What changes in one county. ``moves``: a code that has ended -> the one that all it held goes to.

    ``opened``: each with its first day; ``closed``: code -> the first day on which it is no more. ``names`` and
    ``served_by``: code -> what it says from now on.
    """

    opened: Sequence[tuple[Region, date]] = ()
    closed: Mapping[str, date] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    served_by: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, str] = field(default_factory=dict)


async def change_regions(tx: Transaction, change: RegionsChange) -> None:
    """Bring the service's regions to what ``change`` says; what is so already stays. Codes that have ended are
    kept with their last day."""
    opened = [region for region, _ in change.opened]
    await tx.execute(
        _OPEN,
        {
            "county": tx.county,
            "codes": [region.code for region in opened],
            "names": [region.name for region in opened],
            "parents": [region.parent_code for region in opened],
            "levels": [region.level for region in opened],
            "served_by": [region.served_by for region in opened],
            "valid_from": [day for _, day in change.opened],
        },
    )
    closed = {"codes": list(change.closed), "days": list(change.closed.values())}
    await tx.execute(_CLOSE, {"county": tx.county, **closed})
    for column, values in (("name", change.names), ("served_by", change.served_by)):
        stated = {"codes": list(values), "values": list(values.values())}
        await tx.execute(_SET.format(column=column), {"county": tx.county, **stated})
    await tx.execute(_TELL, {"county": tx.county})
    county = tx.county
    tx.after_commit.append(lambda: forget_regions(county))
