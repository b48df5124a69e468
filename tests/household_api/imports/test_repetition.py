"""A table that is sent again under its Idempotency-Key is worked on once, and answered alike."""

import io
from typing import Any

import httpx
import openpyxl
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import id_number, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def imports(database: TestDatabase) -> int:
    owner = await database.connect()
    found: int = await owner.fetchval("SELECT count(*) FROM household.registry_import")
    await owner.close()
    return found


async def test_the_same_key_and_body_is_answered_again(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    body = {"records": [person("重1", "重一", id_number=id_number("19700101", 91))]}
    key = {"Idempotency-Key": "import-1"}
    first = await county.post("/v1/imports", json=body, headers=key)
    assert first.status_code == 201, first.text
    before = await imports(database)
    again = await county.post("/v1/imports", json=body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert [again.headers[name] for name in ("etag", "location")] == [
        first.headers[name] for name in ("etag", "location")
    ]
    assert await imports(database) == before
    other: dict[str, Any] = {"records": [*body["records"], person("重2", "重二")]}
    for path, sent in (("/v1/imports", other), ("/v1/imports?dry_run=true", body)):
        refused = await county.post(path, json=sent, headers=key)
        assert told(refused) == (422, "idempotency_key_reused"), refused.text
    unkeyed = await county.post("/v1/imports", json=body)
    assert unkeyed.json()["id"] != first.json()["id"]
    assert "idempotent-replayed" not in unkeyed.headers


async def test_while_it_is_still_running_it_is_said_so(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    body = {"records": [person("重3", "重三")]}
    owner = await database.connect()
    await owner.execute("BEGIN")
    await owner.execute("SELECT pg_advisory_xact_lock(hashtext('county'), hashtext('import-2'))")
    key = {"Idempotency-Key": "import-2"}
    running = await county.post("/v1/imports", json=body, headers=key)
    assert told(running) == (409, "idempotency_key_in_use"), running.text
    await owner.execute("ROLLBACK")
    await owner.close()
    done = await county.post("/v1/imports", json=body, headers=key)
    assert done.status_code == 201
    assert "idempotent-replayed" not in done.headers


async def test_what_was_refused_is_not_kept(county: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "import-3", "Content-Type": "text/csv"}
    for _ in range(2):
        refused = await county.post("/v1/imports", content="无关,列\n1,2\n".encode(), headers=key)
        assert refused.status_code == 422, refused.text
        assert "idempotent-replayed" not in refused.headers


async def test_spreadsheets_that_are_repeated_give_their_turns_back(county: httpx.AsyncClient) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["户编号", "与户主关系", "姓名", "村代码", "户类型"])
    book.active.append(["重4", "户主", "重四", "231226100201", "一般农户"])
    file = io.BytesIO()
    book.save(file)
    headers = {"Idempotency-Key": "import-4", "Content-Type": XLSX}
    for repetition in range(5):
        answer = await county.post("/v1/imports", content=file.getvalue(), headers=headers, timeout=20)
        assert answer.status_code == 201, answer.text
        assert ("idempotent-replayed" in answer.headers) is (repetition > 0)


async def test_a_cross_check_is_repeated_as_it_was_first_answered(county: httpx.AsyncClient) -> None:
    row = {"id_number": id_number("19750505", 5), "kind": "vehicle", "found": "轿车"}
    key = {"Idempotency-Key": "check-1"}
    query = {"source": "车管所"}
    first = await county.post("/v1/cross-checks", params=query, json={"records": [row]}, headers=key)
    again = await county.post("/v1/cross-checks", params=query, json={"records": [row]}, headers=key)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    changed = {"records": [{**row, "found": "货车"}]}
    refused = await county.post("/v1/cross-checks", params=query, json=changed, headers=key)
    assert told(refused) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "20261031", "2101-01-01"])
async def test_incomes_are_of_a_day_of_our_time(county: httpx.AsyncClient, day: str) -> None:
    answer = await county.post(
        "/v1/imports", params={"as_of": day}, json={"records": [person("重5", "重五")]}
    )
    assert answer.status_code == 422, answer.text
