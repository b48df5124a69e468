"""What the administration of clients refuses."""

from shared.errors import Conflict, Unprocessable


class GrantNotAllowed(Unprocessable):
    code = "grant_not_allowed"
    title, title_en = "授权内容有误", "The grants or scopes are not allowed"


class OwnClient(Conflict):
    code = "own_client"
    title, title_en = "不能删除自己正在使用的客户端", "A client cannot delete itself"
