"""What is refused about attachments."""

from shared.errors import Conflict, NotFound, Refusal, Unprocessable
from shared.errors.refusals import TooLarge, UnsupportedMediaType


class AttachmentNotFound(NotFound):
    code = "attachment_not_found"
    title, title_en = "未找到附件", "No such attachment"


class OwnerNotFound(NotFound):
    code = "attachment_owner_not_found"
    title, title_en = "未找到附件所属的任务或事项", "What the attachment belongs to was not found"


class OwnerMissing(Unprocessable):
    code = "attachment_owner_missing"
    title, title_en = (
        "请写明附件属于哪个任务：task_id=，或 about=problem/编号、about=petition/编号",
        "Name what the attachment belongs to: task_id= or about=",
    )


class AttachmentTooLarge(TooLarge):
    code = "attachment_too_large"
    title, title_en = "附件超过 20 MiB，请压缩或降低照片分辨率后再传", "The attachment is larger than 20 MiB"


class AttachmentTypeUnknown(UnsupportedMediaType):
    code = "attachment_type_not_taken"
    title, title_en = (
        "附件只收 JPEG、PNG、WebP、HEIC 照片和 PDF，且不另行压缩",
        "Attachments are JPEG, PNG, WebP or HEIC photos or PDF, without Content-Encoding",
    )


class AttachmentRefused(Unprocessable):
    """``code`` is one of ``REFUSALS``."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.title, self.title_en = REFUSALS[code]
        super().__init__()


class TooManyAttachments(Conflict):
    code = "too_many_attachments"
    title, title_en = "该任务或事项的附件已达上限", "No more attachments can be added here"


class AttachmentLost(Refusal):
    """The row is there, its object is not: somebody has to restore it."""

    status = 410
    code = "attachment_lost"
    title, title_en = (
        "附件文件已不在存储中，请管理员从备份恢复，或请上传单位重新上传",
        "The file is no longer in the storage: restore it from the backup or upload it again",
    )


#: What the cleaning process says, in words for people.
REFUSALS = {
    "attachment_not_what_it_says": (
        "文件内容与所称类型不符：不是所称的照片或 PDF（改后缀不能改变文件类型）",
        "The file is not what its Content-Type says",
    ),
    "attachment_unreadable": (
        "文件已损坏、不完整或无法打开，请重新拍照或重新导出后上传",
        "The file is damaged, incomplete or cannot be opened",
    ),
    "attachment_too_many_pixels": (
        "照片像素过多，请用手机普通分辨率重新拍照",
        "The picture has too many pixels",
    ),
    "attachment_pdf_encrypted": ("PDF 带密码或限制，请去掉密码后上传", "The PDF is encrypted"),
    "attachment_pdf_active": (
        "PDF 含有脚本或会自动执行的动作，请打印成不带脚本的 PDF 后上传",
        "The PDF holds scripts or actions",
    ),
    "attachment_pdf_embeds": (
        "PDF 内嵌了其他文件或音视频，请去掉后上传，其他文件另行上传",
        "The PDF embeds other files",
    ),
}
