"""What the worker makes of files that nobody names, of objects without rows and of rows without objects."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.warning_api.attachments import service
from services.warning_api.attachments.tasks import remove_unused, sweep
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.warnings import COUNTY
from tests.warning_api.attachments.test_endpoints import audited, files_of, upload
from tests.warning_api.conftest import County, MakeCounty, got, problem

LATER = INSIDE_THE_WINDOW + timedelta(days=8)


async def ids_of(county: County) -> set[str]:
    return {item["id"] for item in (await got(county.bureau, "/v1/attachments"))["items"]}


async def name(county: County, visit: UUID, *ids: str) -> None:
    async with county.running.context.begin(COUNTY) as tx:
        await service.attach(tx, [(visit, [UUID(id_) for id_ in ids])])


async def test_what_no_visit_names_expires_with_its_file(make_county: MakeCounty) -> None:
    county = await make_county()
    task = await county.new_task()
    named = (await upload(county.township, task)).json()["id"]
    unnamed = (await upload(county.township, task)).json()["id"]
    await name(county, uuid4(), named)
    later = await make_county(now=LATER, beside=county)
    fresh = (await upload(later.township, task)).json()["id"]
    await remove_unused(later.running.context, {})
    assert await ids_of(later) == {named, fresh}
    assert len(files_of(county)) == 2
    assert problem(await later.township.get(f"/v1/attachments/{unnamed}")) == (404, "attachment_not_found")
    assert [action for action, _ in await audited(later, unnamed)] == [
        "attachment.added",
        "attachment.expired",
    ]


async def test_what_is_just_being_named_does_not_expire(make_county: MakeCounty) -> None:
    county = await make_county()
    task = await county.new_task()
    id_ = UUID((await upload(county.township, task)).json()["id"])
    later = await make_county(now=LATER, beside=county)
    async with county.running.context.begin(COUNTY) as tx:
        assert await service.refusals(tx, {("task", UUID(task["id"])): [id_]}) == {}
        await remove_unused(later.running.context, {})
        await service.attach(tx, [(uuid4(), [id_])])
    await remove_unused(later.running.context, {})
    assert await ids_of(later) == {str(id_)}


async def test_what_is_named_cannot_be_deleted(county: County) -> None:
    task = await county.new_task()
    id_ = (await upload(county.township, task)).json()["id"]
    await name(county, uuid4(), id_)
    async with county.owner() as connection:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await connection.execute("DELETE FROM warning.attachment WHERE id = $1", UUID(id_))


def left_behind(county: County, stored: Path, name: str, hours: int) -> Path:
    """An object whose row was never committed, ``hours`` old."""
    path = stored.with_name(name)
    path.write_bytes(b"nobody's")
    then = path.stat().st_mtime - hours * 3600
    os.utime(path, (then, then))
    return path


async def test_objects_without_a_row_are_swept_once_they_are_old(county: County) -> None:
    task = await county.new_task()
    id_ = (await upload(county.township, task)).json()["id"]
    (stored,) = files_of(county)
    old = left_behind(county, stored, "ab" * 16, hours=25)
    unfinished = left_behind(county, stored, ".part-x1y2", hours=25)
    young = left_behind(county, stored, "cd" * 16, hours=23)
    os.utime(stored, (0, 0))
    await sweep(county.running.context, {})
    assert not old.exists()
    assert not unfinished.exists()
    assert young.exists()
    assert (await county.township.get(f"/v1/attachments/{id_}")).status_code == 200


async def test_a_lost_file_is_found_by_the_sweep_and_so_is_its_return(county: County) -> None:
    task = await county.new_task()
    id_ = (await upload(county.township, task)).json()["id"]
    other = (await upload(county.township, task)).json()["id"]
    (stored,) = [path for path in files_of(county) if await serves(county, path, id_)]
    backup = stored.read_bytes()
    stored.unlink()
    await sweep(county.running.context, {})
    await sweep(county.running.context, {})
    lost = (await got(county.bureau, "/v1/attachments", lost="true"))["items"]
    assert [(item["id"], item["lost"]) for item in lost] == [(id_, True)]
    assert [action for action, _ in await audited(county, id_)][-1] == "attachment.lost"
    stored.write_bytes(backup)
    await sweep(county.running.context, {})
    assert (await got(county.bureau, "/v1/attachments", lost="true"))["items"] == []
    assert [action for action, _ in await audited(county, id_)].count("attachment.lost") == 1
    assert await ids_of(county) == {id_, other}


async def serves(county: County, path: Path, id_: str) -> bool:
    """Whether ``path`` is the object of attachment ``id_``."""
    async with county.owner() as connection:
        key = await connection.fetchval("SELECT storage_key FROM warning.attachment WHERE id = $1", UUID(id_))
    return str(path).endswith(key)


async def test_the_sweep_looks_at_the_months_before(make_county: MakeCounty) -> None:
    county = await make_county()
    task = await county.new_task()
    await upload(county.township, task)
    (stored,) = files_of(county)
    old = left_behind(county, stored, "ab" * 16, hours=25)
    later = await make_county(now=INSIDE_THE_WINDOW + timedelta(days=80), beside=county)
    await sweep(later.running.context, {})
    assert not old.exists()
    assert stored.exists()
