"""household_api: the registry of households, their monitoring, the county's regions and parameters."""

from fastapi import FastAPI

from services.household_api.assistance.elimination_endpoints import router as elimination
from services.household_api.assistance.endpoints import router as assistance
from services.household_api.followers import register_followers
from services.household_api.guarantees.endpoints import router as guarantees
from services.household_api.imports.endpoints import router as imports
from services.household_api.imports.layout_endpoints import router as import_layouts
from services.household_api.matching.endpoints import router as matching
from services.household_api.monitoring.endpoints import router as monitoring
from services.household_api.parameters.endpoints import router as parameters
from services.household_api.payees.endpoints import router as payees
from services.household_api.quality.endpoints import router as quality
from services.household_api.regions.endpoints import router as regions
from services.household_api.registry.endpoints import router as registry
from services.household_api.registry.life_endpoints import router as registry_life
from services.household_api.registry.roster_endpoints import router as roster
from shared.runtime.app import make_app
from shared.runtime.context import ServiceContext


def create_app(context: ServiceContext | None = None) -> FastAPI:
    """The application; ``context`` is given by tests."""
    register_followers()
    routers = [
        regions,
        parameters,
        payees,
        registry,
        registry_life,
        roster,
        imports,
        import_layouts,
        matching,
        elimination,
        monitoring,
        assistance,
        guarantees,
        quality,
    ]
    return make_app("household_api", "闭环 · 户档与监测", routers, context=context)
