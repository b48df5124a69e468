"""Visits over the API: each item on its own, rework, and what cannot be read."""

from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from services.warning_api.verification import endpoints
from tests.factories.warnings import OTHER_VILLAGE, registered, visit
from tests.warning_api.conftest import County, got, problem

CLOSING = ("no_risk", "already_covered", "not_found", "moved", "deceased")
WAITING = ("risk_confirmed", "needs_department")


async def send_back(county: County, task_id: str, if_match: str | None = "*") -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await county.bureau.post(
        f"/v1/tasks/{task_id}/return", json={"reason": "照片不清，请重新核实"}, headers=headers
    )


async def outcome_of(
    county: County, task: dict[str, Any], client: httpx.AsyncClient | None = None
) -> dict[str, Any]:
    items = (await got(client or county.yb, "/v1/outcomes", cycle="2026-11", limit=500))["items"]
    found: dict[str, Any] = next(item for item in items if item["task_id"] == task["id"])
    return found


@pytest.mark.parametrize("outcome", CLOSING + WAITING)
async def test_every_outcome(common: County, outcome: str) -> None:
    task = await common.new_task()
    item = await common.verify(task, outcome, needs_org="ZJ" if outcome == "needs_department" else None)
    assert item == {**item, "task_id": task["id"], "status": "accepted", "errors": [], "answer": None}
    assert item["version"] == task["version"] + 1
    told, after = await outcome_of(common, task), await got(common.township, f"/v1/tasks/{task['id']}")
    assert (told["outcome"], told["decided_on"], after["outcome"]) == (outcome, "2026-11-08", outcome)
    closes = outcome in CLOSING
    assert (told["state"], after["state"]) == (("closed", "closed") if closes else ("fed_back", "verified"))
    assert told["answer_due_on"] == (None if closes else "2026-11-23")


async def test_clues_may_have_outcomes_of_their_own(common: County) -> None:
    household = registered()
    await common.new_task(household)
    task = await common.new_task(household)
    first, second = (clue["warning_id"] for clue in task["clues"])
    clues = [{"warning_id": first, "outcome": "risk_confirmed"}]
    assert (await common.verify(task, "no_risk", clues=clues))["status"] == "accepted"
    items = (await got(common.yb, "/v1/outcomes", limit=500))["items"]
    told = {o["warning_id"]: (o["outcome"], o["state"]) for o in items if o["task_id"] == task["id"]}
    assert told == {first: ("risk_confirmed", "fed_back"), second: ("no_risk", "closed")}
    assert (await got(common.township, f"/v1/tasks/{task['id']}"))["state"] == "verified"


async def test_each_item_is_judged_on_its_own(common: County) -> None:
    good, other, foreign = (
        await common.new_task(),
        await common.new_task(),
        await common.new_task(registered(OTHER_VILLAGE)),
    )
    items: list[Any] = [
        visit(good),
        visit(good, "moved"),
        visit(foreign),
        {**visit(other), "task_id": str(uuid4())},
        {**visit(other), "task_id": "nonsense"},
        {**visit(other), "task_id": "\U0001f600"},
        visit(other, "perhaps"),
        visit(other, visited_on="2026-11-07"),
        visit(other, visited_on="2026-11-09"),
        visit(other, verifiers=[]),
        visit(other, verifiers="王五"),
        visit(other, per_capita_income=6000.5),
        visit(other, risk_types=["因病"]),
        visit(other, guarantees={"water": "也许"}),
        visit(other, version="x"),
        visit(other, version=10**12),
        visit(other, version=10**30),
        {"outcome": "no_risk"},
        "text",
        None,
        [],
        7,
    ]
    answer = await common.township.post("/v1/verifications", json={"items": items})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    statuses = [item["status"] for item in body["items"]]
    assert statuses[:4] == ["accepted", "rejected", "not_found", "not_found"]
    assert statuses.count("accepted") == 2
    assert statuses[15] == "accepted", "a version of the future is not stale"
    assert set(statuses[4:15] + statuses[16:]) == {"rejected"}
    assert (body["accepted"], body["rejected"]) == (2, len(items) - 2)
    assert all(item["errors"] for item in body["items"] if item["status"] not in ("accepted",))
    assert (await got(common.other_township, f"/v1/tasks/{foreign['id']}"))["state"] == "pending"


