"""Matches through the API: who is certainly who, and who is for a person to decide."""

from typing import Any

import httpx
import pytest

from services.household_api.matching import repository
from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number, person
from tests.household_api.conftest import COUNTY, Load

HEAD = id_number("19700101", 1)
TWINS = id_number("20120304", 21), id_number("20120304", 23)
DEAD = id_number("19300101", 5)
MOVED = id_number("19900101", 7)
CLEARED = id_number("19600101", 9)
WATCHED = id_number("19600101", 11)


@pytest.fixture(scope="module", autouse=True)
async def registry(load: Load) -> None:
    imported = await load(
        [
            person("E1", "热依汉·买买提", id_number=HEAD, household_type="lifted"),
            person("E1", "李一", relationship="子", id_number=TWINS[0], household_type="lifted"),
            person("E1", "李二", relationship="子", id_number=TWINS[1], household_type="lifted"),
            person(
                "E1", "老爷", relationship="父母", id_number=DEAD, status="deceased", household_type="lifted"
            ),
            person("E1", "迁走", relationship="女", id_number=MOVED, status="moved", household_type="lifted"),
            person("E2", "王伟", id_number=id_number("19750101", 13)),
            person("E3", "王伟"),
            person("E4", "王伟", region_code=OTHER_VILLAGE),
            person("E5", "已消除", id_number=CLEARED, monitoring_type="marginal", risk_eliminated=True),
            person("E6", "监测中", id_number=WATCHED, monitoring_type="marginal", risk_eliminated=False),
        ]
    )
    assert imported["rejected"] == 0


