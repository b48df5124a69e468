"""Problems that follow from an answer: filed when it says so, withdrawn when it was corrected."""

from collections.abc import Mapping
from uuid import UUID

from services.warning_api.rectification import course, repository, service
from services.warning_api.rectification.rules import TO_BE_RECTIFIED
from services.warning_api.rectification.schemas import ProblemIn, StepIn
from services.warning_api.rectification.service import Origin
from shared.db import Transaction


async def derive(
    tx: Transaction, source_id: UUID, found: Mapping[int, ProblemIn], *, days: str, corrected: str
) -> None:
    """Make the problems of the row ``source_id`` those that ``found`` has, by item.

    Those that are filed already stay as they are. One that is found no longer is withdrawn with the words
    ``corrected``, unless somebody has rectified it meanwhile. ``days``: the parameter with the time allowed.
    """
    standing = {row["source_item"]: row for row in await repository.of_source(tx, source_id)}
    fresh = {item: problem for item, problem in found.items() if item not in standing}
    origins = [Origin(source_id, item) for item in fresh]
    await service.assign(tx, list(fresh.values()), days=days, origins=origins)
    for item, row in standing.items():
        parts = await repository.parts(tx, [row["id"]])
        if item not in found and all(part["state"] in TO_BE_RECTIFIED for part in parts):
            step = StepIn(to="withdrawn", text=corrected, attachments=[])
            await course.take(tx, row, parts, step)
