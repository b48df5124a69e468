"""The second wall: what the service's own role sees when nothing but row-level security narrows it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.engine import RowMapping

import services.warning_api.dispatch.list_repository as lists
import services.warning_api.filing.repository as filed
import services.warning_api.intake.repository as batches
import services.warning_api.verification.repository as visits
from shared.auth import Reach
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.testing.databases import settings_text
from tests.factories.warnings import OTHER_VILLAGE, VILLAGE, new_id_number, record, registered
from tests.warning_api.conftest import County, got, problem

SECURED = (
    "batch",
    "batch_reject",
    "warning",
    "warning_entry",
    "candidate",
    "verification_task",
    "verification",
    "policy_receipt",
)
EMPTY = "; ".join(
    f"SET LOCAL app.{name} = ''"
    for name in ("org", *(f"region_{end}{slot}" for end in ("from", "to") for slot in range(4)))
)


@pytest.fixture
async def full(common: County) -> County:
    """Rows in every secured table, of both townships and two departments."""
    async with common.owner() as owner:
        if await owner.fetchval("SELECT count(*) FROM warning.policy_receipt"):
            return common
    numbers = [new_id_number(), new_id_number()]
    common.registry.persons[numbers[0]] = registered(VILLAGE)
    common.registry.persons[numbers[1]] = registered(OTHER_VILLAGE)
    common.registry.candidates["待定"] = [registered()]
    await common.push(
        common.yb,
        "B1",
        [
            record("1", id_number=numbers[0]),
            record("2", id_number=numbers[1]),
            record("3", id_number=None, name="待定"),
            record("4", name=""),
        ],
    )
    await common.push(
        common.zj, "B1", [record("1", indicator="ZJ01", id_number=numbers[0]), record("2", name="")]
    )
    (task,) = await common.tasks(common.township)
    await common.verify(task, "risk_confirmed")
    own = next(clue for clue in task["clues"] if clue["org_code"] == "YB")
    corrected = await common.yb.post(
        f"/v1/warnings/{own['warning_id']}/corrections", json={"amount": "5.00", "reason": "录错"}
    )
    assert corrected.status_code == 201
    await common.answer(common.yb, own["warning_id"])
    return common


@asynccontextmanager
async def as_service(county: County, settings: str) -> AsyncIterator[asyncpg.Connection]:
    """Inside a transaction that is rolled back."""
    connection = await asyncpg.connect(county.database.service_url("warning"))
    transaction = connection.transaction()
    await transaction.start()
    try:
        if settings:
            await connection.execute(settings)
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def seen(county: County, settings: str) -> dict[str, int]:
    async with as_service(county, settings) as connection:
        return {t: await connection.fetchval(f"SELECT count(*) FROM warning.{t}") for t in SECURED}


def reaching(region: str, org: str = "*") -> str:
    return settings_text(Reach("231226", (region_range(region),), org))


async def test_the_rows_exist(full: County) -> None:
    async with full.owner() as owner:
        for table in SECURED:
            assert await owner.fetchval(f"SELECT count(*) FROM warning.{table}") > 0, table
        assert await owner.fetchval("SELECT count(*) FROM warning.warning") == 4


@pytest.mark.parametrize(
    "settings", ["", EMPTY, "SET LOCAL app.org = '*'", "SET LOCAL app.region_from0 = '2'"]
)
async def test_nothing_set_shows_nothing(full: County, settings: str) -> None:
    assert await seen(full, settings) == dict.fromkeys(SECURED, 0)


async def test_half_a_range_and_no_organisation_show_nothing(full: County) -> None:
    half = "SET LOCAL app.org = '*'; SET LOCAL app.region_from0 = '231226'"
    assert await seen(full, half) == dict.fromkeys(SECURED, 0)
    nobody = await seen(full, reaching("231226", org=""))
    assert all(nobody[table] == 0 for table in ("batch", "batch_reject", "warning", "policy_receipt"))


async def test_another_county_shows_nothing(full: County) -> None:
    for region in ("231281", "2311", "32", "231225"):
        assert await seen(full, reaching(region)) == dict.fromkeys(SECURED, 0)


async def test_a_township_sees_its_own(full: County) -> None:
    one = await seen(full, reaching("231226100"))
    assert (one["warning"], one["verification_task"], one["verification"]) == (3, 1, 1)
    assert (one["batch_reject"], one["candidate"]) == (0, 0)
    other = await seen(full, reaching("231226101"))
    assert (other["warning"], other["verification_task"], other["verification"]) == (1, 1, 0)
    assert other["policy_receipt"] == 0


async def test_a_department_sees_its_own(full: County) -> None:
    yb = await seen(full, reaching("231226", "YB"))
    assert (yb["batch"], yb["batch_reject"], yb["warning"], yb["policy_receipt"]) == (1, 1, 3, 1)
    zj = await seen(full, reaching("231226", "ZJ"))
    assert (zj["batch"], zj["batch_reject"], zj["warning"], zj["policy_receipt"]) == (1, 1, 1, 0)
    assert (yb["warning_entry"], zj["warning_entry"]) == (1, 0)


async def test_nobody_writes_into_what_he_does_not_reach(full: County) -> None:
    async with as_service(full, reaching("231226101")) as connection:
        done = await connection.execute("UPDATE warning.verification_task SET version = version")
        assert done == "UPDATE 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE warning.verification_task SET region_code = '231226100201'")


@pytest.fixture
def narrowing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall taken down: repositories let everything through."""
    for module in (lists, filed, visits):
        monkeypatch.setattr(module, "reach_condition", lambda reach, column: ("true", {}))


