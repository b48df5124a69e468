"""Corrections and withdrawals: entries that refer to what was filed, which never changes."""

from typing import Any

import httpx
import pytest

from services.warning_api.filing import entry_repository
from tests.factories.warnings import CYCLE, new_id_number, record, registered
from tests.warning_api.conftest import County, got, problem

WRONG = "金额录错"


async def correct(client: httpx.AsyncClient, warning: str, **fields: Any) -> httpx.Response:
    headers = {"Idempotency-Key": fields.pop("key")} if "key" in fields else {}
    body = {"reason": WRONG, **fields}
    return await client.post(f"/v1/warnings/{warning}/corrections", json=body, headers=headers)


async def withdraw(client: httpx.AsyncClient, warning: str, **headers: str) -> httpx.Response:
    body = {"reason": "报错了人"}
    return await client.post(f"/v1/warnings/{warning}/withdrawal", json=body, headers=headers)


def own_clue(task: dict[str, Any]) -> str:
    return next(clue["warning_id"] for clue in task["clues"] if clue["org_code"] == "YB")


async def shared_task(county: County) -> dict[str, Any]:
    """A task with a clue of YB and one of ZJ."""
    number = new_id_number()
    county.registry.persons[number] = registered()
    county.pushed += 1
    no = f"shared-{county.pushed}"
    first = await county.push(county.yb, no, [record(no, id_number=number)])
    await county.push(county.zj, no, [record(no, id_number=number, indicator="ZJ01", amount=None)])
    (warning,) = await county.warnings(first)
    return await got(county.bureau, f"/v1/tasks/{warning['task_id']}")


async def filed_row(county: County, warning: str) -> dict[str, Any]:
    """What was filed, as it stands in the table."""
    async with county.owner() as owner:
        row = await owner.fetchrow(
            "SELECT amount, occurred_on, indicator, region_code, sealed, filing_seq, line, filed_at"
            " FROM warning.warning WHERE id = $1",
            warning,
        )
    assert row is not None
    return dict(row)


async def test_a_correction_reaches_the_township_and_leaves_what_was_filed(common: County) -> None:
    task = await common.new_task()
    warning = own_clue(task)
    before = await filed_row(common, warning)
    answer = await correct(
        common.yb,
        warning,
        amount="1,600.5",
        occurred_on="2026年11月3日",
        indicator="门诊自付费用较高",
        detail="门诊慢病",
        phone="+86 139-4567-8901",
        region_code="231226100202",
        name="张 三丰",
    )
    assert answer.status_code == 201, answer.text
    changes = {
        "amount": "1600.50",
        "occurred_on": "2026-11-03",
        "indicator": "YB02",
        "detail": "门诊慢病",
        "phone": "*******8901",
        "region_code": "231226100202",
        "name": "张三丰",
    }
    (entry,) = answer.json()["entries"]
    assert (entry["kind"], entry["reason"], entry["corrected"]) == ("correction", WRONG, changes)
    assert (answer.json()["version"], answer.headers["ETag"]) == (2, '"2"')
    assert (answer.json()["amount"], answer.json()["indicator"]) == ("15100.00", "YB01")
    assert await filed_row(common, warning) == before
    changed = await got(common.township, f"/v1/tasks/{task['id']}")
    (clue,) = changed["clues"]
    assert (clue["amount"], clue["corrected"], clue["withdrawn"]) == ("15100.00", changes, False)
    assert changed["version"] == task["version"] + 1
    assert changed["updated_at"] > task["updated_at"]
    told = await common.events(f"task/{task['id']}")
    assert told == [("task.dispatched", 1), ("task.dispatched", 2)]
    stale = await common.verify(task, "no_risk", version=task["version"])
    assert stale["errors"][0]["code"] == "stale_version"


