"""The business clock: which day it is for windows, deadlines and filing."""

from shared.clock.business_clock import SHANGHAI, BusinessClock, offset_from_environment

__all__ = ["SHANGHAI", "BusinessClock", "offset_from_environment"]
