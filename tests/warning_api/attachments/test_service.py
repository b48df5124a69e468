"""Naming attachments in answers."""

from uuid import UUID, uuid4

from services.warning_api.attachments import service
from services.warning_api.attachments.owners import OWNERS, Place, register
from shared.db import Transaction
from tests.factories.warnings import COUNTY
from tests.warning_api.attachments.test_endpoints import upload
from tests.warning_api.conftest import County, got


async def test_answers_name_attachments_of_their_own_task_alone(county: County) -> None:
    first, second = await county.new_task(), await county.new_task()
    mine = UUID((await upload(county.township, first)).json()["id"])
    other = UUID((await upload(county.township, second)).json()["id"])
    owners = ("task", UUID(first["id"])), ("task", UUID(second["id"]))
    async with county.running.context.begin(COUNTY) as tx:
        assert await service.refusals(tx, {owners[0]: [mine], owners[1]: [other]}) == {}
        refused = await service.refusals(tx, {owners[0]: [mine, other], owners[1]: [other, uuid4()]})
        assert {owner: code for owner, (code, _) in refused.items()} == {
            owners[0]: "attachment_of_another_task",
            owners[1]: "attachment_not_found",
        }
        assert await service.exist(tx, [mine, other, uuid4()]) == {mine, other}


async def test_a_visit_and_the_next_may_name_the_same(county: County) -> None:
    task = await county.new_task()
    ids = [UUID((await upload(county.township, task)).json()["id"]) for _ in range(2)]
    visit, again = uuid4(), uuid4()
    async with county.running.context.begin(COUNTY) as tx:
        await service.attach(tx, [(visit, ids)])
        await service.attach(tx, [(visit, ids), (again, ids[:1])])
        assert await service.of_uses(tx, [visit, again, uuid4()]) == {visit: sorted(ids), again: ids[:1]}
    (first, second) = (await got(county.township, "/v1/attachments"))["items"]
    assert first["used_by"] == sorted([str(visit), str(again)])
    assert second["used_by"] == [str(visit)]


async def test_what_belongs_to_a_department_is_seen_by_it_alone(county: County) -> None:
    problem_id = uuid4()

    async def place_of(tx: Transaction, id_: UUID) -> Place | None:
        return Place(COUNTY, "YB") if id_ == problem_id and tx.reach.org in ("*", "YB") else None

    before = OWNERS.get("problem")
    register("problem", place_of)
    try:
        about = {"about": f"problem/{problem_id}"}
        made = await upload(county.yb, None, params=about)
        assert made.status_code == 201, made.text
        assert (await upload(county.zj, None, params=about)).status_code == 404
    finally:
        del OWNERS["problem"]
        if before is not None:
            register("problem", before)
    path = f"/v1/attachments/{made.json()['id']}"
    assert (await county.yb.get(path)).status_code == 200
    assert (await county.bureau.get(path)).status_code == 200
    assert (await county.zj.get(path)).status_code == 404
    assert (await county.township.get(path)).status_code == 404
