"""Rules with a number: per county and period, with their source, versioned (policy.md)."""

from shared.parameters.defaults import DEFAULTS, Default
from shared.parameters.lookup import Parameter, parameter

__all__ = ["DEFAULTS", "Default", "Parameter", "parameter"]
