"""From a received body to rows for COPY: read, checked, indexed and sealed, a chunk at a time.

It runs beside the event loop (``shared.runtime.companion``), for a large body in another process.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO, Any

from services.warning_api.cycles.indicators import Catalogue
from services.warning_api.filing import staging
from services.warning_api.intake.mapping_service import ColumnMapping
from services.warning_api.intake.plain_records import PlainRecords
from services.warning_api.intake.validation import RecordCheck, ValidRecord, flaw_reasons
from shared.regions import RegionCodes
from shared.sealing import Sealer
from shared.tables.columns import Row, Sheet
from shared.tables.reading import read_table
from shared.tables.rows import LONGEST_HEADING

#: Records that are validated, sealed and staged together: a quarter of what came before, within these bounds.
#: PostgreSQL has something to file soon, and little when all is sealed, also of a small batch.
CHUNK = 2000
SMALLEST_CHUNK = 450

#: So many headings that name no column are told of a dry run.
MOST_IGNORED = 100

#: A column without a heading, as ``rows`` calls it.
_UNNAMED = re.compile(r"第\d+列(_\d+)?")

#: Rejects of one batch that are kept as they were sent. Of those beyond, which are a fault of the file rather
#: than of its records, place, number and reasons are kept.
MOST_WHOLE_REJECTS = 100_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What the records of one body are read, checked and sealed by. ``sealer`` has the county's keys alone."""

    content_type: str
    mapping: ColumnMapping
    catalogue: Catalogue
    regions: RegionCodes
    today: date
    certificates: bool
    retired: Mapping[str, str]
    sealer: Sealer


def prepared(terms: Terms, file: IO[bytes]) -> Generator[staging.Staged, None, None]:
    """Chunks ready for ``Stage.file``. Raises TableError, also after some chunks."""
    check = RecordCheck(
        terms.mapping.org_code,
        terms.catalogue,
        terms.regions,
        terms.today,
        certificates=terms.certificates,
        retired=terms.retired,
    )
    chunks = _Chunks(PlainRecords(check), terms.sealer, terms.regions.county)
    done = 0
    sheet = terms.mapping.sheet()
    with closing(read_table(file, terms.content_type, sheet)) as rows:
        while chunk := list(islice(rows, max(SMALLEST_CHUNK, min(done // 4, CHUNK)))):
            yield chunks.staged(chunk, () if done else _ignored(sheet, chunk[0]))
            done += len(chunk)


class _Chunks:
    """Turns rows into what is staged; counts what could not be filed so far."""

    def __init__(self, check: PlainRecords, sealer: Sealer, county: str) -> None:
        self._check = check
        self._sealer = sealer
        self._county = county
        self._rejected = 0

    def staged(self, rows: list[Row], ignored: Sequence[str]) -> staging.Staged:
        valid: list[tuple[int, ValidRecord]] = []
        rejects: list[staging.Reject] = []
        for row, checked in zip(rows, self._check.check([row.values for row in rows]), strict=True):
            errors = [] if isinstance(checked, ValidRecord) else checked
            if row.flaw:
                errors = [*errors, *flaw_reasons(row)]
            if isinstance(checked, ValidRecord) and not errors:
                valid.append((row.line, checked))
            else:
                rejects.append(staging.Reject(row.line, errors, self._kept(row)))
        return staging.staged(self._sealer, self._county, valid, rejects, ignored)

    def _kept(self, row: Row) -> dict[str, Any]:
        self._rejected += 1
        if self._rejected <= MOST_WHOLE_REJECTS:
            return row.original
        return {"source_record_id": row.values.get("source_record_id")}


def _ignored(sheet: Sheet, row: Row) -> list[str]:
    """The headings that name no column: 自付费用 is not read as the amount."""
    headings = [heading[:LONGEST_HEADING] for heading in row.original if not _UNNAMED.fullmatch(heading)]
    return [heading for heading in headings if sheet.recognise(heading) is None][:MOST_IGNORED]
