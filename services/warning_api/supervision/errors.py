"""Refusals of the statistics."""

from shared.errors import Unprocessable


class TooFine(Unprocessable):
    code = "too_fine"
    title = "该组合可能推算出个别农户：监督和系统用户只能按县（市、省）查询，不按部门筛选，也不按风险类型分组"
    title_en = "Could tell single households: whole counties only, no department, not by risk type"


class RegionTooSmall(Unprocessable):
    code = "region_too_small"
    title = "按村以外的分组，region 至少为一个乡镇"
    title_en = "Only the grouping by village takes a region below a township"


class TooManyMonths(Unprocessable):
    code = "too_many_months"
    title, title_en = "from 应不晚于 to，且最多 60 个月", "from must not be after to; at most 60 months"


class NotByTask(Unprocessable):
    code = "not_by_task"
    title = "任务不属于某个部门或指标：of=tasks 只能按乡镇、村、户类型、月份统计，也不能按部门或来源筛选"
    title_en = "A task has no department: by township, village, household type or month only"
