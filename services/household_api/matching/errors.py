"""What is refused about matches."""

from shared.errors import Unprocessable


class UnknownIndexKey(Unprocessable):
    code = "index_key_unknown"
    title, title_en = "没有这个编号的匹配密钥", "There is no matching key of this id"


class IndexIncomplete(Unprocessable):
    code = "index_incomplete"
    title, title_en = "id_index 与 index_key_id 须同时提供", "Give id_index and index_key_id together"


class InvalidSubjects(Unprocessable):
    code = "subjects_invalid"
    title, title_en = "待比对的人员有误", "The subjects have errors"
