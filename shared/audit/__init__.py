"""Who did what: rows that commit with the work and are only ever added."""

from shared.audit.entries import audit_entry_table, record, record_many

__all__ = ["audit_entry_table", "record", "record_many"]
