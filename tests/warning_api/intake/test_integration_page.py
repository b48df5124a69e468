"""What docs/integration.md tells a department's programmer to send is taken."""

import io
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from bihuan.sample.county import COUNTY_CODE, read_regions
from services.warning_api.cycles.indicators import Catalogue
from services.warning_api.intake.validation import RecordCheck, ValidRecord
from shared.identifiers.regions import normalise_region_code
from shared.parameters.defaults import INDICATORS
from shared.regions import Regions
from shared.regions.lookup import Region
from shared.tables.columns import Sheet
from shared.tables.reading import read_table
from shared.tables.words import PUSH_COLUMNS

PAGE = (Path(__file__).parents[3] / "docs" / "integration.md").read_text(encoding="utf-8")
CODES = [normalise_region_code(region.code) for region in read_regions()]
REGIONS = Regions(COUNTY_CODE, {code: Region(code, "", "", None, None) for code in CODES})


def block(language: str) -> str:
    """The first example in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_three_of_the_four_records_are_taken() -> None:
    check = RecordCheck("YB", Catalogue(list(INDICATORS), 1), REGIONS, date(2026, 11, 8))
    rows = read_table(io.BytesIO(block("csv").encode()), "text/csv", Sheet(PUSH_COLUMNS))
    checked = [check.check(row.values) for row in rows]
    assert [isinstance(one, ValidRecord) for one in checked] == [True, True, True, False]
    assert isinstance(checked[3], list)
    assert [reason["code"] for reason in checked[3]] == ["id_number_checksum"]


def test_the_python_example_is_python() -> None:
    compile(block("python"), "integration.md", "exec")


def test_the_java_example_compiles(tmp_path: Path) -> None:
    javac = shutil.which("javac")
    if javac is None:
        pytest.skip("no Java compiler on this machine")
    (tmp_path / "Push.java").write_text(block("java"), encoding="utf-8")
    done = subprocess.run(
        [javac, "-encoding", "UTF-8", "-Xlint:all", "-Werror", "Push.java"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
