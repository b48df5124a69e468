"""Records, registered persons, visits and receipts of the loop; ``fields`` override, None leaves out."""

from itertools import count
from typing import Any
from uuid import uuid4

from shared.identifiers.id_number import checksum

COUNTY = "231226"
VILLAGE = "231226100201"
OTHER_VILLAGE = "231226101200"
TODAY = "2026-11-08"
CYCLE = "2026-11"

_sequence = count(1)


def id_number(sequence: int, born: str = "19800101", prefix: str = COUNTY) -> str:
    """An invented ID number with a right check character."""
    first = f"{prefix}{born}{sequence:03d}"
    return first + checksum(first)


def new_id_number() -> str:
    """An ID number that no test has had before."""
    sequence = next(_sequence)
    return id_number(sequence % 1000, f"19{50 + sequence // 1000:02d}0607")


def record(number: str, **fields: Any) -> dict[str, Any]:
    """A record of YB that can be filed."""
    made = {
        "source_record_id": number,
        "id_number": id_number(1),
        "name": "张三",
        "region_code": VILLAGE,
        "indicator": "YB01",
        "occurred_on": "2026-11-02",
        "amount": "15100.00",
        "detail": "住院",
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


def registered(region: str = VILLAGE, **fields: Any) -> dict[str, Any]:
    """A person of the registry as ``POST /v1/matches`` answers."""
    return {
        "person_id": str(uuid4()),
        "household_id": str(uuid4()),
        "household_type": "lifted",
        "monitoring_type": "",
        "region_code": region,
        **fields,
    }


def visit(task: dict[str, Any], outcome: str = "no_risk", **fields: Any) -> dict[str, Any]:
    """An item of ``POST /v1/verifications``."""
    return {
        "task_id": task["id"],
        "outcome": outcome,
        "visited_on": TODAY,
        "verifiers": ["王五"],
        **fields,
    }


def receipt(warning_id: str, **fields: Any) -> dict[str, Any]:
    """An item of ``POST /v1/policy-receipts``."""
    return {"warning_id": warning_id, "measure": "医疗救助", "done_on": TODAY, "amount": "800.00", **fields}
