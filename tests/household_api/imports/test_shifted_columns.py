"""Rejected rows whose columns have shifted tell no more of people than those whose columns stand right."""

import httpx

from tests.factories.registry import id_number, person
from tests.household_api.conftest import PURPOSE

NUMBER = id_number("19800203", 17)


async def test_numbers_are_masked_in_whichever_column_they_stand(
    county: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    household = "2312261002010017"
    rows = [
        person(
            household, "李四", labour=NUMBER, health=f"{NUMBER}，13800001234", phone=NUMBER, id_number="李四"
        ),
        person(household, NUMBER, id_number="13800001234", schooling="138 0000 1234", region_code=NUMBER),
        person(
            NUMBER,
            "王五",
            id_number=f"{NUMBER}9",
            annual_income=NUMBER,
            contact_official="１３８００００１２３４",
        ),
    ]
    imported = (await county.post("/v1/imports", json={"records": rows})).json()
    assert imported["rejected"] == 3, imported
    path = f"/v1/imports/{imported['id']}/rejects"
    seen = await county.get(path)
    for secret in (NUMBER, NUMBER[:14], "19800203", "13800001234", "138 0000", "１３８００００"):
        assert secret not in seen.text
    first, second, third = (row["record"] for row in seen.json()["items"])
    mask = "231226" + "*" * 12
    assert (first["labour"], first["phone"], first["id_number"]) == (mask, "***", "***")
    assert (first["health"], first["household_no"]) == (f"{mask}，*******1234", household)
    assert (second["name"], second["id_number"], second["region_code"]) == (mask, "***", mask)
    assert (third["household_no"], third["annual_income"]) == (mask, mask)
    full = (await county.get(path, headers=PURPOSE)).json()["items"]
    assert (full[0]["record"]["labour"], full[2]["record"]["household_no"]) == (NUMBER, NUMBER)
    tried = await county.post("/v1/imports", params={"dry_run": "true"}, json={"records": rows})
    assert NUMBER not in str(tried.json()["rejects"])
