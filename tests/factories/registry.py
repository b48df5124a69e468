"""Registry rows of invented people, and ID numbers that are right."""

from typing import Any

from shared.identifiers.id_number import checksum

VILLAGE = "231226100201"
OTHER_VILLAGE = "231226101200"


def id_number(birth: str = "19700101", sequence: int = 1, prefix: str = "231226") -> str:
    """A number with the right check character: ``birth`` as yyyymmdd, ``sequence`` up to 999."""
    first = f"{prefix}{birth}{sequence:03d}"
    return first + checksum(first)


def person(household_no: str, name: str, **more: Any) -> dict[str, Any]:
    """A head of an ordinary household, unless told otherwise."""
    return {
        "household_no": household_no,
        "relationship": "户主",
        "name": name,
        "region_code": VILLAGE,
        "household_type": "ordinary",
        **more,
    }
