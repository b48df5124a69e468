"""What departments, the county and townships do in the loop (warning_api)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .tables import Compression, Progress, Source, table_body
from .transport import Json, Transport


class WarningCalls(Transport):
    """Cycles, batches, tasks, verifications, outcomes. `version=None` overwrites whatever there is."""

    def cycle(self, cycle: str = "current") -> Json:
        return self.get(f"/v1/cycles/{cycle}")

    def edit_cycle(self, cycle: str, changes: Mapping[str, Any], version: int | None = None) -> Json:
        return self.change("PATCH", f"/v1/cycles/{cycle}", changes, version)

    def indicators(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/indicators", filters)

    def push(
        self,
        source: Source,
        batch_no: str,
        *,
        urgent_reason: str | None = None,
        dry_run: bool = False,
        compress: Compression | None = None,
        progress: Progress | None = None,
    ) -> Json:
        """Push a file, or records, as one batch. The same batch again gives the first answer again.

        Nothing is held in memory. `progress` is told the bytes of the file as they go.
        """
        params = {"batch_no": batch_no, "urgent_reason": urgent_reason, "dry_run": dry_run or None}
        with table_body(source, compress, progress) as body:
            return self.upload("/v1/batches", body, params)

    def batch(self, batch_id: str) -> Json:
        return self.get(f"/v1/batches/{batch_id}")

    def rejects(self, batch_id: str) -> Iterator[Json]:
        return self.iterate(f"/v1/batches/{batch_id}/rejects")

    def download_rejects(self, batch_id: str, target: str | Path) -> Path:
        """The rejected rows as a sheet, ready to correct and push again."""
        return self.download(f"/v1/batches/{batch_id}/rejects", target)

    def duplicates(self, batch_id: str) -> Iterator[Json]:
        """Records that count once only, with the warning that each repeats."""
        return self.iterate(f"/v1/batches/{batch_id}/duplicates")

    def mapping(self, org_code: str) -> Json:
        return self.get(f"/v1/mappings/{org_code}")

    def keep_mapping(self, org_code: str, mapping: Mapping[str, Any], version: int | None = None) -> Json:
        """A department's own headings and words; `version` is the one that it replaces."""
        return self.change("PUT", f"/v1/mappings/{org_code}", mapping, version)

    def nil_report(self, cycle: str) -> Json:
        return self.post("/v1/nil-reports", {"cycle": cycle})

    def warnings(self, **filters: Any) -> Iterator[Json]:
        """Filters: cycle, state, indicator, region, match."""
        return self.iterate("/v1/warnings", filters)

    def candidates(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/candidates", filters)

    def decide_candidate(
        self, candidate_id: str, decision: Mapping[str, Any], version: int | None = None
    ) -> Json:
        return self.change("POST", f"/v1/candidates/{candidate_id}/decision", decision, version)

    def dispatch(self, cycle: str, region_code: str | None = None, **more: Any) -> Json:
        order = {"cycle": cycle, **({} if region_code is None else {"region_code": region_code}), **more}
        return self.post("/v1/dispatches", order)

    def tasks(self, **filters: Any) -> Iterator[Json]:
        """Filters: cycle, region, state, due_before, updated_after."""
        return self.iterate("/v1/tasks", filters)

    def task(self, task_id: str) -> Json:
        return self.get(f"/v1/tasks/{task_id}")

    def verification_list(self, cycle: str, township_code: str) -> Json:
        """Totals by state."""
        return self.get(f"/v1/lists/{cycle}/{township_code}")

    def download_list(self, cycle: str, township_code: str, target: str | Path) -> Path:
        """The list itself as a sheet to fill in."""
        return self.download(f"/v1/lists/{cycle}/{township_code}", target)

    def acknowledge(self, cycle: str, township_code: str) -> Json:
        """The township's receipt of its list."""
        return self.put(f"/v1/lists/{cycle}/{township_code}/receipt")

    def verify(self, items: Sequence[Mapping[str, Any]] | str | Path) -> Json:
        """Feed back: items, or the filled sheet. Each item is accepted or rejected on its own."""
        if isinstance(items, str | Path):
            with table_body(items) as body:
                return self.upload("/v1/verifications", body)
        return self.post("/v1/verifications", {"items": list(items)})

    def extension(self, task_id: str, reason: str, version: int | None = None) -> Json:
        return self.change("POST", f"/v1/tasks/{task_id}/extension", {"reason": reason}, version)

    def return_task(self, task_id: str, reason: str, version: int | None = None) -> Json:
        """Send a verification back for rework."""
        return self.change("POST", f"/v1/tasks/{task_id}/return", {"reason": reason}, version)

    def outcomes(self, cycle: str | None = None, **filters: Any) -> Iterator[Json]:
        """For a department, of its warnings, in one cycle or in all."""
        return self.iterate("/v1/outcomes", {"cycle": cycle, **filters})

    def policy_receipts(self, items: Sequence[Mapping[str, Any]]) -> Json:
        """The department's answer: what it did for each warning."""
        return self.post("/v1/policy-receipts", {"items": list(items)})

    def loop_statistics(self, cycle: str, by: str) -> list[Json]:
        """`by`: township, department, indicator or household_type."""
        return list(self.iterate("/v1/statistics/loop", {"cycle": cycle, "by": by}))
