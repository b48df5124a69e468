"""Pushing: once, whole or not at all."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from services.warning_api.filing import staging
from services.warning_api.intake import preparation, service
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.clock import AFTER_THE_WINDOW
from tests.factories.warnings import id_number, new_id_number, record
from tests.shared.tables.conftest import workbook
from tests.warning_api.conftest import County, MakeCounty, got, problem

COUNTS = ("received", "accepted", "duplicate", "rejected")


def counts(batch: dict[str, Any]) -> tuple[int, ...]:
    return tuple(batch[name] for name in COUNTS)


async def rows_of(county: County, *tables: str) -> dict[str, int]:
    async with county.owner() as owner:
        return {table: await owner.fetchval(f"SELECT count(*) FROM warning.{table}") for table in tables}


LEFT_BY_A_PUSH = ("batch", "batch_reject", "warning", "outbox_event", "audit_entry", "pgqueuer")


async def test_the_same_batch_again_gets_the_same_answer(common: County) -> None:
    first = await common.post_batch(common.yb, "same", [record("same-1"), record("same-2", name=None)])
    assert (first.status_code, counts(first.json()), first.json()["state"]) == (201, (2, 1, 0, 1), "filed")
    before = await rows_of(common, *LEFT_BY_A_PUSH)
    await common.compare(first.json())
    again = await common.post_batch(common.yb, "same", [record("same-1"), record("same-2", name=None)])
    assert (again.status_code, again.json()) == (200, first.json())
    other = await common.post_batch(common.yb, "same", [record("same-3")])
    assert problem(other) == (409, "batch_conflict")
    assert other.json()["batch_id"] == first.json()["id"]
    assert "（2 条）" in other.json()["detail"]
    after = await rows_of(common, *LEFT_BY_A_PUSH)
    assert {name: after[name] for name in ("batch", "batch_reject", "warning")} == {
        name: before[name] for name in ("batch", "batch_reject", "warning")
    }
    assert (await common.post_batch(common.zj, "same", [record("1", indicator="ZJ01")])).status_code == 201


async def test_a_batch_is_told_and_queued_once(common: County) -> None:
    answer = await common.post_batch(common.yb, "told", [record("told-1")])
    assert await common.events(f"batch/{answer.json()['id']}") == [("batch.filed", 1)]
    async with common.owner() as owner:
        payloads = await owner.fetch(
            "SELECT payload FROM warning.pgqueuer WHERE entrypoint = 'compare_batch'"
        )
    assert sum(answer.json()["id"].encode() in row["payload"] for row in payloads) == 1


async def test_a_record_counts_once_in_a_cycle(common: County) -> None:
    first = await common.push(common.yb, "dup-1", [record("dup-a"), record("dup-b"), record("dup-a")])
    assert counts(first) == (3, 2, 1, 0)
    second = await common.push(common.yb, "dup-2", [record("dup-b"), record("dup-c"), record("dup-c")])
    assert counts(second) == (3, 1, 2, 0)
    other = await common.push(common.zj, "dup-1", [record("dup-a", indicator="ZJ01")])
    assert counts(other) == (1, 1, 0, 0)
    none_new = await common.push(common.yb, "dup-3", [record("dup-a")])
    assert (counts(none_new), none_new["state"]) == ((1, 0, 1, 0), "closed")


async def test_in_a_later_cycle_it_is_filed_again_and_points_back(make_county: MakeCounty) -> None:
    november = await make_county()
    january = await make_county(datetime.fromisoformat("2027-01-06T09:00:00+08:00"), beside=november)
    first = await november.push(november.yb, "B1", [record("1"), record("2")])
    again = await january.push(january.yb, "B1", [record("1"), record("3")])
    assert (again["cycle"], counts(again)) == ("2027-01", (2, 2, 0, 0))
    old = {w["source_record_id"]: w for w in await november.warnings(first)}
    new = {w["source_record_id"]: w for w in await january.warnings(again)}
    assert new["1"]["earlier"] == {"cycle": "2026-11", "warning_id": old["1"]["id"]}
    assert new["3"]["earlier"] is None
    assert new["1"]["filing_no"] == "231226-202701-YB-000001"


async def test_filing_numbers_are_each_given_once(common: County) -> None:
    jy = common.caller("department", "JY")
    numbers: list[str] = []
    for batch_no in ("n1", "n2", "n3"):
        made = [record(f"{batch_no}-{i}", indicator="JY02") for i in range(4)] + [
            record("n1-0", indicator="JY02")
        ]
        batch = await common.push(jy, batch_no, made)
        numbers += [warning["filing_no"] for warning in await common.warnings(batch)]
    dry = await common.post_batch(jy, "n4", [record("n4", indicator="JY02")], dry_run="true")
    assert dry.status_code == 200
    assert len(numbers) == len(set(numbers)) == 12
    assert numbers == sorted(numbers)
    assert all(number.startswith("231226-202611-JY-") for number in numbers)


async def test_a_dry_run_leaves_nothing(common: County) -> None:
    mz = common.caller("department", "MZ")
    before = await rows_of(common, *LEFT_BY_A_PUSH, "filing_counter")
    records = [record("dry-1", indicator="MZ01"), record("dry-1", indicator="MZ01"), record("x", name="")]
    answer = await common.post_batch(mz, "dry", records, dry_run="true")
    assert (answer.status_code, answer.json()["id"], counts(answer.json())) == (200, None, (3, 1, 1, 1))
    (reject,) = answer.json()["rejects"]
    assert reject.keys() == {"line", "source_record_id", "errors"}
    assert (reject["line"], reject["source_record_id"], reject["errors"][0]["field"]) == (3, "x", "name")
    assert await rows_of(common, *LEFT_BY_A_PUSH, "filing_counter") == before
    filed = await common.post_batch(mz, "dry", records)
    assert (filed.status_code, filed.json()["rejects"]) == (201, None)


async def test_a_dry_run_tells_the_first_hundred_rejects(common: County) -> None:
    """By line, also of several chunks, as the ledger tells them afterwards to the department."""
    records = [record(f"r{n}", id_number="231226198002299014", name="张三" * (n % 2)) for n in range(700)]
    dry = (await common.post_batch(common.yb, "dry-many", records, dry_run="true")).json()
    assert dry["rejected"] == 700
    assert [reject["line"] for reject in dry["rejects"]] == list(range(1, 101))
    assert "231226198002299014" not in str(dry["rejects"]) and "张三" not in str(dry["rejects"])
    filed = (await common.post_batch(common.yb, "dry-many", records)).json()
    kept = (await got(common.yb, f"/v1/batches/{filed['id']}/rejects", limit=100))["items"]
    assert [{**reject, "record": None} for reject in kept] == [{**r, "record": None} for r in dry["rejects"]]


async def test_urgent_batches_are_taken_at_any_time(make_county: MakeCounty) -> None:
    county = await make_county(AFTER_THE_WINDOW)
    refused = await county.post_batch(county.yb, "B1", [record("1")], urgent_reason="  ")
    assert problem(refused) == (422, "invalid_request")
    batch = await county.push(county.yb, "B1", [record("1")], urgent_reason="突发山洪")
    assert (batch["urgent"], batch["cycle"], batch["late"]) == (True, "2026-11", False)
    (task,) = await county.tasks(county.township)
    assert (task["urgent"], task["due_on"]) == (True, "2026-11-23")
    again = await county.post_batch(county.yb, "B1", [record("1")])
    assert (again.status_code, again.json()["id"]) == (200, batch["id"])


async def test_an_urgent_batch_after_closing_opens_a_verified_task_anew(make_county: MakeCounty) -> None:
    november = await make_county()
    await november.push(november.yb, "B1", [record("1")])
    (task,) = await november.tasks(november.township)
    assert (await november.verify(task, "no_risk"))["status"] == "accepted"
    later = await make_county(AFTER_THE_WINDOW, beside=november)
    refused = await later.post_batch(later.yb, "B2", [record("2")])
    assert problem(refused) == (409, "window_closed")
    batch = await later.push(later.yb, "B2", [record("2")], urgent_reason="突发山洪")
    assert batch["cycle"] == "2026-11"
    (warning,) = await later.warnings(batch)
    old, anew = sorted(await later.tasks(later.township, cycle="2026-11"), key=lambda each: each["id"])
    assert (old["id"], old["state"]) == (task["id"], "closed")
    assert (anew["id"], anew["state"]) == (warning["task_id"], "pending")
    assert (anew["urgent"], anew["due_on"]) == (True, "2026-11-23")
    assert [clue["warning_id"] for clue in anew["clues"]] == [warning["id"]]


async def test_an_urgent_batch_supersedes_a_nil_report(make_county: MakeCounty) -> None:
    november = await make_county()
    filed = await november.yb.post("/v1/nil-reports", json={"cycle": "2026-11"})
    assert filed.status_code == 201
    later = await make_county(AFTER_THE_WINDOW, beside=november)
    await later.push(later.yb, "B1", [record("1")], urgent_reason="突发山洪")
    (line,) = (await got(later.yb, "/v1/cycles/2026-11"))["departments"]
    assert (line["state"], line["batches"], line["warnings"], line["late"]) == ("pushed", 1, 1, False)


@pytest.mark.parametrize(
    "params",
    [{}, {"batch_no": ""}, {"batch_no": " "}, {"batch_no": "x" * 65}, {"batch_no": "a", "dry_run": "maybe"}],
)
async def test_a_push_without_a_proper_number_is_malformed(common: County, params: dict[str, str]) -> None:
    answer = await common.yb.post("/v1/batches", params=params, json={"records": [record("1")]})
    assert problem(answer) == (422, "invalid_request")


async def test_a_spreadsheet_that_is_refused_is_not_read(
    common: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would go on being read, with all the memory that it takes, when another has its turn."""
    assert (await common.post_batch(common.yb, "taken", [record("taken")])).status_code == 201
    read: list[Any] = []
    prepared = service.prepared
    monkeypatch.setattr(service, "prepared", lambda *given: read.append(given) or prepared(*given))
    content_type = MEDIA_TYPES["xlsx"]
    for batch_no, status, times in (("taken", 409, 0), ("not-taken", 422, 1)):
        answer = await common.yb.post(
            "/v1/batches",
            params={"batch_no": batch_no},
            content=workbook([["没有表头"]]),
            headers={"Content-Type": content_type},
        )
        assert (answer.status_code, len(read)) == (status, times)


