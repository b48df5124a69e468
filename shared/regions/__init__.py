"""The county's regions as every service keeps them (GB/T 2260, GB/T 10114)."""

from shared.regions.change import RegionsChange, change_regions
from shared.regions.lookup import (
    HasRegions,
    Region,
    RegionCodes,
    Regions,
    counties,
    regions_of,
    regions_to_show,
)
from shared.regions.models import region_table

__all__ = [
    "HasRegions",
    "Region",
    "RegionCodes",
    "Regions",
    "RegionsChange",
    "change_regions",
    "counties",
    "region_table",
    "regions_of",
    "regions_to_show",
]
