"""Nobody's name, number, telephone or illness stands in logs, refusals, events, or plainly in a column."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from services.warning_api.intake import service
from shared.observability import configure_logs
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import CYCLE, id_number, record, registered
from tests.warning_api.conftest import County

NAME, OTHER_NAME, VISITOR = "欧阳阿福", "买买提·热合曼", "入户员甲"
NUMBER, BAD_NUMBER = id_number(77, "19610203"), id_number(78, "19610203")[:-1] + "A"
PHONE, DETAIL, NOTE, MEASURE, REASON = "13945678901", "尿毒症透析", "儿子外出不归", "大病救助三千", "老人住院"
PRIVATE = (NAME, OTHER_NAME, VISITOR, NUMBER, BAD_NUMBER, PHONE, DETAIL, NOTE, MEASURE, REASON)


def none_in(text: str, where: str) -> None:
    found = [word for word in PRIVATE if word in text]
    assert not found, f"{where}: {found}"


async def whole_loop(county: County) -> list[str]:
    """Play everything that takes in personal data; the refusals that were answered on the way."""
    county.registry.persons[NUMBER] = registered()
    county.registry.candidates[OTHER_NAME] = [registered()]
    person: dict[str, Any] = {"id_number": NUMBER, "name": NAME, "phone": PHONE, "detail": DETAIL}
    rows = [
        record("1", **person),
        record("2", **{**person, "id_number": BAD_NUMBER, "occurred_on": NAME}),
        record("3", **{**person, "name": OTHER_NAME, "id_number": None}),
    ]
    batch = await county.push(county.yb, "B1", rows)
    (task,) = await county.tasks(county.township)
    headers = {"If-Match": "*", "Idempotency-Key": "once"}
    path = f"/v1/tasks/{task['id']}"
    await county.township.post(f"{path}/extension", json={"reason": REASON}, headers=headers)
    await county.verify(task, "risk_confirmed", verifiers=[VISITOR], note=NOTE, guarantees={"housing": True})
    await county.answer(county.yb, task["clues"][0]["warning_id"], measure=MEASURE, note=NOTE)
    await county.bureau.post(f"{path}/return", json={"reason": REASON}, headers=headers)
    refused = [
        await county.post_batch(county.yb, "B1", rows[:1]),
        await county.yb.post("/v1/batches?batch_no=x", content=f'{{"records":[{{"name":"{NAME}"'.encode()),
        await county.yb.post(
            "/v1/batches?batch_no=x",
            content=f"姓名,身份证号\n{NAME},{NUMBER}\n".encode(),
            headers={"Content-Type": "text/csv"},
        ),
        await county.township.post(f"{path}/extension", json={"reason": [NAME, NUMBER]}, headers=headers),
        await county.bureau.post("/v1/dispatches", json={"cycle": NAME, "region_code": NUMBER, NAME: PHONE}),
        await county.yb.post("/v1/policy-receipts", json={"items": NAME}),
        await county.bureau.get("/v1/tasks", params={"cycle": NUMBER, "state": NAME}),
    ]
    assert all(answer.status_code >= 400 for answer in refused)
    judged = await county.township.post(
        "/v1/verifications",
        json={"items": [{"task_id": task["id"], "outcome": NAME, "visited_on": NUMBER, "verifiers": NOTE}]},
    )
    rejects = await county.yb.get(f"/v1/batches/{batch['id']}/rejects")
    reasons = [str(reject["errors"]) for reject in rejects.json()["items"]]
    assert reasons
    return [answer.text for answer in (*refused, judged)] + reasons


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes to standard error."""
    written = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        configure_logs("tests")
    yield written
    configure_logs("tests")


async def test_it_is_nowhere_to_be_read(county: County, logs: io.StringIO) -> None:
    for refusal in await whole_loop(county):
        none_in(refusal, "refusal")
    async with county.owner() as owner:
        tables = await owner.fetch(
            "SELECT table_name AS name FROM information_schema.tables"
            " WHERE table_schema = 'warning' AND table_type = 'BASE TABLE'"
        )
        contents = {}
        for table in tables:
            rows = await owner.fetch(f'SELECT t::text AS row FROM warning."{table["name"]}" t')
            contents[table["name"]] = "\n".join(row["row"] for row in rows)
    assert contents["warning_2026_11"]
    assert contents["outbox_event"]
    for table, content in contents.items():
        none_in(content, table)
        # Bytes are shown in hexadecimal: what is sealed must not hold the text either.
        for word in PRIVATE:
            assert word.encode().hex() not in content, (table, word)
    assert '"event":"request"' in logs.getvalue()
    none_in(logs.getvalue(), "logs")


async def test_a_failure_is_logged_without_its_words(
    county: County, logs: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        error = ValueError(f"cannot store {NAME} {NUMBER}")
        error.add_note(PHONE)
        raise ExceptionGroup(DETAIL, [error])

    monkeypatch.setattr(service.repository, "add_batch", fails)
    answer = await county.post_batch(county.yb, "B1", [record("1", name=NAME)])
    assert answer.status_code == 500
    logged = logs.getvalue()
    assert '"exc_type":"ValueError"' in logged
    assert '"name":"fails"' in logged
    none_in(logged + answer.text, "failure")


async def test_downloads_are_masked_too(county: County) -> None:
    county.registry.persons[NUMBER] = registered()
    await county.push(county.yb, "B1", [record("1", id_number=NUMBER, name=NAME)])
    for accept in (MEDIA_TYPES["csv"], MEDIA_TYPES["ndjson"]):
        answer = await county.township.get(f"/v1/lists/{CYCLE}/231226100", headers={"Accept": accept})
        assert NAME in answer.text
        assert NUMBER not in answer.text
        assert "231226************" in answer.text