async def matches(client: httpx.AsyncClient, *subjects: dict[str, Any]) -> list[dict[str, Any]]:
    body = {"subjects": [{"ref": str(place), **subject} for place, subject in enumerate(subjects)]}
    answer = await client.post("/v1/matches", json=body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["matches"]
    assert [match["ref"] for match in found] == [subject["ref"] for subject in body["subjects"]]
    return found


@pytest.fixture
def system(running: RunningService) -> httpx.AsyncClient:
    return running.client("system", "gov", COUNTY, name="system")


async def test_by_number_whatever_its_spelling(system: httpx.AsyncClient, county: httpx.AsyncClient) -> None:
    first, second, third = await matches(
        system,
        {"id_number": HEAD, "name": "热依汉•买买提"},
        {"id_number": " ".join(TWINS[0].lower())},
        {"id_number": TWINS[1], "name": "李二"},
    )
    assert (first["match"], first["status"], first["reasons"]) == ("exact", "living", ["id_number"])
    assert (first["household_type"], first["monitoring_type"], first["region_code"]) == (
        "lifted",
        None,
        VILLAGE,
    )
    assert {second["match"], third["match"]} == {"exact"}
    assert second["person_id"] != third["person_id"] and second["household_id"] == third["household_id"]
    household = (await county.get(f"/v1/households/{first['household_id']}")).json()
    assert household["members"][0]["id"] == first["person_id"]


async def test_the_dead_and_the_moved_are_told(system: httpx.AsyncClient) -> None:
    found = await matches(system, {"id_number": DEAD}, {"id_number": MOVED})
    assert [(m["match"], m["status"]) for m in found] == [("exact", "deceased"), ("exact", "moved")]


async def test_an_eliminated_risk_is_no_monitoring(system: httpx.AsyncClient) -> None:
    cleared, watched = await matches(system, {"id_number": CLEARED}, {"id_number": WATCHED})
    assert (cleared["monitoring_type"], cleared["reasons"]) == (None, ["id_number", "risk_eliminated"])
    assert (watched["monitoring_type"], watched["reasons"]) == ("marginal", ["id_number"])


async def test_a_number_with_another_name_is_for_a_person(system: httpx.AsyncClient) -> None:
    (found,) = await matches(system, {"id_number": HEAD, "name": "张三"})
    assert (found["match"], found["reasons"], found["person_id"]) == ("candidate", ["name_differs"], None)
    (candidate,) = found["candidates"]
    assert candidate["reasons"] == ["id_number", "name_differs"] and candidate["region_code"] == VILLAGE


async def test_who_is_registered_while_we_look_is_found_by_the_number(
    system: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amid a comparison a visit registers somebody: whom no number has found has the number when the names are read."""
    exact, looks = repository.exact, []

    async def not_yet(*arguments: Any) -> Any:
        looks.append(arguments)
        return await exact(*arguments) if len(looks) > 1 else []

    monkeypatch.setattr(repository, "exact", not_yet)
    (found,) = await matches(system, {"id_number": HEAD, "name": "热依汉·买买提", "region_code": VILLAGE})
    assert (found["match"], found["candidates"], len(looks)) == ("exact", [], 2)


async def test_namesakes_are_candidates_the_nearest_first(system: httpx.AsyncClient) -> None:
    (found,) = await matches(system, {"name": "王　伟", "region_code": VILLAGE})
    assert found["match"] == "candidate"
    assert [c["region_code"] for c in found["candidates"]] == [VILLAGE, VILLAGE]
    by_birth, elsewhere, alone, unknown = await matches(
        system,
        {"name": "王伟", "birth_date": "1975-01-01"},
        {"name": "王伟", "region_code": OTHER_VILLAGE},
        {"name": "王伟"},
        {"id_number": id_number("19880808", 31), "name": "没有的人", "region_code": VILLAGE},
    )
    assert [c["reasons"] for c in by_birth["candidates"]] == [["name", "birth_date"]]
    assert [c["region_code"] for c in elsewhere["candidates"]] == [OTHER_VILLAGE]
    assert (alone["match"], unknown["match"]) == ("none", "none")


async def test_an_unknown_number_with_a_namesake_in_the_village(system: httpx.AsyncClient) -> None:
    subject = {"id_number": id_number("19990909", 33), "name": "王伟", "region_code": VILLAGE}
    (found,) = await matches(system, subject)
    assert [candidate["reasons"] for candidate in found["candidates"]] == [["name", "village"]]
    assert {"status", "household_type", "monitoring_type"} <= found["candidates"][0].keys()


async def test_a_number_that_cannot_be_is_said(system: httpx.AsyncClient) -> None:
    (found,) = await matches(system, {"id_number": HEAD[:17] + "?"})
    assert (found["match"], found["reasons"]) == ("none", ["id_number_characters"])


async def test_our_own_services_ask_by_index(
    running: RunningService, warning_api: httpx.AsyncClient, system: httpx.AsyncClient
) -> None:
    keys = running.context.match_keys
    (index,) = keys.mac_many([HEAD.encode()])
    subject = {"id_index": index.hex(), "index_key_id": keys.current_key_id}
    (found,) = await matches(warning_api, {**subject, "name": "热依汉·买买提"})
    assert found["match"] == "exact"
    body = {"subjects": [{"ref": "1", **subject}]}
    assert (await system.post("/v1/matches", json=body)).status_code == 403
    wrong = {"subjects": [{"ref": "1", **subject, "index_key_id": 99}]}
    assert (await warning_api.post("/v1/matches", json=wrong)).json()["code"] == "index_key_unknown"
    half = {"subjects": [{"ref": "1", "id_index": index.hex()}]}
    assert (await warning_api.post("/v1/matches", json=half)).json()["code"] == "index_incomplete"


async def test_a_caller_finds_only_whom_it_reaches(running: RunningService) -> None:
    async with running.client("system", "gov", "231226101", name="other-system") as other:
        (by_number, by_name) = await matches(
            other, {"id_number": HEAD}, {"name": "王伟", "region_code": VILLAGE}
        )
    assert (by_number["match"], by_name["match"]) == ("none", "none")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"[]", 422, ""),
        (b'{"subjects": [{}]}', 422, "/subjects/0"),
        (b'{"subjects": [{"ref": 1}]}', 422, "/subjects/0/ref"),
        (b'{"subjects": [{"ref": "1", "birth_date": "1970-02-30"}]}', 422, "/subjects/0/birth_date"),
        (b'{"subjects": [{"ref": "1", "id_index": "zz"}]}', 422, "/subjects/0/id_index"),
        (b'{"subjects": [{"ref": "1", "name": "\\ud800"}]}', 400, None),
        (b'{"subjects": [{"ref": "1", "name": "\\u0000"}]}', 422, None),
        (b'{"subjects": ' + b"[" * 100_000, 422, "/subjects/0"),
    ],
)
async def test_bodies_that_are_no_subjects(
    system: httpx.AsyncClient, body: bytes, status: int, pointer: str | None
) -> None:
    answer = await system.post("/v1/matches", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_no_more_than_five_thousand(system: httpx.AsyncClient) -> None:
    subjects = [{"ref": str(number), "name": "王伟"} for number in range(5001)]
    assert (await system.post("/v1/matches", json={"subjects": subjects})).status_code == 422
    answer = await system.post("/v1/matches", json={"subjects": subjects[:5000]})
    assert len(answer.json()["matches"]) == 5000
    assert (await system.post("/v1/matches", json={"subjects": []})).json() == {"matches": []}
