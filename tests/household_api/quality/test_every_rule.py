"""Every rule finds what it describes, in that household, and nothing in one that is in order."""

from uuid import UUID

import httpx
import pytest

from services.household_api.quality.rules import RULES
from shared.parameters import DEFAULTS
from tests.factories.quality import Sound
from tests.household_api.quality.conftest import Spoilt, findings, put, screened
from tests.household_api.quality.spoilings import SPOILINGS

VALUES = {default.name: default.value for default in DEFAULTS}


def test_every_rule_has_a_spoiling() -> None:
    assert RULES.keys() == SPOILINGS.keys()


async def test_nothing_is_found_in_a_household_that_is_in_order(spoilt: Spoilt) -> None:
    assert [(item["rule"], item["evidence"]) for item in spoilt.found_before] == []
    answer = spoilt.before
    assert (answer["findings"], answer["skipped"], len(answer["rules"])) == (0, [], len(RULES))
    assert {used["name"] for used in answer["parameters_used"]} >= {"income_line", "plan_days"}


@pytest.mark.parametrize("code", sorted(SPOILINGS))
async def test_a_rule_finds_what_it_describes(
    county: httpx.AsyncClient, spoilt: Spoilt, sound: Sound, code: str
) -> None:
    spoiling = SPOILINGS[code]
    ids = spoilt.households[code].ids
    for name, value in spoiling.parameters.items():
        await put(county, name, value)
    if spoiling.parameters:
        await screened(county, rules=[code])
    found = await findings(county, rule=code)
    for name in spoiling.parameters:
        await put(county, name, VALUES[name])
    mine = [item for item in found if UUID(item["subject_id"]) == ids[spoiling.subject]]
    assert len(mine) == 1, found
    assert UUID(mine[0]["household_id"]) == ids["household"]
    assert mine[0]["evidence"].keys() == RULES[code].evidence.keys()
    if not spoiling.parameters:
        assert str(sound.ids["household"]) not in {item["household_id"] for item in found}
