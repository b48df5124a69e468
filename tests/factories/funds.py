"""Sources, allocations, projects and payments, made through the API."""

from typing import Any

import httpx


async def created(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The 201 answer of a POST."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def make_source(client: httpx.AsyncClient, amount: str, **values: Any) -> dict[str, Any]:
    body = {"level": "central", "year": 2026, "amount": amount, "document_no": "财农〔2026〕1号", **values}
    return await created(client, "/v1/sources", body)


async def make_allocation(
    client: httpx.AsyncClient, amount: str, *, source_amount: str = "", **values: Any
) -> dict[str, Any]:
    """Without ``source_id``, from a source of its own with ``source_amount`` (the same amount)."""
    if "source_id" not in values:
        values["source_id"] = (await make_source(client, source_amount or amount))["id"]
    body = {"region_code": "231226100", "amount": amount, "purpose": "industry", **values}
    return await created(client, "/v1/allocations", body)


def project_body(*parts: tuple[str, str], **values: Any) -> dict[str, Any]:
    """``parts``: allocation id and amount."""
    return {
        "name": "木耳大棚建设",
        "region_code": "231226100201",
        "category": "industry",
        "year": 2026,
        "allocations": [{"allocation_id": allocation, "amount": amount} for allocation, amount in parts],
        **values,
    }


async def move(client: httpx.AsyncClient, project: dict[str, Any], to: str, **values: Any) -> httpx.Response:
    return await client.post(
        f"/v1/projects/{project['id']}/transitions",
        json={"to": to, **values},
        headers={"If-Match": f'"{project["version"]}"'},
    )


async def started_project(
    client: httpx.AsyncClient, *parts: tuple[str, str], **values: Any
) -> dict[str, Any]:
    project = await created(client, "/v1/projects", project_body(*parts, **values))
    answer = await move(client, project, "started")
    assert answer.status_code == 200, answer.text
    moved: dict[str, Any] = answer.json()
    return moved


def payment_body(project_id: str, amount: str, **values: Any) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "amount": amount,
        "paid_on": "2026-11-08",
        "payee": "绥棱县绿野菌业合作社",
        "reference": "支付凭证0001",
        **values,
    }


async def make_payment(
    client: httpx.AsyncClient, project_id: str, amount: str, **values: Any
) -> dict[str, Any]:
    return await created(client, "/v1/payments", payment_body(project_id, amount, **values))


async def project_with(client: httpx.AsyncClient, amount: str) -> dict[str, Any]:
    """A started project that has all of an allocation that has all of a source."""
    allocation = await make_allocation(client, amount)
    return await started_project(client, (allocation["id"], amount))


#: An organisation's code with the right check character (GB 32100).
CREDIT_CODE = "91231226MA1BCDEF6U"


def contract_body(project_id: str, amount: str, **values: Any) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "number": "绥合〔2026〕1号",
        "contractor": "绥棱县绿野建筑有限公司",
        "credit_code": CREDIT_CODE,
        "amount": amount,
        "signed_on": "2026-05-06",
        **values,
    }


async def make_contract(
    client: httpx.AsyncClient, project_id: str, amount: str, **values: Any
) -> dict[str, Any]:
    return await created(client, "/v1/contracts", contract_body(project_id, amount, **values))


async def close_year(maker: httpx.AsyncClient, checker: httpx.AsyncClient, year: int) -> None:
    """Asked for by one, approved by the other."""
    asked = await created(maker, f"/v1/years/{year}/closing", {})
    headers = {"If-Match": f'"{asked["version"]}"'}
    closed = await checker.post(f"/v1/years/{year}/closing/approval", headers=headers)
    assert closed.status_code == 200, closed.text
    assert closed.json()["state"] == "closed"
