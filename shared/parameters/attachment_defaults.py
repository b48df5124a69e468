"""Photos and documents of visits and inspections (policy.md, The loop, 6)."""

from typing import Final

from shared.parameters.default import PRACTICE, Default
from shared.parameters.shapes import DAYS, Whole

ATTACHMENTS: Final[tuple[Default, ...]] = (
    Default("attachment_unused_days", 7, PRACTICE, "上传后未被任何核查结果引用的附件保留天数", DAYS),
    Default(
        "attachments_per_owner", 30, PRACTICE, "每个任务（问题、信访件）最多上传的附件数", Whole(1, 500, "个")
    ),
)
