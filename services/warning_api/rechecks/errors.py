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


class RecheckExists(Conflict):
    code = "recheck_exists"
    title, title_en = (
        "该月已用这个种子按同样的比例和分层抽过，请查看那次抽查；确需再抽的，请换一个种子或不写种子",
        "This seed has drawn by the same share and strata in this month already",
    )
