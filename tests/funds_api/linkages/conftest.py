"""The same service as disbursements have: with a registry that answers from a list."""

from tests.funds_api.disbursements.conftest import funds, registry

__all__ = ["funds", "registry"]
