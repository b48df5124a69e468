"""Who did what: rows that commit with the work and are only ever added."""

from shared.audit.entries import Written, audit_entry_table, record, record_many, record_written, write

__all__ = ["Written", "audit_entry_table", "record", "record_many", "record_written", "write"]
