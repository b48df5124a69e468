"""Answers are kept by nobody on the way."""

import httpx


async def test_answers_and_refusals_are_not_kept(finance: httpx.AsyncClient) -> None:
    for path in ("/v1/sources", "/v1/sources/no-id", "/v1/disclosures"):
        answer = await finance.get(path)
        assert answer.headers.get_list("cache-control") == ["no-store"], path
    assert "cache-control" not in (await finance.get("/livez")).headers
