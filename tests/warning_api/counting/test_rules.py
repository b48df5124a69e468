"""Steps of days, their median, and the entries of what is at hand, without a database."""

from collections import Counter
from datetime import date
from statistics import median as plain_median

from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from bihuan.database import MIGRATIONS
from services.warning_api.counting.columns import COUNTS, STEPS
from services.warning_api.counting.rules import Standing, entries, median

COUNTY = "231226"
DUE = date(2026, 11, 18)

STANDINGS = st.builds(
    Standing,
    st.sampled_from(["warning", "task"]),
    st.sampled_from([COUNTY, "231226100", "231226100201", "231226100202", "231226101200"]),
    st.sampled_from(["YB", "ZJ"]),
    st.sampled_from(["YB01", "YB02"]),
    st.sampled_from(["lifted", "ordinary"]),
    st.sampled_from([None, DUE]),
    *(st.integers(0, 1) for _ in range(4)),
)


def test_the_migration_counts_the_same_in_the_same_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    migration = ScriptDirectory.from_config(config).get_revision("loop_counts").module
    assert migration.COUNTS == COUNTS
    assert (0, *migration.BOUNDS) == STEPS
    assert list(STEPS) == sorted(set(STEPS))


@given(st.lists(st.integers(0, 20), min_size=len(STEPS), max_size=len(STEPS)))
def test_the_median_is_that_of_the_rounded_days(took: list[int]) -> None:
    days = [step for step, number in zip(STEPS, took, strict=True) for _ in range(number)]
    assert median(took) == (plain_median(days) if days else None)


def test_nothing_has_no_median() -> None:
    assert median([]) is None
    assert median([0] * len(STEPS)) is None


@given(st.dictionaries(STANDINGS, st.integers(-5, 5)))
def test_every_standing_is_entered_in_its_township_and_in_its_village(counts: dict[Standing, int]) -> None:
    found = list(entries(Counter(counts), COUNTY))
    for level in ("township", "village"):
        here = [entry for entry in found if entry.level == level]
        assert sum(entry.filed for entry in here) == sum(counts.values())
        for flag in ("compared", "dispatched", "received", "closed"):
            expected = sum(number * getattr(standing, flag) for standing, number in counts.items())
            assert sum(getattr(entry, flag) for entry in here) == expected
        waiting = sum(number for standing, number in counts.items() if standing.due_on)
        assert sum(entry.waiting for entry in here) == waiting
        assert len({entry[:7] for entry in here}) == len(here), "each cell and day once"


def test_what_lies_in_no_township_is_the_countys() -> None:
    (cell, village) = entries(Counter({Standing("warning", COUNTY, "YB", "YB01", "lifted", None): 2}), COUNTY)
    assert (cell.level, cell.region_code, cell.indicator) == ("township", COUNTY, "YB01")
    assert (village.level, village.region_code, village.indicator) == ("village", COUNTY, "")


def test_what_goes_from_one_cell_to_the_same_is_no_entry() -> None:
    one = Standing("warning", "231226100201", "YB", "YB01", "lifted", None)
    assert list(entries(Counter({one: 0}), COUNTY)) == []
    moved = Counter({one: 1, one._replace(compared=1): -1})
    assert {entry.filed for entry in entries(moved, COUNTY)} == {0}
    assert {entry.compared for entry in entries(moved, COUNTY)} == {-1}
