"""Tables in and out: JSON, NDJSON, CSV and XLSX, in bounded memory (contract.md, Everywhere)."""
