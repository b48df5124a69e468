"""Rules with a number: per county and period, with their source, versioned (policy.md)."""

from shared.parameters.copies import ParameterChanged, keep_copy
from shared.parameters.defaults import DEFAULTS, Default
from shared.parameters.lookup import Parameter, ParameterMissing, counties_with, parameter

__all__ = [
    "DEFAULTS",
    "Default",
    "Parameter",
    "ParameterChanged",
    "ParameterMissing",
    "counties_with",
    "keep_copy",
    "parameter",
]