async def test_the_last_correction_of_a_field_counts(common: County) -> None:
    task = await common.new_task()
    assert task["clues"][0]["corrected"] is None
    await correct(common.yb, own_clue(task), amount="100.00", detail="门诊")
    answer = await correct(common.yb, own_clue(task), amount="200.00")
    assert [entry["corrected"]["amount"] for entry in answer.json()["entries"]] == ["100.00", "200.00"]
    (clue,) = (await got(common.township, f"/v1/tasks/{task['id']}"))["clues"]
    assert (clue["corrected"]["amount"], clue["corrected"]["detail"]) == ("200.00", "门诊")
    sheet = await common.township.get(f"/v1/lists/{CYCLE}/231226100", headers={"Accept": "text/csv"})
    assert "（部门更正：金额 200.00，情况说明 门诊）" in sheet.text


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"amount": "-1", "occurred_on": "2026-11-09"}, ["date_in_future", "negative_amount"]),
        ({"indicator": "ZJ01", "region_code": "231226999"}, ["unknown_indicator", "unknown_region"]),
        ({"amount": "many"}, ["not_an_amount"]),
    ],
)
async def test_corrections_are_checked_as_a_push_is(
    common: County, fields: dict[str, str], codes: list[str]
) -> None:
    task = await common.new_task()
    answer = await correct(common.yb, own_clue(task), **fields)
    assert answer.status_code == 422
    pushed = await common.post_batch(common.yb, "checked", [record("x", **fields)], dry_run="true")
    assert pushed.json()["rejected"] == 1
    found = [(error["pointer"].removeprefix("/"), error["code"]) for error in answer.json()["errors"]]
    assert len(found) == len(codes)
    assert {field for field, _ in found} <= set(fields)
    if codes != ["not_an_amount"]:
        assert sorted(code for _, code in found) == sorted(codes)


async def test_a_correction_corrects_something(common: County) -> None:
    task = await common.new_task()
    assert problem(await correct(common.yb, own_clue(task))) == (422, "nothing_corrected")
    assert problem(await correct(common.yb, own_clue(task), name=" ")) == (422, "invalid_request")
    assert problem(await correct(common.yb, own_clue(task), amount="1", reason=""))[0] == 422
    # Somebody else's number is withdrawn and pushed anew: half of what was asked for is not done.
    another = await correct(common.yb, own_clue(task), amount="1", id_number=new_id_number())
    assert [(error["pointer"], error["code"]) for error in another.json()["errors"]] == [
        ("/id_number", "unknown_field")
    ]
    assert (await got(common.yb, f"/v1/warnings/{own_clue(task)}"))["entries"] == []


async def test_only_the_department_that_filed_corrects(common: County) -> None:
    warning = own_clue(await common.new_task())
    for client, status in ((common.zj, 404), (common.bureau, 403), (common.township, 403)):
        assert problem(await correct(client, warning, amount="1"))[0] == status
        assert problem(await withdraw(client, warning))[0] == status
    elsewhere = common.caller("department", "YB", "231281")
    assert problem(await correct(elsewhere, warning, amount="1")) == (404, "warning_not_found")
    assert problem(await common.zj.get(f"/v1/warnings/{warning}")) == (404, "warning_not_found")
    assert problem(await common.other_township.get(f"/v1/warnings/{warning}"))[0] == 404
    assert problem(await common.yb.get("/v1/warnings/nothing"))[0] == 404


async def test_who_is_not_responsible_reads_no_reason_and_no_name(common: County) -> None:
    warning = own_clue(await common.new_task())
    await correct(common.yb, warning, name="欧阳娜娜", detail="慢病", amount="5.00")
    for client in (common.yb, common.bureau, common.township):
        (entry,) = (await got(client, f"/v1/warnings/{warning}"))["entries"]
        assert (entry["reason"], entry["corrected"]["name"]) == (WRONG, "欧阳娜娜")
    (entry,) = (await got(common.caller("system", "SYS"), f"/v1/warnings/{warning}"))["entries"]
    assert (entry["reason"], entry["corrected"]["name"], entry["corrected"]["detail"]) == (None, "欧*", None)
    assert entry["corrected"]["amount"] == "5.00"