@pytest.mark.parametrize(
    ("content", "kind", "refusal"),
    [
        (b"not json", "application/json", (400, "malformed")),
        (b'{"items":"x"}', "application/json", (422, "invalid_request")),
        (b"[]", "application/json", (422, "invalid_request")),
        (b'{"items":[{"note":"\\u0000"}]}', "application/json", (422, "invalid_request")),
        (b'{"items":[{"note":"\\ud800"}]}', "application/json", (400, "malformed")),
        (b"x", "text/html", (415, "unsupported_media_type")),
        (b"x", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (400, "not_xlsx")),
        (b"[" * 100_000, "application/json", (400, "malformed")),
    ],
)
async def test_bodies_that_hold_no_items(
    common: County, content: bytes, kind: str, refusal: tuple[int, str]
) -> None:
    answer = await common.township.post("/v1/verifications", content=content, headers={"Content-Type": kind})
    assert problem(answer) == refusal


async def test_more_items_than_one_request_takes(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_ITEMS", 3)
    body = {"items": [{}] * 4}
    assert problem(await common.township.post("/v1/verifications", json=body)) == (413, "too_large")
    lines = b"{}\n" * 4
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await common.township.post("/v1/verifications", content=lines, headers=headers)
    assert problem(answer) == (413, "too_large")


async def test_a_line_of_ndjson_is_a_whole_item(common: County) -> None:
    task = await common.new_task()
    clue = {"warning_id": task["clues"][0]["warning_id"], "outcome": "risk_confirmed"}
    line = orjson.dumps(visit(task, clues=[clue], guarantees={"housing": False}))
    answer = await common.township.post(
        "/v1/verifications", content=line, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.json()["accepted"] == 1, answer.text
    assert (await outcome_of(common, task))["outcome"] == "risk_confirmed"


async def test_only_the_township_answers(common: County) -> None:
    task = await common.new_task()
    for client in (common.bureau, common.yb, common.caller("system", "SYS")):
        assert problem(await client.post("/v1/verifications", json={"items": [visit(task)]}))[0] == 403
    elsewhere = await common.other_township.post("/v1/verifications", json={"items": [visit(task)]})
    assert elsewhere.json()["items"][0]["status"] == "not_found"


@pytest.mark.parametrize("first", ["no_risk", "risk_confirmed"])
async def test_a_returned_task_is_verified_anew(common: County, first: str) -> None:
    task = await common.new_task()
    assert problem(await send_back(common, task["id"])) == (409, "transition_not_allowed")
    await common.verify(task, first)
    verified = await got(common.bureau, f"/v1/tasks/{task['id']}")
    assert problem(await send_back(common, task["id"], None)) == (428, "if_match_required")
    assert problem(await send_back(common, task["id"], '"1"')) == (412, "stale_version")
    assert problem(await common.township.post(f"/v1/tasks/{task['id']}/return", json={}))[0] == 403
    returned = await send_back(common, task["id"], f'"{verified["version"]}"')
    assert (returned.status_code, returned.json()["state"], returned.json()["outcome"]) == (
        200,
        "returned",
        None,
    )
    open_again = await outcome_of(common, task)
    assert (open_again["outcome"], open_again["state"], open_again["decided_on"]) == (
        None,
        "dispatched",
        None,
    )
    stale = await common.verify(task, "moved", version=verified["version"])
    assert stale["errors"][0]["code"] == "stale_version"
    assert (await common.verify(task, "moved", version=returned.json()["version"]))["status"] == "accepted"
    assert (await outcome_of(common, task))["outcome"] == "moved"
    async with common.owner() as owner:
        visits = "SELECT outcome FROM warning.verification WHERE task_id = $1 ORDER BY id"
        assert [row["outcome"] for row in await owner.fetch(visits, task["id"])] == [first, "moved"]


async def test_sequences_rise_through_return_and_closing(common: County) -> None:
    task = await common.new_task()
    warning = task["clues"][0]["warning_id"]
    await common.verify(task, "no_risk")
    await send_back(common, task["id"])
    await common.verify(task, "risk_confirmed")
    await common.answer(common.yb, warning)
    await send_back(common, task["id"])
    await common.verify(task, "deceased")
    told = await common.events(f"task/{task['id']}")
    assert [kind for kind, _ in told] == [
        "task.dispatched",
        "task.verified",
        "task.verified",
        "task.verified",
    ]
    closed = await common.events(f"warning/{warning}")
    assert [kind for kind, _ in closed] == ["warning.closed"] * 3
    for events in (told, closed):
        sequences = [sequence for _, sequence in events]
        assert sequences == sorted(set(sequences))


async def test_a_batch_closes_with_its_last_warning_whoever_closes_it(common: County) -> None:
    task = await common.new_task()
    (warning,) = [
        w
        for w in (await got(common.yb, "/v1/warnings", limit=500))["items"]
        if w["id"] == task["clues"][0]["warning_id"]
    ]
    path = f"/v1/batches/{warning['batch_id']}"
    await common.verify(task, "no_risk")
    done = await got(common.yb, path)
    assert (done["state"], done["closed"]) == ("closed", 1)
    await send_back(common, task["id"])
    assert (await got(common.yb, path))["state"] == "dispatched"
