"""One line of whatever went wrong."""

from bihuan.cli.failures import one_line
from bihuan.launcher.errors import NotReady


def test_of_the_end_of_a_log_the_last_line_is_told():
    error = NotReady(
        "warning_api 未就绪；日志的最后几行：\nTraceback (most recent call last):\n  x\nOSError: no space\n"
    )
    assert one_line(error) == "warning_api 未就绪；日志的最后几行： OSError: no space"


def test_a_file_is_named_with_what_is_wrong_with_it(tmp_path):
    try:
        (tmp_path / "no" / "file").write_text("")
    except OSError as error:
        assert one_line(error) == f"{tmp_path / 'no' / 'file'}：No such file or directory"


def test_an_error_without_words_has_its_name():
    assert one_line(ConnectionResetError()) == "ConnectionResetError"
