"""The generated registry: right in form, the same each time, full of what real registries have."""

import csv
import tracemalloc
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

import pytest

from bihuan.sample.county import villages
from bihuan.sample.names import MIDDLE_DOTS, RARE_CHARACTERS
from bihuan.sample.registry import AS_OF, generate_registry
from bihuan.sample.registry_file import COLUMNS, write_registry_file
from shared.identifiers.id_number import birth_date, check_id_number

HOUSEHOLDS = 2_000
HOME = ("232332", "231226")


@pytest.fixture(scope="module")
def rows():
    return list(generate_registry(HOUSEHOLDS))


@pytest.fixture(scope="module")
def households(rows):
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["household_no"]].append(row)
    return list(grouped.values())


def test_the_same_arguments_give_the_same_rows(rows):
    assert list(generate_registry(HOUSEHOLDS)) == rows
    assert list(generate_registry(50, seed=1)) != list(generate_registry(50, seed=2))


@pytest.mark.parametrize("count", [0, 1, 7, 115, 116, 333])
def test_there_are_as_many_households_as_asked_for(count):
    assert len({row["household_no"] for row in generate_registry(count)}) == count


def test_every_household_has_one_head_who_comes_first_and_one_place(households):
    for household in households:
        assert [row["relationship"] == "户主" for row in household] == [True] + [False] * (len(household) - 1)
        assert len({row["region_code"] for row in household}) == 1
        assert (
            len({(row["household_type"], row["monitoring_type"], row["annual_income"]) for row in household})
            == 1
        )


def test_rows_of_a_household_stand_together(rows):
    changes = sum(before["household_no"] != after["household_no"] for before, after in pairwise(rows))
    assert changes == HOUSEHOLDS - 1


def test_id_numbers_are_right_unique_and_nobody_is_unborn(rows):
    numbers = [row["id_number"] for row in rows if row["id_number"]]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        check_id_number(number, AS_OF)
        assert date(1915, 1, 1) < birth_date(number) < AS_OF
        assert int(number[14:17]) < 900


def test_all_villages_have_households_and_sizes_are_like_real_ones(households):
    assert {household[0]["region_code"] for household in households} == {
        village.code for village in villages()
    }
    sizes = [len(household) for household in households]
    assert {1, 6} <= set(sizes) <= set(range(1, 7))
    assert 2.7 < sum(sizes) / len(sizes) < 3.3


def test_types_come_in_about_the_usual_shares(households):
    types = Counter(household[0]["household_type"] for household in households)
    assert 0.09 < types["lifted"] / HOUSEHOLDS < 0.15
    assert 0.025 < types["low_income"] / HOUSEHOLDS < 0.055
    monitored = [household[0] for household in households if household[0]["monitoring_type"]]
    assert 0.01 < len(monitored) / HOUSEHOLDS < 0.03
    assert {row["risk_eliminated"] for row in monitored} == {True, False}
    assert all(
        row["household_type"] == "lifted" for row in monitored if row["monitoring_type"] == "unstable_lifted"
    )
    assert all(row["household_type"] != "lifted" for row in monitored if row["monitoring_type"] == "marginal")


def test_nobody_s_telephone_can_ring(rows):
    assert {row["phone"][:3] for row in rows if row["phone"]} == {"154"}


def test_names_repeat_also_within_a_village(rows, households):
    assert max(Counter(row["name"] for row in rows).values()) > len(rows) // 1_000
    heads = Counter((household[0]["region_code"], household[0]["name"]) for household in households)
    assert max(heads.values()) > 1
    for household in households:
        assert len({row["name"] for row in household}) == len(household)


def test_rare_characters_and_every_glyph_of_the_middle_dot_are_there(rows):
    characters = set("".join(row["name"] for row in rows))
    assert set(RARE_CHARACTERS) & characters
    assert set(MIDDLE_DOTS) <= characters
    with pytest.raises(UnicodeEncodeError):
        "".join(characters & set(RARE_CHARACTERS)).encode("gbk")


def test_twins_have_one_birth_date_and_numbers_that_follow(households):
    pairs = [
        (first["id_number"], second["id_number"])
        for household in households
        for first, second in pairwise(household)
        if first["id_number"]
        and second["id_number"]
        and first["id_number"][6:14] == second["id_number"][6:14]
    ]
    assert any(int(second[14:17]) - int(first[14:17]) == 2 for first, second in pairs)
    assert len(pairs) >= HOUSEHOLDS // 200


def test_the_dead_the_moved_and_those_from_elsewhere_are_there(rows, households):
    assert any(household[0]["status"] == "deceased" for household in households)
    assert any(row["status"] == "deceased" and row["relationship"] != "户主" for row in rows)
    assert any(row["status"] == "moved" for row in rows)
    assert any(row["id_number"] and not row["id_number"].startswith(HOME) for row in rows)


def test_some_heads_are_minors_and_some_infants_have_no_number(rows, households):
    assert any(birth_date(household[0]["id_number"]).year > AS_OF.year - 18 for household in households)
    without = [row for row in rows if row["id_number"] is None]
    assert 0 < len(without) < len(rows) // 100
    assert all(row["relationship"] in ("子", "女") for row in without)


def test_the_file_has_the_registry_in_chinese_words(tmp_path, rows):
    path = write_registry_file(tmp_path, HOUSEHOLDS)
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert list(written[0]) == [column.headers[0] for column in COLUMNS]
    assert [row["姓名"] for row in written] == [row["name"] for row in rows]
    assert [row["身份证号"] for row in written] == [row["id_number"] or "" for row in rows]
    assert {row["户类型"] for row in written} == {"一般农户", "脱贫户", "低收入户"}
    assert {row["风险是否已消除"] for row in written} == {"", "是", "否"}
    assert {row["人员状态"] for row in written} == {"健在", "死亡", "迁出"}
    assert {row["劳动能力"] for row in written} >= {"普通劳动力", "无劳动力", "弱劳动力或半劳动力"}


def test_the_registry_is_a_stream():
    tracemalloc.start()
    for _ in generate_registry(3_000):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The counters of ID sequences; the rows themselves would take ten times as much.
    assert peak < 2 * 2**20
