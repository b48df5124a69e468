"""The tables that every service of the loop has, for its metadata."""

from sqlalchemy import MetaData

from shared.audit import audit_entry_table
from shared.idempotency.keys import idempotency_key_table
from shared.outbox.models import outbox_tables
from shared.parameters.models import parameter_table
from shared.regions import region_table
from shared.sealing.store import data_key_table


def add_service_tables(metadata: MetaData, *, in_the_loop: bool = True) -> None:
    """Keys, idempotency and audit; for services in the loop also events, parameters and regions."""
    data_key_table(metadata)
    idempotency_key_table(metadata)
    audit_entry_table(metadata)
    if in_the_loop:
        outbox_tables(metadata)
        parameter_table(metadata)
        region_table(metadata)
