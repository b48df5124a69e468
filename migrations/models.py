"""The tables of all services, as their models say they are: what the database is compared with."""

from services.funds_api.models import METADATA as FUNDS
from services.household_api.models import METADATA as HOUSEHOLD
from services.identity_api.models import METADATA as IDENTITY
from services.warning_api.models import METADATA as WARNING

METADATA = [IDENTITY, HOUSEHOLD, WARNING, FUNDS]
