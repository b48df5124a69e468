"""The schema ``funds``: all tables of this service, for migrations and drift checks."""

from services.funds_api.assets.models import asset_tables
from services.funds_api.cards.models import card_tables
from services.funds_api.contracts.models import contract_tables
from services.funds_api.disbursements.models import disbursement_tables
from services.funds_api.disclosure.models import disclosure_tables
from services.funds_api.finance_exchange.models import finance_exchange_tables
from services.funds_api.ledger.models import ledger_tables
from services.funds_api.linkages.models import linkage_tables
from services.funds_api.payments.models import payment_tables
from services.funds_api.photovoltaic.models import photovoltaic_tables
from services.funds_api.projects.models import project_tables
from services.funds_api.sources.models import source_tables
from services.funds_api.statements.models import statement_tables
from shared.db.service_tables import add_service_tables
from shared.db.types import schema

METADATA = schema("funds")

add_service_tables(METADATA)
source_tables(METADATA)
project_tables(METADATA)
contract_tables(METADATA)
payment_tables(METADATA)
disbursement_tables(METADATA)
statement_tables(METADATA)
ledger_tables(METADATA)
card_tables(METADATA)
finance_exchange_tables(METADATA)
disclosure_tables(METADATA)
asset_tables(METADATA)
photovoltaic_tables(METADATA)
linkage_tables(METADATA)
