"""No malformed input is answered with 500, and every refusal is a problem document."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.warnings import CYCLE, receipt, record, visit
from tests.warning_api.conftest import County

SOME_ID = "0192c0de-0000-7000-8000-000000000001"
TEXT = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
REPLACED = JSON | st.sampled_from(
    [
        "2026-11-08",
        "0001-01-01",
        "9999-12-31",
        SOME_ID,
        "no_risk",
        "YB",
        "1e400",
        "-1",
        "NaN",
        "\u202e",
        "'; --",
    ]
)

#: Route, who calls it, and a body that is in order but for what is about to be replaced.
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "/v1/batches?batch_no=fuzz&dry_run=true": ("yb", {"records": [record("1", phone="13800000000")]}),
    "/v1/nil-reports": ("yb", {"cycle": "2026-12"}),
    "/v1/policy-receipts": ("yb", {"items": [receipt(SOME_ID, note="x")]}),
    "/v1/verifications": (
        "township",
        {
            "items": [
                visit({"id": SOME_ID}, needs_org="ZJ", clues=[{"warning_id": SOME_ID, "outcome": "moved"}])
            ]
        },
    ),
    f"/v1/warnings/{SOME_ID}/corrections": ("yb", {"amount": "1.00", "name": "x", "reason": "x"}),
    f"/v1/warnings/{SOME_ID}/withdrawal": ("yb", {"reason": "x"}),
    f"/v1/batches/{SOME_ID}/refusal": ("yb", {"reason": "x"}),
    f"/v1/tasks/{SOME_ID}/extension": ("township", {"reason": "x"}),
    f"/v1/tasks/{SOME_ID}/return": ("bureau", {"reason": "x"}),
    f"/v1/tasks/{SOME_ID}/acceptance": ("bureau", {}),
    f"/v1/candidates/{SOME_ID}/decision": ("bureau", {"person_id": None}),
    "/v1/dispatches": ("bureau", {"cycle": CYCLE, "region_code": "231226", "task_ids": [SOME_ID]}),
}


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A route and a body in which something was replaced, left out or cut off."""
    path = draw(st.sampled_from(sorted(BODIES)))
    caller, body = BODIES[path]
    body = orjson.loads(orjson.dumps(body))
    places: list[Any] = [body]
    for value in body.values():
        if isinstance(value, list) and isinstance(value[0], dict):
            places.append(value[0])
    place = draw(st.sampled_from(places))
    if place:
        key = draw(st.sampled_from(sorted(place)))
        place[key] = draw(REPLACED)
    place |= draw(st.dictionaries(TEXT, JSON, max_size=1))
    whole = draw(JSON) if draw(st.integers(0, 9)) == 0 else body
    content = json.dumps(whole, ensure_ascii=draw(st.booleans())).encode()
    if draw(st.integers(0, 9)) == 0:
        content = content[: draw(st.integers(0, len(content)))]
    return path, caller, content


def in_order(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        document = answer.json()
        assert {"type", "title", "status", "detail", "instance", "code", "errors"} <= document.keys()
        assert all(set(error) == {"pointer", "code", "message"} for error in document["errors"])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(broken(), min_size=1, max_size=6))
async def test_broken_bodies(common: County, bodies: list[tuple[str, str, bytes]]) -> None:
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    answers = await asyncio.gather(
        *(
            getattr(common, caller).post(path, content=content, headers=headers)
            for path, caller, content in bodies
        )
    )
    for answer in answers:
        in_order(answer)