@pytest.mark.usefixtures("narrowing_off")
async def test_without_the_repositorys_narrowing_townships_are_still_apart(full: County) -> None:
    (task,) = await full.tasks(full.township)
    (foreign,) = await full.tasks(full.other_township)
    assert foreign["id"] != task["id"]
    assert problem(await full.township.get(f"/v1/tasks/{foreign['id']}")) == (404, "task_not_found")
    assert await full.tasks(full.township, region="231226101") == []
    warnings = await got(full.township, "/v1/warnings", region="231226101")
    assert warnings["items"] == []
    refused = await full.verify(foreign, "no_risk")
    assert refused["status"] == "not_found"


@pytest.mark.usefixtures("narrowing_off")
async def test_without_it_departments_are_still_apart(full: County, monkeypatch: pytest.MonkeyPatch) -> None:
    async def any_batch(tx: Transaction, batch_id: UUID) -> RowMapping | None:
        return await tx.row(f"SELECT {batches.COLUMNS} FROM batch WHERE id = :id", {"id": batch_id})

    monkeypatch.setattr(batches, "batch", any_batch)
    (own,) = (await got(full.yb, "/v1/batches"))["items"]
    assert (await full.yb.get(f"/v1/batches/{own['id']}")).status_code == 200
    assert problem(await full.zj.get(f"/v1/batches/{own['id']}")) == (404, "not_found")
    assert problem(await full.zj.get(f"/v1/batches/{own['id']}/rejects")) == (404, "not_found")


async def test_with_both_walls(full: County) -> None:
    (foreign,) = await full.tasks(full.other_township)
    for path in (f"/v1/tasks/{foreign['id']}", "/v1/lists/2026-11/231226101", "/v1/tasks/nothing"):
        assert problem(await full.township.get(path))[0] == 404
    assert await full.tasks(full.township, region="231226101") == []
    answer = await full.township.put("/v1/lists/2026-11/231226101/receipt")
    assert problem(answer) == (404, "list_not_found")
    for headers in ({}, {"If-Match": "*"}):
        answer = await full.township.post(
            f"/v1/tasks/{foreign['id']}/extension", json={"reason": "大雪封路"}, headers=headers
        )
        assert problem(answer) == (404, "task_not_found")
