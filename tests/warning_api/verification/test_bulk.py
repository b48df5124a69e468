"""Thousands of answers at once, while another officer is at the same list."""

import asyncio

from bihuan.bench.pushed_records import invented_records
from tests.factories.warnings import VILLAGE
from tests.warning_api.conftest import County, got

MANY = 5_000


async def test_every_task_of_a_large_list_is_answered_once(county: County) -> None:
    records = [{**record, "region_code": VILLAGE} for record in invented_records(MANY)]
    await county.push(county.yb, "large", records)
    async with county.owner() as owner:
        ids = [
            str(row["id"])
            for row in await owner.fetch("SELECT id FROM warning.verification_task ORDER BY id")
        ]
    assert len(ids) == MANY
    other = county.caller("township", "231226100", "231226100", name="second-officer")

    def items(of: list[str], outcome: str) -> list[dict[str, object]]:
        return [
            {"task_id": id_, "outcome": outcome, "visited_on": "2026-11-08", "verifiers": ["王五"]}
            for id_ in of
        ]

    answers = await asyncio.gather(
        county.township.post("/v1/verifications", json={"items": items(ids, "no_risk")}, timeout=60),
        *(
            other.post("/v1/verifications", json={"items": items(ids[at::40][::-1], "moved")}, timeout=60)
            for at in (0, 1, 2)
        ),
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    taken = [sum(item["status"] == "accepted" for item in answer.json()["items"]) for answer in answers]
    assert sum(taken) == MANY
    async with county.owner() as owner:
        visits = "SELECT count(*), count(DISTINCT task_id) FROM warning.verification"
        assert tuple(await owner.fetchrow(visits)) == (MANY, MANY)
        verified = (
            "SELECT count(DISTINCT subject) FROM warning.outbox_event WHERE type = 'bihuan.task.verified'"
        )
        assert await owner.fetchval(verified) == MANY
        audited = "SELECT count(*) FROM warning.audit_entry WHERE action = 'task.verified'"
        assert await owner.fetchval(audited) == MANY
        outcomes = "SELECT outcome, count(*) FROM warning.warning GROUP BY 1"
        found = {row["outcome"]: row["count"] for row in await owner.fetch(outcomes)}
    assert found.get("no_risk", 0) == taken[0]
    assert found.get("moved", 0) == sum(taken[1:])
    totals = await got(county.township, "/v1/lists/2026-11/231226100")
    assert totals["states"] == {"closed": MANY}
