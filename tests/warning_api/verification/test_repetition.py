"""Visits that are sent again under their Idempotency-Key are answered as they were, not refused as told already."""

from tests.factories.warnings import visit
from tests.warning_api.conftest import County


async def test_visits_are_repeated_as_they_were_first_answered(common: County) -> None:
    body = {"items": [visit(await common.new_task(), outcome="no_risk")]}
    key = {"Idempotency-Key": "visits-1"}
    first = await common.township.post("/v1/verifications", json=body, headers=key)
    assert (first.status_code, first.json()["accepted"]) == (200, 1), first.text
    again = await common.township.post("/v1/verifications", json=body, headers=key)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = await common.township.post("/v1/verifications", json={"items": []}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
