"""The region files that come with the sample."""

import csv

from bihuan.sample.county import (
    CODE_HISTORY_FILE,
    SUILENG_FILE,
    YICHANG_FILE,
    id_prefix,
    read_regions,
    townships,
    villages,
)


def test_every_parent_is_there_and_codes_are_prefixes_of_what_lies_below():
    for path in (SUILENG_FILE, YICHANG_FILE):
        codes = {region.code for region in read_regions(path)}
        for region in read_regions(path):
            assert region.parent in codes or region.level == "province"
            assert region.code.startswith(region.parent.rstrip("0") or "")


def test_nine_units_are_served_by_a_town_of_the_same_county():
    served = [unit for unit in townships() if unit.served_by]
    towns = {unit.code for unit in townships() if unit.name.endswith(("镇", "乡"))}
    assert len(townships()) == 24
    assert len(served) == 9
    assert all(unit.code[6:8] in ("40", "50", "58") for unit in served)
    assert {unit.served_by for unit in served} <= towns


def test_the_readme_says_whence_the_codes_are_and_what_is_assumed():
    text = (SUILENG_FILE.parent / "README.md").read_text(encoding="utf-8")
    assert all(words in text for words in ("china-division", "2.7.0", "WTFPL", "served_by", "Assumed by us"))


def test_villages_of_served_units_count_among_the_county_s():
    of_served = {unit.code[:9] for unit in townships() if unit.served_by}
    assert of_served <= {village.code[:9] for village in villages()}


def test_an_id_number_keeps_the_code_of_its_time():
    assert id_prefix(1950) == id_prefix(1998) == "232332"
    assert id_prefix(1999) == id_prefix(2025) == "231226"
    assert id_prefix(1985, "411003") == "412624"
    assert id_prefix(1986, "411003") == "411023"


def test_the_history_has_a_code_for_each_county_and_year_named():
    with CODE_HISTORY_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(int(row["year_from"]) <= int(row["year_to"]) for row in rows)
