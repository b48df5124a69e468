"""The body of a push: invented records of about 300 bytes with valid ID numbers."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from bihuan.sample.county import COUNTY_CODE, villages
from bihuan.sample.names import given_name, surname
from shared.identifiers.id_number import checksum

FIRST_BIRTH = date(1930, 1, 1)
DAYS_OF_BIRTH = 365 * 90
SEQUENCES = 998
#: Spreads neighbouring persons over the days of birth; has no divisor in common with their number.
DAY_STEP = 7919


def invented_records(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """``count`` records of different persons, as a department's system writes them."""
    random = Random(seed)
    codes = [village.code for village in villages()]
    for number in range(count):
        yield {
            "source_record_id": f"YB-2026-11-{seed}-{number:07d}",
            "id_number": id_number(number),
            "name": surname(random) + given_name(random, female=number % 2 == 0),
            "region_code": codes[number % len(codes)],
            "indicator": "YB01",
            "occurred_on": f"2026-10-{number % 28 + 1:02d}",
            "amount": f"{5000 + number % 90_000}.{number % 100:02d}",
            "phone": f"154{number % 10**8:08d}",
            "detail": f"县医院住院，个人自付{5000 + number % 90_000}元，出院诊断待补",
        }


def record_after(count: int) -> dict[str, Any]:
    """The one that would follow so many records."""
    *_, last = invented_records(count + 1)
    return last


def id_number(person: int) -> str:
    """The invented ID number of a person, told apart by a number below 32 million."""
    born = FIRST_BIRTH + timedelta(days=person * DAY_STEP % DAYS_OF_BIRTH)
    first = f"{COUNTY_CODE}{born:%Y%m%d}{person // DAYS_OF_BIRTH % SEQUENCES + 1:03d}"
    return first + checksum(first)


def pushed_file(folder: Path, count: int) -> Path:
    """``count`` records as a file of NDJSON, written once for all runs."""
    path = folder / f"push-{count}.ndjson"
    if not path.exists():
        with path.open("wb") as file:
            file.writelines(orjson.dumps(record) + b"\n" for record in invented_records(count))
    return path
