"""Names that are written otherwise, or only sound alike."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number, person
from tests.household_api.conftest import COUNTY, Load
from tests.household_api.matching.test_matches import matches

NEIGHBOUR = "231226100202"
BORN = "1975-01-01"
NUMBER = id_number("19750101", 51)


@pytest.fixture(scope="module", autouse=True)
async def registry(load: Load) -> None:
    crowd = [person(f"C{n}", "赵多", id_number=id_number("19600101", 100 + n)) for n in range(12)]
    imported = await load(
        [
            person("N1", "张伟", birth_date=BORN),
            person("N2", "章玮"),
            person("N3", "张威", region_code=NEIGHBOUR),
            person("N4", "张维", region_code=OTHER_VILLAGE, birth_date=BORN),
            person("N5", "吉田·阿卜"),
            person("N6", "龙成", id_number=NUMBER),
            *crowd,
            person("C99", "赵多"),
            *[person(f"S{n}", f"孙{name}") for n, name in enumerate("伊衣医依壹揖漪咿猗铱伊伊")],
        ]
    )
    assert imported["rejected"] == 0


@pytest.fixture
def system(running: RunningService) -> httpx.AsyncClient:
    return running.client("system", "gov", COUNTY, name="system")


def told(found: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(candidate["region_code"], candidate["reasons"]) for candidate in found["candidates"]]


async def test_who_sounds_alike_in_the_village_or_was_born_that_day(system: httpx.AsyncClient) -> None:
    (found,) = await matches(system, {"name": "张伟", "region_code": VILLAGE, "birth_date": BORN})
    assert told(found) == [
        (VILLAGE, ["name", "birth_date", "village"]),
        (OTHER_VILLAGE, ["pinyin", "birth_date"]),
        (VILLAGE, ["pinyin", "village"]),
    ]
    scores = [candidate["score"] for candidate in found["candidates"]]
    assert scores == sorted(scores, reverse=True)
    (misheard,) = await matches(system, {"name": "张为", "region_code": VILLAGE})
    assert told(misheard) == [(VILLAGE, ["pinyin", "village"])] * 2
    township, nowhere, numbered = await matches(
        system,
        {"name": "张为", "region_code": VILLAGE[:9]},
        {"name": "张为", "region_code": COUNTY},
        {"name": "龙城", "region_code": VILLAGE, "id_number": id_number("19880808", 31)},
    )
    assert {m["match"] for m in (township, nowhere, numbered)} == {"none"}


@pytest.mark.parametrize("spelling", ["張偉", "张\u3000偉", "张\U000e0100伟"])
async def test_a_variant_character_is_the_same_name(system: httpx.AsyncClient, spelling: str) -> None:
    (found,) = await matches(system, {"name": spelling, "region_code": VILLAGE})
    assert (VILLAGE, ["name", "village"]) in told(found)


async def test_a_middle_dot_more_or_less_is_the_same_name(system: httpx.AsyncClient) -> None:
    spellings = ("吉田•阿卜", "吉田阿卜", "𠮷田・阿卜")
    for found in await matches(system, *({"name": name, "region_code": VILLAGE} for name in spellings)):
        assert told(found) == [(VILLAGE, ["name", "village"])]


async def test_a_number_with_the_name_in_other_characters_is_certain(system: httpx.AsyncClient) -> None:
    variant, homophone = await matches(
        system, {"id_number": NUMBER, "name": "龍成"}, {"id_number": NUMBER, "name": "隆成"}
    )
    assert (variant["match"], homophone["match"]) == ("exact", "candidate")
    assert homophone["candidates"][0]["reasons"] == ["id_number", "name_differs"]


async def test_at_most_ten_and_namesakes_with_other_numbers_take_nobodys_place(
    system: httpx.AsyncClient,
) -> None:
    many, numbered = await matches(
        system,
        {"name": "孙一", "region_code": VILLAGE},
        {"name": "赵多", "region_code": VILLAGE, "id_number": id_number("19990909", 33)},
    )
    assert len(many["candidates"]) == 10
    assert told(numbered) == [(VILLAGE, ["name", "village"])]


async def test_whom_somebody_has_chosen_stays_among_the_candidates(
    system: httpx.AsyncClient, warning_api: httpx.AsyncClient
) -> None:
    (found,) = await matches(system, {"name": "张维", "region_code": OTHER_VILLAGE})
    chosen = found["candidates"][0]["person_id"]
    elsewhere, known, certain, gone = await matches(
        warning_api,
        {"name": "无此人", "region_code": VILLAGE, "person_id": chosen},
        {"name": "张维", "region_code": OTHER_VILLAGE, "person_id": chosen},
        {"id_number": NUMBER, "name": "龙成", "person_id": chosen},
        {"name": "无此人", "region_code": VILLAGE, "person_id": str(uuid4())},
    )
    assert told(elsewhere) == [(OTHER_VILLAGE, ["decided_before"])]
    assert told(known)[0] == (OTHER_VILLAGE, ["name", "village", "decided_before"])
    assert known["candidates"][0]["person_id"] == chosen and len(known["candidates"]) == 1
    assert (certain["match"], certain["candidates"], gone["match"]) == ("exact", [], "none")
    body = {"subjects": [{"ref": "1", "name": "张维", "person_id": chosen}]}
    assert (await system.post("/v1/matches", json=body)).status_code == 403


async def test_a_name_that_changed_sounds_otherwise(
    system: httpx.AsyncClient, county: httpx.AsyncClient, load: Load
) -> None:
    number = id_number("19910101", 71)
    await load([person("N9", "周旧", id_number=number)])
    await load([person("N9", "周新", id_number=number)])
    before, after = await matches(
        system,
        {"name": "周久", "birth_date": "1991-01-01"},
        {"name": "周欣", "birth_date": "1991-01-01"},
    )
    assert (before["match"], told(after)) == ("none", [(VILLAGE, ["pinyin", "birth_date"])])
