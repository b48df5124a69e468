"""Callers who report: officers, and farmers with their village's code."""

from typing import Any

import httpx

from services.warning_api.comparison.service import compare_batch
from tests.factories.warnings import COUNTY, VILLAGE
from tests.warning_api.conftest import County


def farmer(county: County, address: str = "203.0.113.7") -> httpx.AsyncClient:
    """Somebody without a token, at a network address."""
    key = f"farmer-{address}"
    if key not in county.clients:
        county.clients[key] = httpx.AsyncClient(
            transport=httpx.ASGITransport(
                county.running.app, raise_app_exceptions=False, client=(address, 40000)
            ),
            base_url="http://test",
        )
    return county.clients[key]


async def issue(county: County, village: str = VILLAGE) -> dict[str, Any]:
    """A village's code as its township gets it."""
    answer = await county.bureau.post(f"/v1/villages/{village}/report-codes")
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    return issued


def shown(issued: dict[str, Any]) -> dict[str, str]:
    """The header that a farmer sends."""
    return {"X-Report-Code": f"{issued['region_code']}:{issued['code']}"}


def said(**fields: Any) -> dict[str, Any]:
    """A self-report; None leaves a field out."""
    made = {
        "name": "赵六",
        "phone": "13800001111",
        "region_code": VILLAGE,
        "risk_types": ["illness"],
        "detail": "住院花费大",
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


async def compare_all(county: County) -> None:
    """What the worker does with everything that waits."""
    async with county.owner() as owner:
        rows = await owner.fetch("SELECT cycle, id FROM warning.batch WHERE state = 'filed' ORDER BY id")
    for row in rows:
        await compare_batch(county.running.context, COUNTY, row["cycle"], row["id"])


async def reported(county: County, client: httpx.AsyncClient | None = None, **fields: Any) -> str:
    """Report for a farmer and have it compared; the receipt number."""
    answer = await (client or county.township).post("/v1/self-reports", json=said(**fields))
    assert answer.status_code == 201, answer.text
    await compare_all(county)
    receipt_no: str = answer.json()["receipt_no"]
    return receipt_no
