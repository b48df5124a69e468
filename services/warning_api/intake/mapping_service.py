"""What a department calls its columns and indicators, as the county keeps it.

A mapping is added to the general words of the tables, and goes before them. Each change is a new version; a
batch keeps which one it was read by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.warning_api.cycles import service as cycles
from services.warning_api.cycles.indicators import Catalogue, catalogue
from services.warning_api.intake import mapping_repository as repository
from services.warning_api.intake.mapping_schemas import MappingIn
from shared import audit
from shared.db import Transaction
from shared.errors import FieldError, NotFound, PreconditionFailed, Unprocessable
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch
from shared.tables.columns import Sheet, heading_word, plain_word
from shared.tables.words import PUSH_COLUMNS

SHEET = Sheet(PUSH_COLUMNS, "列名与此不同的，可请县里存一份对照：/v1/mappings/{部门代码}")
FIELDS = tuple(column.name for column in PUSH_COLUMNS)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """``columns``: heading -> field; ``values``: field -> word -> code; version 0: none was kept so far."""

    org_code: str
    version: int
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    disability_certificates: bool | None
    set_by: str | None = None
    set_at: datetime | None = None

    def sheet(self) -> Sheet:
        """The columns of a push as this department writes them."""
        return SHEET.with_words(self.columns, self.values) if self.columns or self.values else SHEET


async def mapping_of(tx: Transaction, org: str, version: int | None = None) -> ColumnMapping:
    """The mapping in force, or an earlier version (0: the general words alone)."""
    row = await repository.mapping(tx, org, version) if version != 0 else None
    return ColumnMapping(**row) if row else ColumnMapping(org, 0, {}, {}, None)


async def takes_certificates(tx: Transaction, mapping: ColumnMapping) -> bool:
    """Whether the department may send disability certificates for ID numbers: its mapping, else the parameter."""
    if mapping.disability_certificates is not None:
        return mapping.disability_certificates
    return mapping.org_code in (await parameter(tx, "disability_certificate_departments")).value


async def read_mapping(tx: Transaction, org: str, version: int | None = None) -> ColumnMapping:
    """404 for what is no department of the county, another's mapping, or a version that is not there."""
    if tx.reach.org not in ("*", org) or org not in await cycles.departments(tx):
        raise NotFound()
    found = await mapping_of(tx, org, version)
    if version is not None and found.version != version:
        raise NotFound()
    return found


async def list_mappings(tx: Transaction, paging: Paging) -> dict[str, Any]:
    (after,) = paging.after_text()
    rows = await repository.mappings(tx, after, paging.limit + 1)
    return page(rows, paging, lambda row: [row["org_code"]])


async def keep_mapping(tx: Transaction, org: str, given: MappingIn, expected: IfMatch) -> ColumnMapping:
    """The next version. Where there is none yet nothing can be overwritten, and If-Match may be left out."""
    current = await read_mapping(tx, org)
    if given.org_code not in (None, org):
        raise Unprocessable(errors=[FieldError("/org_code", "other_department", f"应为 {org} 或不填")])
    if errors := list(_problems(given, org, await catalogue(tx))):
        raise Unprocessable(errors=errors)
    if current.version or expected.value is not None:
        expected.check(current.version)
    version = current.version + 1
    kept = {**given.model_dump(), "org_code": org, "version": version}
    if not await repository.add_version(tx, kept):
        raise PreconditionFailed()
    await audit.record(tx, "mapping.kept", f"mapping/{org}", kept)
    return await mapping_of(tx, org, version)


def _problems(given: MappingIn, org: str, known: Catalogue) -> Iterator[FieldError]:
    yield from _ambiguous("/columns", given.columns, heading_word)
    for heading, field in given.columns.items():
        if field not in FIELDS:
            yield FieldError(
                _pointer("columns", heading), "unknown_field", f"没有这个字段，可用：{'、'.join(FIELDS)}"
            )
    for field, words in given.values.items():
        if field != "indicator":
            yield FieldError(_pointer("values", field), "unknown_field", "只有 indicator 的用词可以对照")
            continue
        yield from _ambiguous("/values/indicator", words, plain_word)
        for word, code in words.items():
            found = known.get(code)
            if found is None or found.org_code != org or found.code != code:
                yield FieldError(
                    _pointer("values", field, word),
                    "unknown_indicator",
                    "不是该部门的预警指标代码，请对照 /v1/indicators",
                )


def _ambiguous(pointer: str, words: Mapping[str, str], same: Any) -> Iterator[FieldError]:
    """Words that are one when compared, and mean different things; or that are nothing but blanks."""
    meant: dict[str, str] = {}
    for word, meaning in words.items():
        plain = same(word)
        if not plain or meant.setdefault(plain, meaning) != meaning:
            yield FieldError(pointer + _pointer(word), "ambiguous_word", "用词为空，或与另一项相同而所指不同")


def _pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
