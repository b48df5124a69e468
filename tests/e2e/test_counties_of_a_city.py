"""Several counties of one city play the month at once, through HTTP alone."""

import asyncio
import csv
import json
from pathlib import Path

import httpx

from tests.e2e.contract_client import Caller, CountyMonth
from tests.factories.system import System, bihuan

YICHANG = Path(__file__).parents[2] / "bihuan" / "sample" / "regions" / "yichang_4205.csv"
COUNTIES = ("420502", "420525", "420581")


def regions_of_three_counties(path: Path) -> dict[str, list[str]]:
    """A region file with three counties of 宜昌; their first villages, by county."""
    villages: dict[str, list[str]] = {county: [] for county in COUNTIES}
    with YICHANG.open(encoding="utf-8-sig", newline="") as source, path.open("w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, ["code", "name", "parent", "level"])
        writer.writeheader()
        for row in rows:
            above = row["level"] in ("province", "city")
            if above or row["code"].startswith(COUNTIES):
                writer.writerow({name: row[name] for name in writer.fieldnames})
            if row["level"] == "village" and row["code"].startswith(COUNTIES):
                villages[row["code"][:6]].append(row["code"])
    return {county: found[:6] + found[-6:] for county, found in villages.items()}


async def test_three_counties_play_their_month_at_once(system: System, tmp_path: Path) -> None:
    villages = regions_of_three_counties(tmp_path / "regions.csv")
    out = tmp_path / "credentials.json"
    added = bihuan(system.home, "county", "add", str(tmp_path / "regions.csv"), "--credentials", str(out))
    assert added.returncode == 0, added.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    entries = json.loads(out.read_text())
    async with httpx.AsyncClient(timeout=60) as http:
        months = [
            CountyMonth(
                system,
                http,
                county,
                [entry for entry in entries if entry["region_code"].startswith(county)],
                villages[county],
            )
            for county in COUNTIES
        ]
        played = await asyncio.gather(*(month.play() for month in months))
        for month in played:
            assert (month.accepted, month.rejected) == (31, 1)
            assert month.tasks == 21
            assert month.cases == month.confirmed == 7
            assert month.closed == 31
        await what_is_another_countys_does_not_exist(system, http, months)


async def what_is_another_countys_does_not_exist(
    system: System, http: httpx.AsyncClient, months: list[CountyMonth]
) -> None:
    mine, other = months[0], months[1]
    county: Caller = mine.callers["county"]
    foreign = [t async for t in other.callers["county"].items(f"{system.warning}/v1/tasks")]
    answer = await county.request("GET", f"{system.warning}/v1/tasks/{foreign[0]['id']}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    named = await county.request("GET", f"{system.warning}/v1/tasks", params={"county": other.county})
    assert named.status_code == 404
