"""Answers that name attachments, row by row."""

from uuid import UUID, uuid4

from tests.factories.warnings import visit
from tests.warning_api.attachments.test_endpoints import upload
from tests.warning_api.conftest import County, got


async def test_an_answer_names_its_attachments_and_may_be_sent_again(county: County) -> None:
    task = await county.new_task()
    ids = [(await upload(county.township, task)).json()["id"] for _ in range(2)]
    assert (await county.verify(task, "no_risk", attachments=ids))["status"] == "accepted"
    assert (await county.verify(task, "no_risk", attachments=ids[::-1]))["status"] == "unchanged"
    (said,) = (await got(county.township, f"/v1/tasks/{task['id']}/verifications"))["items"]
    assert said["attachments"] == sorted(ids)
    items = (await got(county.township, "/v1/attachments", task_id=task["id"]))["items"]
    assert [item["used_by"] for item in items] == [[said["id"]], [said["id"]]]


async def test_an_answer_without_them_is_another_one(county: County) -> None:
    task = await county.new_task()
    id_ = (await upload(county.township, task)).json()["id"]
    assert (await county.verify(task, "no_risk"))["status"] == "accepted"
    assert (await county.verify(task, "no_risk", attachments=[id_]))["status"] == "rejected"
    task = await got(county.township, f"/v1/tasks/{task['id']}")
    corrected = await county.verify(task, "no_risk", attachments=[id_], version=task["version"])
    assert corrected["status"] == "accepted"


async def test_only_the_row_that_names_what_it_cannot_is_refused(county: County) -> None:
    tasks = [await county.new_task() for _ in range(3)]
    mine = (await upload(county.township, tasks[0])).json()["id"]
    named = [[mine], [mine], [str(uuid4())]]
    answer = await county.township.post(
        "/v1/verifications",
        json={"items": [visit(task, attachments=ids) for task, ids in zip(tasks, named, strict=True)]},
    )
    results = answer.json()["items"]
    assert [result["status"] for result in results] == ["accepted", "rejected", "rejected"]
    assert [[(error["field"], error["code"]) for error in result["errors"]] for result in results] == [
        [],
        [("attachments", "attachment_of_another_task")],
        [("attachments", "attachment_not_found")],
    ]
    (item,) = (await got(county.township, "/v1/attachments"))["items"]
    assert len(item["used_by"]) == 1


async def test_what_a_refused_answer_names_is_not_used(county: County) -> None:
    task = await county.new_task()
    id_ = (await upload(county.township, task)).json()["id"]
    refused = await county.verify(task, "needs_department", attachments=[id_])
    assert refused["status"] == "rejected"
    (item,) = (await got(county.township, "/v1/attachments"))["items"]
    assert item["used_by"] == []
    async with county.owner() as connection:
        assert (
            await connection.fetchval(
                "SELECT count(*) FROM warning.attachment_use WHERE attachment_id = $1", UUID(id_)
            )
            == 0
        )
