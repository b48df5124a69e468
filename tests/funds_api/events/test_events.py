"""Parameters that change elsewhere are copied, once; other events are taken and ignored."""

from typing import Any

import httpx
import pytest

from shared.contracts.events import CASE_OPENED, PARAMETER_CHANGED
from shared.db.identifiers import new_id
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService

SENDER = {"scopes": ["events:deliver"], "name": "service:household_api"}


def event(kind: str, **values: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "source": "household_api",
        "type": kind,
        "subject": "parameter/card_red_points",
        "time": "2026-11-08T09:00:00+08:00",
        "sequence": 2,
        "countycode": "231226",
        "data": {
            "name": "card_red_points",
            "version": 2,
            "valid_from": "2026-12-01",
            "value": "15.00",
            "source": "绥财农〔2026〕12号",
            "set_by": "county",
            "set_at": "2026-11-08T09:00:00+08:00",
        },
        **values,
    }


async def sent(client: httpx.AsyncClient, body: dict[str, Any], county: str = "231226") -> httpx.Response:
    return await client.post(
        "/v1/events",
        params={"county": county},
        json=body,
        headers={"Content-Type": "application/cloudevents+json"},
    )


async def versions(database: TestDatabase) -> list[tuple[int, str]]:
    owner = await database.connect()
    rows = await owner.fetch(
        "SELECT version, value #>> '{}' FROM funds.parameter WHERE name = 'card_red_points' ORDER BY version"
    )
    await owner.close()
    return [tuple(row) for row in rows]


async def test_a_changed_parameter_is_copied_once(funds: RunningService, database: TestDatabase) -> None:
    body = event(PARAMETER_CHANGED)
    async with funds.client("service", "", "", **SENDER) as household:
        for again in (body, body, event(PARAMETER_CHANGED)):
            assert (await sent(household, again)).status_code == 204
    assert await versions(database) == [(1, "20.00"), (2, "15.00")]


async def test_other_events_are_taken_and_ignored(funds: RunningService, database: TestDatabase) -> None:
    before = await versions(database)
    async with funds.client("service", "", "", **SENDER) as household:
        assert (await sent(household, event(CASE_OPENED))).status_code == 204
    assert await versions(database) == before


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"countycode": "231225"}, 404), ({"data": {"name": "card_red_points"}}, 422), ({"type": 1}, 422)],
)
async def test_what_does_not_fit_is_refused(
    funds: RunningService, database: TestDatabase, changes: dict[str, Any], status: int
) -> None:
    before = await versions(database)
    async with funds.client("service", "", "", **SENDER) as household:
        assert (await sent(household, event(PARAMETER_CHANGED, **changes))).status_code == status
    assert await versions(database) == before


async def test_only_our_own_services_deliver_events(finance: httpx.AsyncClient) -> None:
    assert (await sent(finance, event(PARAMETER_CHANGED))).status_code == 403