async def test_a_parameter_that_is_none_is_refused(common: County) -> None:
    """Whoever writes ``dryrun`` for ``dry_run`` has not filed."""
    params = {"batch_no": "misspelt", "dryrun": "true"}
    answer = await common.yb.post("/v1/batches", params=params, json={"records": [record("misspelt")]})
    assert problem(answer)[0] == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_field"]
    assert (await common.post_batch(common.yb, "misspelt", [record("misspelt")])).json()["accepted"] == 1


async def test_a_dry_run_names_the_columns_that_were_not_read(common: County) -> None:
    sent = record("ignored", amount=None, 自付费用="15100.00", 备注="")
    told = (await common.post_batch(common.yb, "ignored", [sent], dry_run="true")).json()
    assert (told["accepted"], told["ignored_columns"]) == (1, ["自付费用", "备注"])
    assert (await common.post_batch(common.yb, "ignored", [sent])).json()["ignored_columns"] is None


async def test_a_row_with_more_cells_than_the_header_is_rejected(common: County) -> None:
    """An amount with a comma and without quotes would be filed as 1 yuan."""
    head = "记录编号,证件号码,姓名,村代码,预警指标,发生日期,金额,情况说明\n"
    lines = [
        f"surplus-{number},{id_number(1)},张三,231226100201,YB01,2026-11-02,{rest}"
        for number, rest in enumerate(("1,234.50,住院", "1234.50,住院,,"))
    ]
    answer = await common.yb.post(
        "/v1/batches",
        params={"batch_no": "surplus"},
        content=(head + "\n".join(lines)).encode(),
        headers={"Content-Type": "text/csv"},
    )
    batch = answer.json()
    assert (batch["accepted"], batch["rejected"]) == (1, 1), answer.text
    (reject,) = (await got(common.yb, f"/v1/batches/{batch['id']}/rejects"))["items"]
    assert (reject["line"], [error["code"] for error in reject["errors"]]) == (2, ["surplus_cells"])
    assert reject["record"]["第9列"] == "住院"


