"""The departments' files, read back with other tools than they were written with."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from bihuan.sample.department_files import write_department_files
from bihuan.sample.department_plans import PLANS
from bihuan.sample.names import RARE_CHARACTERS
from bihuan.sample.registry import generate_registry
from shared.identifiers.id_number import InvalidIdNumber, check_id_number, normalise_id_number

MONTH = "2026-11"
TODAY = date(2026, 11, 8)
HOUSEHOLDS = 2_000
PLAN = {plan.org_code: plan for plan in PLANS}
INDICATORS = {indicator.code: indicator.name for plan in PLANS for indicator in plan.indicators}


@pytest.fixture(scope="module")
def registry():
    return list(generate_registry(HOUSEHOLDS))


@pytest.fixture(scope="module")
def files(tmp_path_factory, registry):
    written = write_department_files(tmp_path_factory.mktemp("files"), MONTH, iter(registry))
    return {file.org_code: file for file in written}


@pytest.fixture(scope="module")
def tables(files):
    return {org: read(file.path, PLAN[org]) for org, file in files.items() if file.path}


def read(path, plan):
    """The records of a file by field name, cells as they stand in it."""
    if plan.form == "json":
        return json.loads(path.read_bytes())["records"]
    if plan.form == "ndjson":
        return [json.loads(line) for line in path.read_bytes().splitlines()]
    if plan.form == "xlsx":
        lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    else:
        text = path.read_bytes().decode(plan.encoding)
        lines = list(csv.reader(text.splitlines(keepends=True), delimiter=plan.delimiter))
    fields = {header: field for field, header in plan.columns().items()}
    top = next(number for number, line in enumerate(lines) if "记录编号" in line)
    records = [
        {fields[header]: cell for header, cell in zip(lines[top], line, strict=False) if header in fields}
        for line in lines[top + 1 :]
    ]
    return [record for record in records if sum(cell not in ("", None) for cell in record.values()) > 1]


def known_id(record):
    """The ID as eighteen characters, or None where it is missing or broken."""
    try:
        number = normalise_id_number(record.get("id_number") or "")
        check_id_number(number, TODAY)
    except InvalidIdNumber:
        return None
    return number


def test_the_ten_departments_are_there_each_in_its_form(files):
    assert list(files) == ["YB", "ZJ", "MZ", "JY", "WJ", "RS", "SW", "CL", "YJ", "JT"]
    assert files["JT"].path is files["JT"].content_type is None
    assert set(files["JT"].expected.values()) == {0}
    assert [org for org, file in files.items() if file.urgent_reason] == ["YJ"]
    assert len({file.batch_no for file in files.values()}) == 10
    with pytest.raises(UnicodeDecodeError):
        files["YB"].path.read_bytes().decode("utf-8")
    assert files["MZ"].path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_same_registry_gives_the_same_bytes(tmp_path, registry, files):
    again = write_department_files(tmp_path, MONTH, registry)
    for file in again:
        before = files[file.org_code]
        assert file.expected == before.expected
        if file.path:
            assert file.path.read_bytes() == before.path.read_bytes()
    with ZipFile(files["ZJ"].path) as book:
        assert b"2026-11-08T00:00:00" in book.read("docProps/core.xml")
    other = write_department_files(tmp_path, "2026-12", registry)
    assert other[0].path.read_bytes() != files["YB"].path.read_bytes()


def test_what_is_expected_is_what_the_file_has(files, tables):
    for org, table in tables.items():
        expected = files[org].expected
        assert len(table) == expected["received"]
        assert expected["received"] == sum(expected[part] for part in ("accepted", "duplicate", "rejected"))
        assert 30 <= expected["received"] <= 80
        times = Counter(record["source_record_id"] for record in table if record.get("source_record_id"))
        assert sum(count - 1 for count in times.values()) == expected["duplicate"] > 0
        assert sum(map(bool, map(errors, table))) == expected["rejected"] == sum(files[org].defects.values())


def errors(record):
    """What is wrong with a record by the rules of the contract, judged from the file alone."""
    found = []
    number, day = record.get("id_number"), record.get("occurred_on")
    if number and known_id(record) is None:
        found.append("id_number")
    found += [name for name in ("source_record_id", "name", "occurred_on") if not record.get(name)]
    if not number and not record.get("region_code"):
        found.append("region_code")
    if str(day).startswith("2027"):
        found.append("occurred_on")
    if record["indicator"] not in INDICATORS.keys() | INDICATORS.values():
        found.append("indicator")
    amount = str(record.get("amount") or "0").replace(",", "")
    if float(amount) < 0:
        found.append("amount")
    return found


def test_every_defect_is_somewhere_and_one_record_has_two(files, tables):
    seen = Counter()
    for file in files.values():
        seen.update(file.defects)
    assert set(seen) == {defect for plan in PLANS for defect in plan.defects}
    assert any(len(errors(record)) == 2 for table in tables.values() for record in table)


def test_an_indicator_belongs_to_the_department_that_reports_it(tables):
    for org, table in tables.items():
        own = {word for indicator in PLAN[org].indicators for word in (indicator.code, indicator.name)}
        assert {record["indicator"] for record in table} <= own | {"其他困难情形"}


def test_spreadsheets_have_destroyed_ids_as_numbers(tables):
    for org in ("ZJ", "JY", "CL"):
        broken = [record["id_number"] for record in tables[org] if isinstance(record["id_number"], float)]
        assert broken
        with pytest.raises(InvalidIdNumber) as refused:
            normalise_id_number(broken[0])
        assert refused.value.code == "id_number_lost_digits"
    assert any(str(record["id_number"]).endswith("E+17") for record in tables["YB"])


def test_ids_are_written_in_every_bad_way(tables):
    ids = [record["id_number"] for table in tables.values() for record in table if record.get("id_number")]
    texts = [number for number in ids if isinstance(number, str)]
    assert any(number.endswith("x") for number in texts)
    assert any("２" in number for number in texts)
    assert any("\u3000" in number and number != number.strip() for number in texts)
    assert any(len(number) == 15 for number in texts)


def test_days_are_written_in_every_way_and_lie_before_today(tables):
    days = [
        record["occurred_on"] for table in tables.values() for record in table if record.get("occurred_on")
    ]
    texts = [day for day in days if isinstance(day, str)]
    assert any(day.startswith(("2026.11.", "2026.10.")) and len(day) == 9 for day in texts)
    assert any("年" in day for day in texts)
    assert any("/" in day for day in texts)
    assert any(day.isdigit() and len(day) == 8 for day in texts)
    assert any(isinstance(day, date | datetime) for day in days)
    assert any(isinstance(day, float) for day in days)
    iso = [date.fromisoformat(day) for day in texts if len(day) == 10 and day[4] == "-"]
    assert min(iso) > date(2026, 10, 8)
    assert max(day for day in iso if day.year == 2026) <= TODAY


def test_sheets_have_a_title_above_and_a_note_below(files):
    lines = CalamineWorkbook.from_path(str(files["ZJ"].path)).get_sheet_by_index(0).to_python()
    assert "住房和城乡建设局2026年11月" in lines[0][0]
    assert lines[2][:2] == ["序号", "记录编号"]
    assert not any(lines[-2])
    assert lines[-1][0].startswith("注：")


def test_persons_of_every_kind_are_reported(tables, registry):
    reported = {known_id(record) for table in tables.values() for record in table}
    by_id = {row["id_number"]: row for row in registry if row["id_number"]}
    known = [by_id[number] for number in reported if number in by_id]
    assert {row["status"] for row in known} == {"living", "deceased", "moved"}
    assert any(row["monitoring_type"] for row in known)
    assert any(row["household_type"] == "lifted" for row in known)
    assert any(set(RARE_CHARACTERS) & set(row["name"]) for row in known)
    births = Counter((row["household_no"], row["id_number"][6:14]) for row in known)
    assert max(births.values()) == 2
    assert {row["region_code"][:9] for row in known} == {row["region_code"][:9] for row in registry}


def test_strangers_come_with_a_region_without_one_and_from_another_county(tables, registry):
    registered = {row["id_number"] for row in registry}
    for table in tables.values():
        strangers = [record for record in table if known_id(record) not in registered and known_id(record)]
        assert any(record.get("region_code") for record in strangers)
        assert any(not record.get("region_code") for record in strangers)
        assert any(known_id(record).startswith("231224") for record in strangers)


def test_some_are_reported_by_name_and_village_alone_also_where_two_bear_the_name(tables, registry):
    heads = Counter((row["name"], row["region_code"]) for row in registry)
    nameless = [
        heads[record["name"], str(record["region_code"]).removesuffix(".0")]
        for table in tables.values()
        for record in table
        if not record.get("id_number") and record.get("region_code")
    ]
    assert {0, 1} <= set(nameless)
    assert max(nameless) >= 2


def test_a_household_is_reported_by_three_departments(tables, registry):
    home = {row["id_number"]: row["household_no"] for row in registry if row["id_number"]}
    departments = defaultdict(set)
    for org, table in tables.items():
        for record in table:
            if (number := known_id(record)) in home:
                departments[home[number]].add(org)
    together = [orgs for orgs in departments.values() if len(orgs) >= 3]
    assert any({"YB", "MZ", "WJ"} <= orgs for orgs in together)
    assert any({"ZJ", "SW", "YJ"} <= orgs for orgs in together)


def test_names_come_with_another_middle_dot_than_the_registry_has(tables, registry):
    name_of = {row["id_number"]: row["name"] for row in registry if row["id_number"]}
    dotted = [
        (record["name"], name_of[number])
        for table in tables.values()
        for record in table
        if (number := known_id(record)) in name_of and set("·•・") & set(record.get("name", ""))
    ]
    assert dotted
    assert all(sent != registered for sent, registered in dotted)


def test_a_small_registry_is_enough(tmp_path):
    written = write_department_files(tmp_path, MONTH, generate_registry(3))
    for file in written:
        if file.path:
            assert len(read(file.path, PLAN[file.org_code])) == file.expected["received"] > 0
