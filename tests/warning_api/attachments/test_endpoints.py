"""Attachments over HTTP: who may bring and see which, and what is refused."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from shared.storage import StorageAway
from tests.factories.files import TRACES, document, huge_png, pdf, pdf_with_action, photo
from tests.warning_api.conftest import County, got, problem

MEBIBYTE = 1024 * 1024


async def upload(
    client: httpx.AsyncClient,
    task: dict[str, Any] | None,
    content: bytes | AsyncIterator[bytes] | None = None,
    content_type: str = "image/jpeg",
    params: dict[str, str] | None = None,
    **headers: str,
) -> httpx.Response:
    return await client.post(
        "/v1/attachments",
        params={"task_id": task["id"]} if task else params or {},
        content=photo() if content is None else content,
        headers={"Content-Type": content_type, **headers},
    )


def files_of(county: County) -> list[Path]:
    folder = Path(county.running.context.settings.storage_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()]


async def audited(county: County, attachment: str) -> list[tuple[str, str]]:
    async with county.owner() as connection:
        rows = await connection.fetch(
            "SELECT action, client_id FROM warning.audit_entry WHERE subject = $1 ORDER BY id",
            f"attachment/{attachment}",
        )
    return [(row["action"], row["client_id"]) for row in rows]


async def test_a_photo_comes_back_without_what_it_told(county: County) -> None:
    task = await county.new_task()
    made = await upload(county.township, task, **{"X-File-Name": quote("C:\\照片\\张三家 1.HEIC")})
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["about"], told["about_id"], told["content_type"]) == ("task", task["id"], "image/jpeg")
    assert (told["width"], told["height"], told["pages"], told["used_by"]) == (64, 48, None, [])
    assert told["file_name"] == "张三家 1.jpg"
    fetched = await county.township.get(f"/v1/attachments/{told['id']}")
    assert fetched.status_code == 200
    assert hashlib.sha256(fetched.content).hexdigest() == told["sha256"]
    assert len(fetched.content) == told["bytes"]
    assert [trace for trace in TRACES if trace in fetched.content] == []
    assert Image.open(BytesIO(fetched.content)).size == (64, 48)
    assert fetched.headers["content-type"] == "image/jpeg"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["cache-control"] == "no-store"
    assert fetched.headers["content-disposition"] == (
        f"attachment; filename=\"{told['id']}.jpg\"; filename*=UTF-8''{quote('张三家 1.jpg')}"
    )


async def test_what_is_stored_can_be_read_by_nobody_without_the_key(county: County) -> None:
    task = await county.new_task()
    told = (await upload(county.township, task, document(pdf()), "application/pdf")).json()
    (stored,) = files_of(county)
    assert b"%PDF" not in stored.read_bytes()
    assert told["id"] not in str(stored)
    # What stands elsewhere opens nowhere: the object is bound to its row.
    other = (await upload(county.township, task)).json()
    (second,) = [path for path in files_of(county) if path != stored]
    second.write_bytes(stored.read_bytes())
    assert (await county.township.get(f"/v1/attachments/{other['id']}")).status_code == 500
    assert (await county.township.get(f"/v1/attachments/{told['id']}")).content.startswith(b"%PDF")


async def test_only_those_who_visit_or_answer_for_the_task_see_it(county: County) -> None:
    task = await county.new_task()
    told = (await upload(county.township, task)).json()
    path = f"/v1/attachments/{told['id']}"
    assert (await county.bureau.get(path)).status_code == 200
    assert problem(await county.other_township.get(path)) == (404, "attachment_not_found")
    assert problem(await county.yb.get(path)) == (404, "attachment_not_found")
    for role, org, region in (
        ("supervisor", "SJ", "2312"),
        ("system", "X", "231226"),
        ("finance", "CZ", "231226"),
    ):
        refused = await county.caller(role, org, region).get(path)
        assert problem(refused) == (403, "insufficient_scope")
    assert await audited(county, told["id"]) == [
        ("attachment.added", "township-231226100-231226100"),
        ("attachment.read", "county-NYNC-231226"),
    ]
    assert (await got(county.other_township, "/v1/attachments"))["items"] == []
    assert (await got(county.yb, "/v1/attachments"))["items"] == []
    (item,) = (await got(county.bureau, "/v1/attachments", task_id=task["id"]))["items"]
    assert item == {key: told[key] for key in item}


async def test_a_task_of_others_is_not_there_for_an_upload(county: County) -> None:
    task = await county.new_task()
    for client in (county.other_township, county.yb):
        assert problem(await upload(client, task)) == (404, "attachment_owner_not_found")
    assert problem(await upload(county.township, {"id": str(uuid4())})) == (404, "attachment_owner_not_found")
    assert problem(await upload(county.township, None, params={"about": f"household/{uuid4()}"})) == (
        404,
        "attachment_owner_not_found",
    )
    # What was stored before that was known is taken away again.
    assert files_of(county) == []


@pytest.mark.parametrize(
    "params", [{}, {"about": f"task/{'-' * 36}"}, {"task_id": str(uuid4()), "about": f"task/{uuid4()}"}]
)
async def test_an_upload_says_what_it_belongs_to(common: County, params: dict[str, str]) -> None:
    refused = await upload(common.township, None, params=params)
    assert problem(refused) == (422, "attachment_owner_missing")


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"MZ\x90\x00" + b"\0" * 600, "image/jpeg", "attachment_not_what_it_says"),
        (photo("PNG"), "image/jpeg", "attachment_not_what_it_says"),
        (photo()[:700], "image/jpeg", "attachment_unreadable"),
        (huge_png(), "image/png", "attachment_too_many_pixels"),
        (pdf_with_action({"/S": "/JavaScript", "/JS": "1"}), "application/pdf", "attachment_pdf_active"),
    ],
    ids=["exe", "png", "cut", "bomb", "script"],
)
async def test_a_file_that_is_not_what_it_should_be_is_refused_in_words(
    county: County, content: bytes, content_type: str, code: str
) -> None:
    task = await county.new_task()
    refused = await upload(county.township, task, content, content_type)
    assert problem(refused) == (422, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.json()["title"])
    assert files_of(county) == []
    assert (await got(county.township, "/v1/attachments"))["items"] == []


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "image/svg+xml", "application/octet-stream", "image/gif"]
)
async def test_other_types_are_not_taken(common: County, content_type: str) -> None:
    refused = await upload(common.township, {"id": str(uuid4())}, b"x", content_type)
    assert problem(refused) == (415, "attachment_type_not_taken")


async def test_a_compressed_body_is_not_taken(common: County) -> None:
    packed = gzip.compress(photo())
    refused = await upload(common.township, {"id": str(uuid4())}, packed, **{"Content-Encoding": "gzip"})
    assert problem(refused) == (415, "attachment_type_not_taken")


async def test_too_much_is_refused_while_it_comes(common: County) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * MEBIBYTE:
            sent += MEBIBYTE
            yield bytes(MEBIBYTE)

    refused = await upload(common.township, {"id": str(uuid4())}, body())
    assert problem(refused) == (413, "attachment_too_large")
    assert sent <= 22 * MEBIBYTE
    declared = await upload(common.township, {"id": str(uuid4())}, bytes(20 * MEBIBYTE + 1))
    assert problem(declared) == (413, "attachment_too_large")


async def test_a_file_of_just_the_limit_is_taken(county: County) -> None:
    task = await county.new_task()
    image = photo()
    taken = await upload(county.township, task, image + bytes(20 * MEBIBYTE - len(image)))
    assert taken.status_code == 201
    assert taken.json()["bytes"] < 10_000


async def test_the_same_key_gives_the_same_answer_and_one_file(county: County) -> None:
    task = await county.new_task()
    first = await upload(county.township, task, **{"Idempotency-Key": "photo-1"})
    again = await upload(county.township, task, **{"Idempotency-Key": "photo-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await upload(county.township, task, photo("PNG"), "image/png", **{"Idempotency-Key": "photo-1"})
    assert problem(other) == (422, "idempotency_key_reused")
    assert len(files_of(county)) == 1


async def test_a_task_takes_no_more_than_so_many(county: County) -> None:
    await county.set_parameter("attachments_per_owner", "2")
    task = await county.new_task()
    answers = [(await upload(county.township, task)).status_code for _ in range(3)]
    assert answers == [201, 201, 409]
    assert len(files_of(county)) == 2


async def test_several_at_once_are_cleaned_in_turn(county: County) -> None:
    task = await county.new_task()
    answers = await asyncio.gather(*(upload(county.township, task) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json()["id"] for answer in answers}) == 8


async def test_a_lost_file_is_said_to_be_lost(county: County) -> None:
    task = await county.new_task()
    told = (await upload(county.township, task)).json()
    (stored,) = files_of(county)
    stored.unlink()
    assert problem(await county.township.get(f"/v1/attachments/{told['id']}")) == (410, "attachment_lost")


async def test_a_store_that_is_away_leaves_no_row(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        async def put(self, key: str, content: bytes) -> None:
            raise StorageAway()

    task = await county.new_task()
    monkeypatch.setitem(county.running.context.__dict__, "storage", Away())
    refused = await upload(county.township, task)
    assert problem(refused) == (503, "storage_unavailable")
    assert refused.headers["retry-after"] == "5"
    assert (await got(county.township, "/v1/attachments"))["items"] == []
