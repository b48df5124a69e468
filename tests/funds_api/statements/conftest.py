"""The same treasury as for disbursements."""

from tests.funds_api.disbursements.conftest import funds, registry, treasury

__all__ = ["funds", "registry", "treasury"]
