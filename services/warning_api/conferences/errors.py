"""Refusals of conferences."""

from shared.errors import Conflict


class QuarterNotBegun(Conflict):
    code = "quarter_not_begun"
    title, title_en = "该季度尚未开始，没有可会商的数据", "The quarter has not begun"


class NotHeldYet(Conflict):
    code = "not_held_yet"
    title, title_en = "会商日期不能晚于今天；登记结论前请填写会商日期", "Say first on which day it was held"
