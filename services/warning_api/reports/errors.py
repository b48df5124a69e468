"""What is refused of self-reports, screenings and routine checks."""

from shared.errors import Conflict, NotFound
from shared.errors.refusals import TooLarge, TooManyRequests, Unauthenticated


class InvalidReportCode(Unauthenticated):
    """The same for a wrong code, one that has expired or was revoked, and a village that has none."""

    code = "report_code_invalid"
    title, title_en = (
        "申报码无效或已过期，请向村里索取",
        "The report code is wrong or has expired: ask the village for one",
    )


class NeitherTokenNorCode(Unauthenticated):
    title, title_en = (
        "缺少有效的访问令牌，也没有村申报码（X-Report-Code）",
        "A valid access token or a village's code (X-Report-Code) is needed",
    )


class TooManyReports(TooManyRequests):
    code = "too_many_reports"
    title, title_en = "申报过于频繁，请稍后再试，或请村干部代为申报", "Too many reports: try again later"


class VillageNotFound(NotFound):
    code = "village_not_found"
    title, title_en = "未找到该村", "No such village"


class ReportNotFound(NotFound):
    code = "self_report_not_found"
    title, title_en = "未找到该受理编号", "No such receipt number"


class ScreeningNotFound(NotFound):
    code = "screening_not_found"
    title, title_en = "未找到该次排查", "No such screening"


class TooManyItems(TooLarge):
    code = "too_many_items"
    title, title_en = "条数过多，请分次提交", "Too many items: send them in parts"


class TownshipNotFound(NotFound):
    code = "township_not_found"
    title, title_en = "未找到该乡镇", "No such township"


class CheckNotTaken(Conflict):
    code = "cycle_not_current"
    title, title_en = "只能报送本月或上月的例行排查", "Only this month's or the last one's check is taken"


class ScreeningsExist(Conflict):
    code = "screenings_exist"
    title, title_en = (
        "本月已有排查上报，不能报零：请填写排查发现的户数",
        "Households were reported by screening this month: it is no zero report",
    )
