"""What is refused about re-checks."""

from shared.errors import Conflict, NotFound


class RecheckNotFound(NotFound):
    code = "recheck_not_found"
    title, title_en = "未找到抽查复核", "No such re-check"


class NothingToRecheck(Conflict):
    code = "nothing_to_recheck"
    title, title_en = (
        "该月没有可抽查的已核查任务（尚未核查，或都已抽查过）",
        "No verified task of this month is left to be drawn",
    )