@pytest.mark.parametrize("path", sorted(BODIES))
async def test_hostile_bodies(common: County, path: str) -> None:
    client = getattr(common, BODIES[path][0])
    surrogate = (
        orjson.dumps(BODIES[path][1]).replace(b'"x"', b'"\\ud800"').replace(SOME_ID.encode(), b"\\ud800")
    )
    for content in (
        surrogate,
        b'{"items":[{"warning_id":"\\ud800","task_id":"\\udfff"}],"reason":"\\ud800","cycle":"\\ud800"}',
        b'{"reason":"\\u0000"}',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"items":' + b'{"a":' * 50_000,
        b'{"items":[' + b"1" * 5_000 + b"]}",
        b'{"a":1e999,"items":[{"amount":1e999}]}',
    ):
        in_order(await client.post(path, content=content, headers={"If-Match": "*"} | JSON_BODY))
    in_order(await client.post(path, content=b"{}", headers={"Content-Type": "text/plain"}))
    in_order(await client.post(path))


JSON_BODY = {"Content-Type": "application/json"}

QUERIES = (
    "cycle",
    "cursor",
    "limit",
    "region",
    "state",
    "match",
    "indicator",
    "due_before",
    "updated_after",
    "by",
)
LISTS = (
    "/v1/cycles/{0}",
    "/v1/indicators",
    "/v1/batches",
    "/v1/batches/{0}",
    f"/v1/batches/{SOME_ID}/rejects",
    "/v1/warnings",
    "/v1/candidates",
    "/v1/tasks",
    "/v1/tasks/{0}",
    "/v1/lists/{0}/231226100",
    "/v1/lists/2026-11/{0}",
    "/v1/outcomes",
    "/v1/statistics/loop",
)
CURSORS = [
    "W10",
    "WyIiXQ",
    "WzFd",
    "WyJhIl0",
    "W251bGxd",
    "Wy0xXQ",
    "WzFlOTld",
    "WzEwMDAwMDAwMDAwMDAwXQ",
    "e30",
]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(LISTS),
    TEXT,
    st.dictionaries(
        st.sampled_from(QUERIES),
        TEXT | st.sampled_from([*CURSORS, "2026-11", "0001-01-01", "9" * 30]),
        max_size=3,
    ),
)
async def test_odd_queries(common: County, path: str, word: str, query: dict[str, str]) -> None:
    url = path.format(quote(word or "x", safe="", errors="replace"))
    params = {name: value.encode(errors="replace").decode() for name, value in query.items()}
    in_order(await common.bureau.get(url, params=params))


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize(
    "path", ["/v1/batches", "/v1/warnings", "/v1/candidates", "/v1/tasks", "/v1/outcomes"]
)
async def test_cursors_of_other_lists_are_refused(common: County, path: str, cursor: str) -> None:
    answer = await common.bureau.get(path, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_checks_come_in_the_contracts_order(common: County) -> None:
    """401, 403, 422, 404, 428 or 412, 409."""
    task = await common.new_task()
    path = f"/v1/tasks/{task['id']}/return"
    nobody = httpx.AsyncClient(transport=httpx.ASGITransport(common.running.app), base_url="http://test")
    async with nobody:
        assert (await nobody.post(path, content=b"broken")).status_code == 401
    assert (await common.township.post(path, content=b"broken")).status_code == 403
    foreign = common.caller("county", "NYNC", "231281")
    assert (await foreign.post(path, json={})).status_code == 422
    assert (await foreign.post(path, json={"reason": "x"})).status_code == 404
    assert (await common.bureau.post(path, json={"reason": "x"})).status_code == 428
    stale = await common.bureau.post(path, json={"reason": "x"}, headers={"If-Match": '"99"'})
    assert stale.status_code == 412
    early = await common.bureau.post(path, json={"reason": "x"}, headers={"If-Match": "*"})
    assert early.status_code == 409


async def test_idempotent_replays(common: County) -> None:
    task = await common.new_task()
    await common.verify(task, "no_risk")
    headers = {"Idempotency-Key": "return-1", "If-Match": "*"}
    path = f"/v1/tasks/{task['id']}/return"
    first = await common.bureau.post(path, json={"reason": "重核"}, headers=headers)
    again = await common.bureau.post(path, json={"reason": "重核"}, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (again.headers["Idempotent-Replayed"], again.headers["ETag"]) == ("true", first.headers["ETag"])
    other = await common.bureau.post(path, json={"reason": "另一个"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    refused = {"Idempotency-Key": "return-2", "If-Match": "*"}
    assert (await common.bureau.post(path, json={"reason": "x"}, headers=refused)).status_code == 409
    await common.verify(task, "no_risk")
    assert (await common.bureau.post(path, json={"reason": "x"}, headers=refused)).status_code == 200


async def test_callers_above_a_county_name_it(common: County) -> None:
    city = common.caller("county", "NYNC", "2312")
    order = {"cycle": CYCLE}
    answer = await city.post("/v1/dispatches", json=order)
    assert (answer.status_code, answer.json()["code"]) == (422, "county_required")
    for county, status in (("231281", 409), ("231226", 409), ("231181", 404), ("2312", 422), ("x", 422)):
        answer = await city.post("/v1/dispatches", params={"county": county}, json=order)
        assert answer.status_code == status, (county, answer.text)
