"""What an answer points at beside its task: its attachments, and the visit that a re-check visits again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.warning_api.attachments import service as attachments
from services.warning_api.rechecks.rules import repeated_visitors
from services.warning_api.verification.rules import Verdict
from services.warning_api.verification.schemas import VerificationItem
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class Cited:
    """By task: why its attachments cannot be named (code, words); who was on the visit that it checks."""

    refused: Mapping[tuple[str, UUID], tuple[str, str]] = field(default_factory=dict)
    first_visitors: Mapping[UUID, Sequence[str]] = field(default_factory=dict)

    def judge(self, item: VerificationItem, verdict: Verdict) -> None:
        """Refuse an item that would be taken, for what it points at."""
        if verdict.status != "accepted":
            return
        if refusal := self.refused.get(("task", item.task_id)):
            verdict.refuse("attachments", *refusal)
        first = self.first_visitors.get(item.task_id)
        if first and (names := repeated_visitors(item.verifiers, first)):
            verdict.refuse(
                "verifiers", "same_visitor", f"抽查复核须由另外的人入户：{'、'.join(names)} 参加过首次核查"
            )


async def attachments_refused(
    tx: Transaction, items: Sequence[VerificationItem]
) -> Mapping[tuple[str, UUID], tuple[str, str]]:
    return await attachments.refusals(
        tx, {("task", item.task_id): item.attachments for item in items if item.attachments}
    )


async def keep(tx: Transaction, visits: Mapping[UUID, Sequence[UUID]]) -> None:
    """Note which visits name which attachments."""
    await attachments.attach(tx, list(visits.items()))
