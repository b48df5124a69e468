"""The database: one transaction a request or job, begun with what its caller may reach."""

from shared.db.database import Database
from shared.db.transaction import Transaction, driver_of

__all__ = ["Database", "Transaction", "driver_of"]
