"""Rules with a number: per county and period, with their source, versioned (policy.md)."""

from shared.parameters.copies import ParameterChanged, keep_copy
from shared.parameters.default import Default
from shared.parameters.defaults import DEFAULTS
from shared.parameters.income_line import INCOME_LINE, IncomeLine, income_line
from shared.parameters.lookup import Parameter, ParameterMissing, counties_with, parameter, read_together

__all__ = [
    "DEFAULTS",
    "INCOME_LINE",
    "Default",
    "IncomeLine",
    "Parameter",
    "ParameterChanged",
    "ParameterMissing",
    "counties_with",
    "income_line",
    "keep_copy",
    "parameter",
    "read_together",
]
