"""What is refused about rankings."""

from shared.errors import Conflict, NotFound, Unprocessable


class RankingNotFound(NotFound):
    code = "ranking_not_found"
    title, title_en = "未找到该次排序", "No such ranking"


class ProposalNotFound(NotFound):
    code = "proposal_not_found"
    title, title_en = "未找到该处理建议", "No such proposal"


class QuarterToCome(Conflict):
    code = "quarter_to_come"
    title, title_en = "该季度尚未开始", "That quarter has not begun"


class NothingToRank(Conflict):
    code = "nothing_to_rank"
    title, title_en = "该季度没有可以排序的数据", "There is nothing to rank by"


class AlreadyPublished(Conflict):
    code = "already_published"
    title, title_en = "该次排序已公布，不能再改；可重新计算", "Published: compute anew"


class NewerEdition(Conflict):
    code = "newer_edition"
    title, title_en = "该季度已有更新的计算结果，请公布最新一次", "A newer edition was computed: publish that"


class TransitionNotAllowed(Conflict):
    code = "transition_not_allowed"
    title, title_en = "该处理建议已有决定", "The proposal was decided already"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "计算排序的人不能公布该排序，也不能决定其处理建议", "Who made the ranking cannot decide"


class UnknownComponent(Unprocessable):
    code = "component_unknown"
    title, title_en = "没有这一排序项", "No such component"
