"""What is refused about plans, measures, obstacles and elimination."""

from shared.errors import Conflict, Unprocessable


class PlanBeforeApproval(Conflict):
    code = "plan_before_approval"
    title, title_en = (
        "县级批准后才能制定帮扶计划和措施（绿色通道除外）",
        "A plan is made after the county's approval",
    )


class PeriodEnded(Conflict):
    code = "period_ended"
    title, title_en = "该轮监测已结束，计划和措施不再改动", "This period of monitoring has ended"


class PlanIncomplete(Unprocessable):
    code = "plan_incomplete"
    title, title_en = (
        "计划缺少应有的措施：请补上，或说明理由 reason 后确认",
        "The plan lacks what it must hold: add it, or give a reason",
    )


class InvalidPlan(Unprocessable):
    code = "plan_invalid"
    title, title_en = "计划内容有误", "The plan has errors"


class InvalidMeasure(Unprocessable):
    code = "measure_invalid"
    title, title_en = "帮扶措施内容有误", "The measure has errors"


class IllegalMeasureState(Conflict):
    code = "illegal_measure_state"
    title, title_en = "措施当前状态不能这样改", "The measure cannot go there from its state"


class InvalidObstacle(Unprocessable):
    code = "obstacle_invalid"
    title, title_en = "堵点内容有误", "The obstacle has errors"


class ObstacleRemoved(Conflict):
    code = "obstacle_removed"
    title, title_en = "该堵点已解决，再出现时请另行登记", "The obstacle has been removed: enter it anew"


class NotAssisted(Conflict):
    code = "not_assisted"
    title, title_en = "只有正在帮扶的户才核查风险消除", "Elimination is judged of households being assisted"


class CriteriaUnmet(Conflict):
    code = "criteria_unmet"
    title, title_en = (
        "风险消除条件未全部达到：请继续帮扶，或由县说明理由 reason",
        "Criteria of elimination are not met: go on, or give a reason",
    )


class CheckRequired(Conflict):
    code = "elimination_check_required"
    title, title_en = (
        "风险消除须先核查并提出（elimination-checks，propose: true）",
        "Elimination must be checked and proposed first",
    )


class NoticeRunning(Conflict):
    code = "notice_running"
    title, title_en = "风险消除公示尚未期满", "The notice of elimination still runs"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = (
        "提出风险消除的人不能自己批准，请由他人批准",
        "Who proposed an elimination cannot approve it",
    )


class InvalidCheck(Unprocessable):
    code = "elimination_check_invalid"
    title, title_en = "风险消除核查内容有误", "The elimination check has errors"


class InvalidMark(Unprocessable):
    code = "national_mark_invalid"
    title, title_en = "国家系统标注内容有误", "The mark has errors"
