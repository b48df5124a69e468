"""What is refused about extensions."""

from shared.errors import Conflict


class AlreadyExtended(Conflict):
    code = "already_extended"
    title, title_en = "该任务已延期一次，不能再延", "The task has been extended once already"


class ExtensionWaits(Conflict):
    code = "extension_waits"
    title, title_en = "延期申请正等待县里批复", "An extension has been asked for and waits for the county"


class NoExtensionWaits(Conflict):
    code = "no_extension_waits"
    title, title_en = "该任务没有待批复的延期申请", "No extension of this task waits for a decision"
