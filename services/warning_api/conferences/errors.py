"""Refusals of conferences."""

from shared.errors import Conflict


class QuarterNotBegun(Conflict):
    code = "quarter_not_begun"
    title, title_en = "该季度尚未开始，没有可会商的数据", "The quarter has not begun"


class NotHeldYet(Conflict):
    code = "not_held_yet"
    title, title_en = "会商日期不能晚于今天；登记结论前请填写会商日期", "Say first on which day it was held"


class DraftExists(Conflict):
    code = "draft_exists"
    title, title_en = (
        "该季度已有尚未登记结论的会商材料，请在该材料上修改议题、更新数据、登记结论",
        "There is a pack for this quarter that is not concluded yet",
    )


class AlreadyConcluded(Conflict):
    code = "already_concluded"
    title, title_en = (
        "已登记会商结论，材料中的数据不再更新；再次会商的，请另备材料",
        "The conference is concluded and its pack stays: prepare another",
    )
