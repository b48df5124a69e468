"""Sources, allocations, projects, payments, disbursements (funds_api). Amounts are texts in yuan, `"15100.00"`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .transport import Json, Transport


class FundsCalls(Transport):
    """What the finance bureau and the county do with funds."""

    def sources(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/sources", filters)

    def add_source(self, source: Mapping[str, Any]) -> Json:
        return self.post("/v1/sources", source)

    def allocations(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/allocations", filters)

    def add_allocation(self, allocation: Mapping[str, Any]) -> Json:
        return self.post("/v1/allocations", allocation)

    def projects(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/projects", filters)

    def project(self, project_id: str) -> Json:
        return self.get(f"/v1/projects/{project_id}")

    def add_project(self, project: Mapping[str, Any]) -> Json:
        return self.post("/v1/projects", project)

    def transition_project(self, project_id: str, to: str, version: int | None = None) -> Json:
        return self.change("POST", f"/v1/projects/{project_id}/transitions", {"to": to}, version)

    def payments(self, **filters: Any) -> Iterator[Json]:
        return self.iterate("/v1/payments", filters)

    def add_payment(self, payment: Mapping[str, Any]) -> Json:
        return self.post("/v1/payments", payment)

    def reverse_payment(self, payment_id: str, reversal: Mapping[str, Any]) -> Json:
        return self.post(f"/v1/payments/{payment_id}/reversal", reversal)

    def progress(self, year: int, as_of: str | None = None) -> Iterator[Json]:
        return self.iterate("/v1/progress", {"year": year, "as_of": as_of})

    def industry_share(self, year: int) -> Iterator[Json]:
        return self.iterate("/v1/industry-share", {"year": year})

    def add_disbursement(self, batch: Mapping[str, Any]) -> Json:
        """A batch to households: `project_id` or `allocation_id`, `count`, `total`, `items`."""
        return self.post("/v1/disbursements", batch)

    def disbursement(self, disbursement_id: str) -> Json:
        return self.get(f"/v1/disbursements/{disbursement_id}")

    def disbursement_items(self, disbursement_id: str, **filters: Any) -> Iterator[Json]:
        return self.iterate(f"/v1/disbursements/{disbursement_id}/items", filters)

    def approve_disbursement(self, disbursement_id: str, version: int | None = None) -> Json:
        """By another person than the one who has made it."""
        return self.change("POST", f"/v1/disbursements/{disbursement_id}/approval", {}, version)

    def add_receipts(self, disbursement_id: str, items: Sequence[Mapping[str, Any]]) -> Json:
        """What the bank has said: `{item_id, status, paid_on, reason, reference}`."""
        return self.post(f"/v1/disbursements/{disbursement_id}/receipts", {"items": items})
