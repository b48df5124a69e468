"""What is refused about parameters."""

from shared.errors import Unprocessable


class UnknownParameter(Unprocessable):
    code = "parameter_unknown"
    title, title_en = "没有这个参数", "There is no such parameter"


class InvalidParameter(Unprocessable):
    code = "parameter_invalid"
    title, title_en = "参数的值不合要求", "The value does not fit the parameter"
