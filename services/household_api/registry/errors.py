"""What the registry refuses."""

from shared.errors import Conflict, Forbidden, Unprocessable


class HouseholdNoTaken(Conflict):
    code = "household_no_taken"
    title, title_en = "该户编号已登记", "This household number is registered"


class MembersConflict(Conflict):
    code = "members_conflict"
    title, title_en = "成员与登记簿中已有的人冲突", "Members conflict with the registry"


class InvalidHousehold(Unprocessable):
    code = "household_invalid"
    title, title_en = "户或成员信息有误", "The household or its members have errors"


class InvalidIncome(Unprocessable):
    code = "income_invalid"
    title, title_en = "收入记录有误", "The income record has errors"


class InvalidLifeEvent(Unprocessable):
    code = "life_event_invalid"
    title, title_en = "户情变动有误", "The change of the household has errors"


class HouseholdEnded(Conflict):
    code = "household_ended"
    title, title_en = "该户已终止，只能查看历史", "The household has ended: only its history can be read"


class MonitoringByCase(Conflict):
    code = "monitoring_by_case"
    title, title_en = "该户的监测由监测案件认定", "The household's monitoring is decided by its case"


class CountyDecides(Forbidden):
    code = "county_decides"
    title, title_en = "跨乡镇的变动由县级办理", "What concerns two townships is the county's to do"


class InvalidInstant(Unprocessable):
    code = "at_malformed"
    title, title_en = "at= 应为日期 2026-11-08 或带时区的时刻", "at= takes a date or an instant with offset"


class InvalidSearch(Unprocessable):
    code = "search_malformed"
    title, title_en = "请提供证件号码，或姓名和出生日期", "Give an id_number, or name and birth_date"
