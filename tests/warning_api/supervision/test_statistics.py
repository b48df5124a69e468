"""The loop in numbers: the same whichever way they are grouped, and recounted in SQL."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.warning_api.supervision.rules import LEFT_OVERS, SMALLEST_SHOWN, TWINS
from services.warning_api.supervision.service import COUNTS
from shared.auth import Grant
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, VILLAGE, new_id_number, record, registered
from tests.warning_api.conftest import County, got, problem

GROUPINGS = ("township", "department", "indicator", "household_type")
WIDER = (*GROUPINGS, "village", "risk_type", "month")
#: ``tasks`` counts visits, which clues of several groups may share; ``pushed`` and ``rejected`` are of departments.
ADDITIVE = [name for name in COUNTS if name not in ("pushed", "rejected") and not name.startswith("tasks")]
#: What has not come about in the busy county.
ABSENT = {"overdue", "answer_overdue", "withdrawn", "already_covered", "not_found", "deceased"}


async def rows_of(client: Any, by: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await got(client, "/v1/statistics/loop", cycle=CYCLE, by=by, **params))[
        "items"
    ]
    return items


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def busy(common: County) -> AsyncIterator[County]:
    """A county in which every kind of thing has happened."""
    kinds = ("lifted", "low_income", "ordinary")
    rows = []
    for n in range(14):
        number = new_id_number()
        region = VILLAGE if n % 3 else OTHER_VILLAGE
        common.registry.persons[number] = registered(region, household_type=kinds[n % 3])
        rows.append(record(str(n), id_number=number, indicator=("YB01", "YB02")[n % 2]))
    rows += [record("far", region_code="110101001001", id_number=None), record("bad", name="")]
    await common.push(common.yb, "B1", rows)
    await common.push(common.yb, "B2", [*rows[:3], record("who", name="待定", id_number=None)])
    shared = rows[1]["id_number"]
    await common.push(common.zj, "B1", [record("1", indicator="ZJ01", amount=None, id_number=shared)])
    tasks = await common.tasks(common.township)
    await common.township.put(f"/v1/lists/{CYCLE}/231226100/receipt")
    outcomes = ("risk_confirmed", "no_risk", "moved", "needs_department", "risk_confirmed", "no_risk")
    for task, outcome in zip(tasks, outcomes, strict=False):
        await common.verify(task, outcome, needs_org="ZJ")
        if outcome == "risk_confirmed":
            await common.answer(common.yb, task["clues"][0]["warning_id"])
    yield common


async def test_every_grouping_adds_up_to_the_same(busy: County) -> None:
    sums = {}
    for by in WIDER:
        rows = await rows_of(busy.bureau, by)
        sums[by] = {name: sum(row[name] for row in rows) for name in ADDITIVE}
    assert all(sums[by] == sums["township"] for by in WIDER)
    assert sums["township"]["filed"] > 15
    assert {name for name, value in sums["township"].items() if value == 0} == ABSENT


async def test_it_agrees_with_a_recount_in_sql(busy: County) -> None:
    async with busy.owner() as owner:
        counted = dict(
            await owner.fetchrow(
                "SELECT count(*) AS filed, count(match) AS compared,"
                " count(*) FILTER (WHERE state IN ('dispatched', 'fed_back', 'closed')) AS dispatched,"
                " count(*) FILTER (WHERE outcome = 'risk_confirmed') AS risk_confirmed,"
                " count(outcome) AS fed_back, count(closed_at) AS closed FROM warning.warning"
            )
        )
        counted["verified"] = await owner.fetchval(
            "SELECT count(*) FROM warning.warning WHERE task_id IN (SELECT task_id FROM warning.verification)"
        )
        pushed = dict(
            await owner.fetchrow(
                "SELECT sum(received)::int AS pushed, sum(rejected)::int AS rejected, sum(accepted)::int AS filed"
                " FROM warning.batch"
            )
        )
    rows = await rows_of(busy.bureau, "department")
    for name, value in {**counted, **pushed}.items():
        assert sum(row[name] for row in rows) == value, name
    by_township = await rows_of(busy.bureau, "township")
    async with busy.owner() as owner:
        tasks = await owner.fetchval(
            "SELECT count(*) FROM warning.verification_task WHERE dispatched_at IS NOT NULL"
        )
    assert sum(row["tasks"] for row in by_township) == tasks


async def test_names_and_pages(busy: County) -> None:
    rows = await rows_of(busy.bureau, "township")
    assert [(row["key"], row["name"]) for row in rows] == [
        ("", "未定区划"),
        ("231226100", "绥棱镇"),
        ("231226101", "上集镇"),
    ]
    first = await got(busy.bureau, "/v1/statistics/loop", cycle=CYCLE, limit=2)
    rest = await got(busy.bureau, "/v1/statistics/loop", cycle=CYCLE, limit=2, cursor=first["next_cursor"])
    assert [row["key"] for row in first["items"] + rest["items"]] == [row["key"] for row in rows]
    verified = next(row for row in rows if row["key"] == "231226100")
    assert (verified["median_days"], verified["on_time_share"]) == (0.0, 1.0)


async def test_a_department_and_a_township_count_their_own(busy: County) -> None:
    (own,) = await rows_of(busy.zj, "department")
    assert (own["key"], own["pushed"], own["filed"]) == ("ZJ", 1, 1)
    everything = await rows_of(busy.bureau, "township")
    assert await rows_of(busy.township, "township") == [r for r in everything if r["key"] == "231226100"]
    assert [row["key"] for row in await rows_of(busy.other_township, "township")] == ["231226101"]


@pytest.mark.parametrize("role", ["supervisor", "system"])
@pytest.mark.parametrize("by", GROUPINGS)
async def test_small_cells_are_hidden_from_those_above(busy: County, role: str, by: str) -> None:
    watcher = busy.caller(role, "SH", "2312")
    everything = {row["key"] or "231226": row for row in await rows_of(busy.bureau, by)}
    hidden = 0
    for row in await rows_of(watcher, by):
        for name in COUNTS:
            assert row[name] in (None, everything[row["key"]][name])
            assert row[name] is None or row[name] == 0 or row[name] >= SMALLEST_SHOWN
            hidden += row[name] is None
    assert hidden > 0
    for name in COUNTS:
        blanks = [row for row in await rows_of(watcher, by) if row[name] is None]
        filled = [row for row in everything.values() if row[name]]
        assert len(blanks) != 1 or len(filled) == 1, name


@pytest.mark.parametrize("of", ["warnings", "tasks"])
async def test_what_is_left_between_counts_is_hidden_from_those_above(busy: County, of: str) -> None:
    rows = await rows_of(busy.caller("supervisor", "SH", "231226"), "township", of=of)
    assert any(row["filed"] for row in rows)
    for row in rows:
        assert [row[name] is None for name, _ in TWINS] == [row[visits] is None for _, visits in TWINS]
        for whole, *taken_off in LEFT_OVERS:
            if row[whole] and None not in [row[name] for name in taken_off]:
                left = abs(row[whole] - sum(row[name] for name in taken_off))
                assert left == 0 or left >= SMALLEST_SHOWN, (whole, taken_off)


async def test_who_is_an_officer_here_and_a_supervisor_elsewhere_sees_cells_here(busy: County) -> None:
    both = busy.caller("county", "NYNC", "231226", name="both", more=[Grant("supervisor", "SH", "2311")])
    rows = await rows_of(both, "township", county="231226")
    assert all(row["filed"] is not None for row in rows)


async def test_what_is_asked_wrongly(busy: County) -> None:
    for params in ({"cycle": "2026-13"}, {"cycle": "x"}, {"by": "person"}, {"region": "?", "by": ""}):
        assert problem(await busy.bureau.get("/v1/statistics/loop", params=params))[0] == 422
    assert (await got(busy.bureau, "/v1/statistics/loop", cycle="2026-01"))["items"] == []
    assert (await got(busy.bureau, "/v1/statistics/loop"))["items"]
