"""What is refused of campaigns."""

from shared.errors import Conflict, NotFound, Unprocessable


class CampaignNotFound(NotFound):
    code = "campaign_not_found"
    title, title_en = "未找到该次排查活动", "No such campaign"


class CampaignExists(Conflict):
    code = "campaign_exists"
    title, title_en = (
        "本期同一范围的遍访或集中排查已经开始，每户只走一遍",
        "A campaign of this kind, period and scope has begun: one visit a household",
    )


class TransitionNotAllowed(Conflict):
    code = "transition_not_allowed"
    title, title_en = "活动当前状态不能这样处理", "The campaign's state does not allow this"


class RegionNotUsable(Unprocessable):
    code = "region_not_usable"
    title, title_en = "请给出本县的县、乡镇或村代码", "Give a code of this county"
