"""What a push is refused for as a whole."""

from shared.errors import Conflict, Unprocessable


class BatchConflict(Conflict):
    code = "batch_conflict"
    title, title_en = "该批次号已用于另一内容，请换一个批次号", "This batch_no was used with other content"


class BatchStillRunning(Conflict):
    code = "batch_in_progress"
    title, title_en = "同一批次正在接收，请稍候重试", "The same batch is being received: try again shortly"


class NotADepartment(Unprocessable):
    code = "not_a_department"
    title, title_en = "只有县直行业部门可以推送", "Only departments push"


class NoRecords(Unprocessable):
    code = "no_records"
    title, title_en = "文件中没有记录；无预警请提交零报告", "No records: file a nil report instead"


class NotAwaitingRelease(Conflict):
    code = "not_awaiting_release"
    title, title_en = "该批次不在待签发状态", "The batch does not wait for release"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "推送人不能签发自己的批次", "Who filed the batch cannot decide on its release"
