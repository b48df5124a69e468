"""The registry and its monitoring cases (household_api)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .tables import Compression, Progress, Source, table_body
from .transport import Json, Transport


class HouseholdCalls(Transport):
    """Imports, households, searches, cases, parameters.

    `purpose` (`code:case-or-task-id`) is needed for full values and birth dates; each such read is audited.
    """

    def import_registry(
        self,
        source: Source,
        *,
        dry_run: bool = False,
        layout: str | None = None,
        as_of: str | None = None,
        compress: Compression | None = None,
        progress: Progress | None = None,
        purpose: str | None = None,
    ) -> Json:
        """A row for each person. Importing again changes only what differs.

        `layout`: `standard`, `national` or the county's own (without it told by the headings); `as_of`: the day
        until which the incomes of the file were earned; with a `purpose` a dry run shows rejected rows in full.
        """
        query = {"dry_run": dry_run or None, "layout": layout, "as_of": as_of}
        with table_body(source, compress, progress) as body:
            return self.upload("/v1/imports", body, query, headers=_purpose(purpose))

    def imports(self, state: str | None = None) -> Iterator[Json]:
        """The newest first; `review`: those that wait for another officer."""
        return self.iterate("/v1/imports", {"state": state})

    def import_state(self, import_id: str) -> Json:
        return self.get(f"/v1/imports/{import_id}")

    def import_rejects(self, import_id: str) -> Iterator[Json]:
        return self.iterate(f"/v1/imports/{import_id}/rejects")

    def approve_import(self, import_id: str, version: int | None = None) -> Json:
        """By another officer than the one who imported."""
        return self.change("POST", f"/v1/imports/{import_id}/approval", {}, version)

    def refuse_import(self, import_id: str, reason: str, version: int | None = None) -> Json:
        """By another officer than the one who imported: nothing of it comes into the registry."""
        return self.change("POST", f"/v1/imports/{import_id}/refusal", {"reason": reason}, version)

    def import_changes(self, import_id: str, *, purpose: str | None = None) -> Iterator[Json]:
        """What an import that waits for review would add and change, row by row."""
        return self.iterate(f"/v1/imports/{import_id}/changes", headers=_purpose(purpose))

    def import_layouts(self) -> Iterator[Json]:
        return self.iterate("/v1/import-layouts")

    def import_layout(self, name: str, version: int | None = None) -> Json:
        """With all headings and words that are understood, by field."""
        return self.get(f"/v1/import-layouts/{name}", {"version": version})

    def set_import_layout(self, name: str, layout: Mapping[str, Any], version: int | None = None) -> Json:
        """The next version of a layout: `columns`, `values`, `dates`, `national`."""
        return self.change("PUT", f"/v1/import-layouts/{name}", layout, version)

    def households(self, *, purpose: str | None = None, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/households", filters, headers=_purpose(purpose))

    def household(self, household_id: str, *, at: str | None = None, purpose: str | None = None) -> Json:
        """With members and monitoring, as they were `at` a day."""
        return self.get(f"/v1/households/{household_id}", {"at": at}, headers=_purpose(purpose))

    def add_household(self, household: Mapping[str, Any]) -> Json:
        return self.post("/v1/households", household)

    def edit_household(
        self, household_id: str, changes: Mapping[str, Any], version: int | None = None
    ) -> Json:
        return self.change("PATCH", f"/v1/households/{household_id}", changes, version)

    def search(self, subject: Mapping[str, Any], purpose: str) -> Json:
        """`{id_number}` or `{name, birth_date}`; never in a URL."""
        return self.post("/v1/searches", subject, headers=_purpose(purpose), reads=True)

    def matches(self, subjects: Sequence[Mapping[str, Any]]) -> list[Json]:
        """At most 5,000 subjects; one answer for each `ref`."""
        found: list[Json] = self.post("/v1/matches", {"subjects": list(subjects)}, reads=True)["matches"]
        return found

    def open_case(self, case: Mapping[str, Any]) -> Json:
        return self.post("/v1/cases", case)

    def cases(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/cases", filters)

    def case(self, case_id: str) -> Json:
        return self.get(f"/v1/cases/{case_id}")

    def transition_case(self, case_id: str, to: str, reason: str = "", version: int | None = None) -> Json:
        return self.change("POST", f"/v1/cases/{case_id}/transitions", {"to": to, "reason": reason}, version)

    def regions(self, parent: str | None = None) -> Iterator[Json]:
        return self.iterate("/v1/regions", {"parent": parent})

    def parameters(self) -> Iterator[Json]:
        return self.iterate("/v1/parameters")

    def set_parameter(self, name: str, value: Any, valid_from: str, source: str) -> Json:
        """A new version of one parameter, in force from a day on; `source` names the document."""
        version = {"name": name, "value": value, "valid_from": valid_from, "source": source}
        return self.put("/v1/parameters", version)

    def download_import_rejects(
        self, import_id: str, target: str | Path, *, purpose: str | None = None
    ) -> Path:
        """The rejected rows as a sheet. With a `purpose` in full, ready to correct and import again; else masked."""
        return self.download(f"/v1/imports/{import_id}/rejects", target, headers=_purpose(purpose))


def _purpose(purpose: str | None) -> dict[str, str]:
    return {} if purpose is None else {"X-Purpose": quote(purpose, safe=":")}
