"""Rules on doubtful data, as data (policy.md, Registry and monitoring: Data quality)."""

from collections.abc import Mapping
from typing import Final

from services.household_api.quality.rules.assistance import ASSISTANCE_RULES
from services.household_api.quality.rules.guarantees import GUARANTEE_RULES
from services.household_api.quality.rules.household import HOUSEHOLD_RULES
from services.household_api.quality.rules.income import INCOME_RULES
from services.household_api.quality.rules.kinship import KINSHIP_RULES
from services.household_api.quality.rules.monitoring import MONITORING_RULES
from services.household_api.quality.rules.national import NATIONAL_RULES
from services.household_api.quality.rules.person import PERSON_RULES
from services.household_api.quality.rules.rule import Rule

RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule
    for rule in (
        *HOUSEHOLD_RULES,
        *PERSON_RULES,
        *KINSHIP_RULES,
        *INCOME_RULES,
        *MONITORING_RULES,
        *NATIONAL_RULES,
        *ASSISTANCE_RULES,
        *GUARANTEE_RULES,
    )
}
