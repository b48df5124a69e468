"""What is refused about acceptance."""

from shared.errors import Conflict


class NothingToAccept(Conflict):
    code = "nothing_to_accept"
    title, title_en = "该任务没有待审核的反馈", "No feedback of this task waits for acceptance"
