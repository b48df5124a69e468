"""funds_api: sources, allocations, projects, contracts, payments, and what is said of them in public."""

from fastapi import FastAPI

from services.funds_api.assets.endpoints import router as assets
from services.funds_api.cards.endpoints import router as cards
from services.funds_api.carry_over.endpoints import router as carry_over
from services.funds_api.contracts.endpoints import router as contracts
from services.funds_api.disbursements.endpoints import router as disbursements
from services.funds_api.disclosure.endpoints import router as disclosure
from services.funds_api.events.endpoints import router as events
from services.funds_api.finance_exchange.endpoints import router as finance_exchange
from services.funds_api.ledger.endpoints import router as ledger
from services.funds_api.linkages.endpoints import router as linkages
from services.funds_api.payments.endpoints import router as payments
from services.funds_api.photovoltaic.endpoints import router as photovoltaic
from services.funds_api.progress.endpoints import router as progress
from services.funds_api.projects.endpoints import router as projects
from services.funds_api.projects.library_endpoints import router as library
from services.funds_api.reports.endpoints import router as reports
from services.funds_api.sources.endpoints import router as sources
from services.funds_api.statements.endpoints import router as statements
from shared.runtime.app import make_app
from shared.runtime.context import ServiceContext


def create_app(context: ServiceContext | None = None) -> FastAPI:
    """The application; ``context`` is given by tests, otherwise made from the environment."""
    routers = (
        sources,
        projects,
        library,
        contracts,
        payments,
        disbursements,
        statements,
        assets,
        photovoltaic,
        linkages,
        carry_over,
        ledger,
        progress,
        cards,
        finance_exchange,
        reports,
        disclosure,
        events,
    )
    return make_app("funds_api", "闭环 资金服务", routers, context=context)