async def test_a_key_makes_one_entry(common: County) -> None:
    warning = own_clue(await common.new_task())
    first = await correct(common.yb, warning, amount="5.00", key="correction-1")
    again = await correct(common.yb, warning, amount="5.00", key="correction-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len((await got(common.yb, f"/v1/warnings/{warning}"))["entries"]) == 1
    gone = await withdraw(common.yb, warning, **{"Idempotency-Key": "withdrawal-1"})
    assert (await withdraw(common.yb, warning, **{"Idempotency-Key": "withdrawal-1"})).json() == gone.json()


async def test_withdrawing_the_only_clue_closes_the_task(common: County) -> None:
    task = await common.new_task()
    warning = own_clue(task)
    answer = await withdraw(common.yb, warning)
    assert answer.status_code == 201, answer.text
    gone = answer.json()
    assert (gone["state"], gone["outcome"], gone["entries"][0]["kind"]) == ("closed", None, "withdrawal")
    assert gone["withdrawn_at"] == gone["closed_at"] == gone["entries"][0]["entered_at"]
    assert (await got(common.yb, f"/v1/batches/{gone['batch_id']}"))["state"] == "closed"
    closed = await got(common.township, f"/v1/tasks/{task['id']}")
    assert (closed["state"], closed["outcome"], closed["clues"][0]["withdrawn"]) == ("closed", None, True)
    assert await common.events(f"task/{task['id']}") == [("task.dispatched", 1), ("task.dispatched", 2)]
    assert await common.events(f"warning/{warning}") == [("warning.closed", 2)]
    async with common.owner() as owner:
        data = await owner.fetchval(
            "SELECT data->>'outcome' FROM warning.outbox_event WHERE subject = $1", f"warning/{warning}"
        )
    assert data == "withdrawn"
    refused = await common.verify(closed, "no_risk")
    assert refused["errors"][0]["code"] == "already_closed"
    returned = await common.bureau.post(
        f"/v1/tasks/{task['id']}/return", json={"reason": "重核"}, headers={"If-Match": "*"}
    )
    assert problem(returned) == (409, "transition_not_allowed")
    for again in (await withdraw(common.yb, warning), await correct(common.yb, warning, amount="1")):
        assert problem(again) == (409, "already_withdrawn")


async def test_with_another_clue_the_task_goes_on_without_it(common: County) -> None:
    task = await shared_task(common)
    warning = own_clue(task)
    other = next(clue["warning_id"] for clue in task["clues"] if clue["org_code"] == "ZJ")
    assert (await withdraw(common.yb, warning)).json()["state"] == "closed"
    task = await got(common.township, f"/v1/tasks/{task['id']}")
    assert task["state"] == "pending"
    assert {clue["warning_id"]: clue["withdrawn"] for clue in task["clues"]} == {warning: True, other: False}
    assert (await common.verify(task, "risk_confirmed", version=task["version"]))["status"] == "accepted"
    assert (await got(common.yb, f"/v1/warnings/{warning}"))["outcome"] is None
    assert (await got(common.zj, f"/v1/warnings/{other}"))["outcome"] == "risk_confirmed"
    returned = await common.bureau.post(
        f"/v1/tasks/{task['id']}/return", json={"reason": "重核"}, headers={"If-Match": "*"}
    )
    assert returned.json()["state"] == "returned"
    states = {id_: (await got(common.bureau, f"/v1/warnings/{id_}"))["state"] for id_ in (warning, other)}
    assert states == {warning: "closed", other: "dispatched"}
    assert (await withdraw(common.zj, other)).json()["state"] == "closed"
    assert (await got(common.township, f"/v1/tasks/{task['id']}"))["state"] == "closed"


async def test_after_the_verification_a_withdrawal_is_only_recorded(common: County) -> None:
    task = await common.new_task()
    warning = own_clue(task)
    await common.verify(task, "risk_confirmed")
    before = await got(common.bureau, f"/v1/tasks/{task['id']}")
    gone = (await withdraw(common.yb, warning)).json()
    assert (gone["state"], gone["outcome"], gone["withdrawn_at"]) == ("fed_back", "risk_confirmed", None)
    after = await got(common.bureau, f"/v1/tasks/{task['id']}")
    assert (after["state"], after["outcome"], after["version"]) == (
        "verified",
        "risk_confirmed",
        before["version"] + 1,
    )
    assert after["clues"][0]["withdrawn"] is True
    assert ("warning.closed", after["version"]) not in await common.events(f"warning/{warning}")
    assert problem(await withdraw(common.yb, warning)) == (409, "already_withdrawn")
    assert (await common.answer(common.yb, warning))["status"] == "accepted"
    assert (await got(common.yb, f"/v1/warnings/{warning}"))["state"] == "closed"


async def test_what_is_closed_is_neither_corrected_nor_withdrawn(common: County) -> None:
    task = await common.new_task()
    await common.verify(task, "no_risk")
    for answer in (
        await correct(common.yb, own_clue(task), amount="1"),
        await withdraw(common.yb, own_clue(task)),
    ):
        assert problem(answer) == (409, "already_closed")
        assert "已办结" in answer.json()["title"]


async def test_withdrawn_before_the_comparison_it_never_becomes_a_task(county: County) -> None:
    answer = await county.post_batch(county.yb, "B1", [record("1"), record("2", id_number=new_id_number())])
    first, second = await county.warnings(answer.json())
    assert (await withdraw(county.yb, first["id"])).json()["state"] == "closed"
    await county.compare(answer.json())
    (task,) = await county.tasks(county.township)
    assert [clue["warning_id"] for clue in task["clues"]] == [second["id"]]
    assert await county.events(f"warning/{first['id']}") == [("warning.closed", 1)]


async def test_a_withdrawn_candidate_waits_for_nobody(county: County) -> None:
    county.registry.candidates["待定"] = [registered()]
    batch = await county.push(county.yb, "B1", [record("1", id_number=None, name="待定")])
    (candidate,) = (await got(county.bureau, "/v1/candidates"))["items"]
    assert (await withdraw(county.yb, candidate["warning_id"])).status_code == 201
    assert (await got(county.bureau, "/v1/candidates"))["items"] == []
    decided = await county.bureau.post(
        f"/v1/candidates/{candidate['warning_id']}/decision",
        json={"person_id": None},
        headers={"If-Match": "*"},
    )
    assert problem(decided)[0] in (404, 409)
    assert await county.tasks(county.bureau) == []
    assert (await got(county.yb, f"/v1/batches/{batch['id']}"))["state"] == "closed"


async def test_what_was_withdrawn_may_be_filed_anew(county: County) -> None:
    first = await county.push(county.yb, "B1", [record("1"), record("2", id_number=new_id_number())])
    warning = next(w for w in await county.warnings(first) if w["source_record_id"] == "1")
    await withdraw(county.yb, warning["id"])
    again = await county.push(county.yb, "B2", [record("1"), record("2"), record("1")])
    assert (again["accepted"], again["duplicate"]) == (1, 2)
    (anew,) = await county.warnings(again)
    assert anew["filing_no"] != warning["filing_no"]
    assert anew["task_id"] != warning["task_id"]


async def test_while_it_is_put_into_a_task_it_is_tried_again(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison dispatches it after it was read and before it is locked."""
    batch = (await county.post_batch(county.yb, "B1", [record("1")])).json()
    (warning,) = await county.warnings(batch)
    read = entry_repository.own_warning

    async def read_then_compared(tx: Any, id_: Any, *, lock: bool = False) -> Any:
        if lock:
            await county.compare(batch)
        return await read(tx, id_, lock=lock)

    with monkeypatch.context() as patch:
        patch.setattr(entry_repository, "own_warning", read_then_compared)
        answer = await withdraw(county.yb, warning["id"])
    assert problem(answer) == (409, "warning_being_compared")
    assert answer.headers["Retry-After"]
    assert (await withdraw(county.yb, warning["id"])).json()["state"] == "closed"


async def test_an_illness_stands_sealed_in_its_entry(common: County) -> None:
    warning = own_clue(await common.new_task())
    await correct(common.yb, warning, detail="尿毒症透析", phone="13945678901", reason="写漏病名")
    async with common.owner() as owner:
        rows = await owner.fetch("SELECT e::text AS row FROM warning.warning_entry e")
        told = await owner.fetch("SELECT detail::text AS row FROM warning.audit_entry")
    for row in (*rows, *told):
        for word in ("尿毒症透析", "13945678901", "写漏病名"):
            assert word not in (row["row"] or "")
            assert word.encode().hex() not in (row["row"] or "")
