"""What the benchmarks push can be filed: different persons with valid ID numbers, about 300 bytes each."""

from datetime import date
from pathlib import Path

import orjson

from bihuan.bench.pushed_records import id_number, invented_records, pushed_file
from bihuan.bench.rivals.plain_service import make_sealer, read_records, row_of
from shared.db.identifiers import new_id
from shared.identifiers.id_number import check_id_number, normalise_id_number

TODAY = date(2026, 11, 8)


def test_the_records_are_of_different_persons_with_valid_numbers() -> None:
    numbers = [record["id_number"] for record in invented_records(5_000)]
    assert len(set(numbers)) == 5_000
    for number in numbers:
        check_id_number(normalise_id_number(number), TODAY)


def test_a_million_persons_are_told_apart() -> None:
    assert len({id_number(person) for person in range(0, 1_000_000, 7)}) == len(range(0, 1_000_000, 7))


def test_the_file_holds_every_record_in_about_300_bytes(tmp_path: Path) -> None:
    path = pushed_file(tmp_path, 1_000)
    lines = path.read_bytes().splitlines()
    assert [orjson.loads(line) for line in lines] == list(invented_records(1_000))
    assert 250 < path.stat().st_size / 1_000 < 350


def test_the_rivals_seal_and_index_what_filing_does(tmp_path: Path) -> None:
    (record,) = read_records(pushed_file(tmp_path, 1))
    row = row_of(record, make_sealer(), new_id(), "2026-11", 1)
    (opened,) = make_sealer().open_many(
        "warning", "sealed", row["county_code"], [(row["id"].bytes, row["sealed"])]
    )
    assert orjson.loads(opened) == record.model_dump(include={"name", "id_number", "phone", "detail"})
    assert record.id_number.encode() not in row["sealed"] and len(row["id_index"]) == 32