async def test_only_departments_push_and_see_only_their_own(common: County) -> None:
    assert problem(await common.post_batch(common.bureau, "B", [record("1")]))[0] == 403
    unknown = common.caller("department", "XX")
    assert problem(await common.post_batch(unknown, "B", [record("1")])) == (422, "not_a_department")
    batch = (await common.post_batch(common.yb, "own", [record("own-1"), record("own-2", name="")])).json()
    for path in (f"/v1/batches/{batch['id']}", f"/v1/batches/{batch['id']}/rejects"):
        assert (await common.yb.get(path)).status_code == 200
        assert (await common.bureau.get(path)).status_code == 200
        assert problem(await common.zj.get(path)) == (404, "not_found")
        assert problem(await common.caller("department", "YB", "231281").get(path)) == (404, "not_found")
        assert problem(await common.township.get(path))[0] == 403
    assert problem(await common.yb.get("/v1/batches/not-an-id")) == (404, "not_found")
    assert batch["id"] in [b["id"] for b in (await got(common.yb, "/v1/batches"))["items"]]
    assert batch["id"] not in [b["id"] for b in (await got(common.zj, "/v1/batches"))["items"]]


async def test_two_pushes_of_one_number_at_once_give_one_batch(common: County) -> None:
    records = [record(f"race-{n}", id_number=new_id_number()) for n in range(200)]
    answers = await asyncio.gather(*(common.post_batch(common.yb, "race", records) for _ in range(4)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(201) == 1
    assert set(codes) <= {200, 201, 409}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert all(a.json()["code"] == "batch_in_progress" and a.headers["Retry-After"] for a in refused)
    async with common.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM warning.batch WHERE batch_no = 'race'") == 1
        filed = "SELECT count(*) FROM warning.warning WHERE source_record_id LIKE 'race-%'"
        assert await owner.fetchval(filed) == 200


async def test_two_batches_with_the_same_records_at_once_file_them_once(common: County) -> None:
    records = [record(f"both-{n}", id_number=new_id_number()) for n in range(200)]
    answers = await asyncio.gather(
        *(common.post_batch(common.yb, batch_no, records) for batch_no in ("both-1", "both-2"))
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    assert sorted(counts(answer.json()) for answer in answers) == [(200, 0, 200, 0), (200, 200, 0, 0)]


async def test_what_breaks_in_the_middle_leaves_nothing(
    common: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await rows_of(common, *LEFT_BY_A_PUSH, "filing_counter")
    records = [record(f"broken-{n}", id_number=id_number(n)) for n in range(30)]

    async def fails(*_: Any) -> None:
        raise RuntimeError("the process was about to die")

    for place in ((staging.Stage, "file"), (service.repository, "add_batch"), (service.jobs, "enqueue")):
        with monkeypatch.context() as patch:
            patch.setattr(*place, fails)
            assert problem(await common.post_batch(common.yb, "broken", records)) == (500, "internal_error")
        assert await rows_of(common, *LEFT_BY_A_PUSH, "filing_counter") == before
    answer = await common.post_batch(common.yb, "broken", records)
    assert (answer.status_code, counts(answer.json())) == (201, (30, 30, 0, 0))


async def test_chunks_make_no_difference(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "CHUNK", 7)
    records = [record(f"chunk-{n}", name="" if n % 5 == 0 else "李四") for n in range(50)]
    answer = await common.post_batch(common.yb, "chunks", [*records, *records[:20]])
    assert counts(answer.json()) == (70, 40, 16, 14)
    rejects = await got(common.yb, f"/v1/batches/{answer.json()['id']}/rejects")
    assert [reject["line"] for reject in rejects["items"]][:4] == [1, 6, 11, 16]
