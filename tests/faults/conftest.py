"""A county of its own for the faults."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_counties_of_a_city import YICHANG
from tests.factories.system import System, bihuan
from tests.faults.bureau import COUNTY, Bureau


@pytest.fixture(scope="package")
def bureau(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    folder: Path = tmp_path_factory.mktemp("regions")
    path = folder / "regions.csv"
    with YICHANG.open(encoding="utf-8-sig", newline="") as source, path.open("w", newline="") as target:
        rows = [
            row
            for row in csv.DictReader(source)
            if row["level"] in ("province", "city") or row["code"].startswith(COUNTY)
        ]
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    added = bihuan(system.home, "county", "add", str(path), "--credentials", str(folder / "c.json"))
    assert added.returncode == 0, added.stderr
    villages = [row["code"] for row in rows if row["level"] == "village"]
    made = Bureau(system, json.loads((folder / "c.json").read_text()), villages)
    yield made
    made.http.close()
