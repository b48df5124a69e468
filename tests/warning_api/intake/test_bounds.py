"""How much is taken at once."""

import asyncio

import pytest

from services.warning_api.intake import preparation
from shared.db.turns import Turns
from shared.runtime.tables import SPREADSHEETS_AT_ONCE
from shared.tables import reading
from tests.factories.warnings import record
from tests.warning_api.conftest import County, got, problem
from tests.warning_api.intake.test_forms import HEADINGS, XLSX, as_xlsx, send


def sheet(prefix: str) -> bytes:
    rows = [[record(f"{prefix}-{n}").get(name, "") for name in HEADINGS] for n in range(2)]
    return as_xlsx(rows, list(HEADINGS.values()))


async def test_too_many_records_leave_no_batch(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_RECORDS", 2)
    records = [record(f"many-{n}") for n in range(3)]
    assert problem(await common.post_batch(common.yb, "many", records)) == (413, "too_many_records")
    assert "many" not in [b["batch_no"] for b in (await got(common.yb, "/v1/batches", limit=500))["items"]]
    assert (await common.post_batch(common.yb, "many", records[:2])).status_code == 201


async def test_of_very_many_rejects_place_number_and_reasons_are_kept(
    common: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "MOST_WHOLE_REJECTS", 2)
    monkeypatch.setattr(preparation, "CHUNK", 2)
    batch = (
        await common.post_batch(common.yb, "bad", [record(f"bad-{n}", name="") for n in range(5)])
    ).json()
    rejects = (await got(common.yb, f"/v1/batches/{batch['id']}/rejects"))["items"]
    assert [r["source_record_id"] for r in rejects] == [f"bad-{n}" for n in range(5)]
    assert [e["code"] for r in rejects for e in r["errors"]] == ["missing"] * 5
    assert ["detail" in r["record"] for r in rejects] == [True, True, False, False, False]


async def test_spreadsheets_take_turns(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    taken = 0
    turns: Turns = common.running.app.state.spreadsheet_turns
    take, give_back = turns.take, turns.give_back

    async def counted() -> None:
        nonlocal taken
        await take()
        taken += 1
        at_once.append(taken)

    def returned() -> None:
        nonlocal taken
        taken -= 1
        give_back()

    monkeypatch.setattr(turns, "take", counted)
    monkeypatch.setattr(turns, "give_back", returned)
    answers = await asyncio.gather(*(send(common, f"turn-{n}", sheet(f"turn-{n}"), XLSX) for n in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert (len(at_once), max(at_once), taken) == (5, 2, 0)
    broken = await send(common, "broken", b"PK\x03\x04 nothing", XLSX)
    assert problem(broken) == (400, "not_xlsx")
    assert taken == 0


async def test_a_turn_that_does_not_come_is_told(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: Turns = common.running.app.state.spreadsheet_turns
    monkeypatch.setattr(turns, "_patience", 0.05)
    for _ in range(SPREADSHEETS_AT_ONCE):
        await turns.take()
    late = await send(common, "late", sheet("late"), XLSX)
    assert problem(late) == (503, "unavailable")
    assert int(late.headers["Retry-After"]) >= 1
    assert (await common.post_batch(common.yb, "meanwhile", [record("meanwhile")])).status_code == 201
    for _ in range(SPREADSHEETS_AT_ONCE):
        turns.give_back()
    assert (await send(common, "late", sheet("late"), XLSX)).status_code == 201
