"""Setting up a county: its regions, its default rules and a client for each caller (`bihuan county add`)."""

from .addition import add_counties
from .credentials import Credential, write_credentials
from .errors import CountyDiffers, CountyRefused, RegionsFileRefused
from .new_parameters import add_new_parameters
from .regions_file import County, Region, load_regions
from .service_clients import ensure_service_clients

__all__ = [
    "County",
    "CountyDiffers",
    "CountyRefused",
    "Credential",
    "Region",
    "RegionsFileRefused",
    "add_counties",
    "add_new_parameters",
    "ensure_service_clients",
    "load_regions",
    "write_credentials",
]
