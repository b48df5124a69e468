"""What the exchange with the finance bureau refuses."""

from shared.errors import Unprocessable


class InvalidReport(Unprocessable):
    """``errors`` name the lines; nothing of the report was kept."""

    code = "finance_report_invalid"
    title, title_en = (
        "财政支付报表有误，没有登记任何一行",
        "The report has errors: nothing of it was recorded",
    )
