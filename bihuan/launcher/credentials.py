"""Reading `credentials.json`: the clients of one county or of several."""

import json
from pathlib import Path

from bihuan.county import Credential

from .errors import LaunchRefused


class CredentialsRefused(LaunchRefused):
    """The file is not there, is none, or does not name exactly one client so."""


def read_credentials(path: Path) -> list[Credential]:
    """Every client of the file."""
    try:
        entries = json.loads(path.read_bytes())
        known: list[Credential] = [each for each in entries if each["client_id"] and each["client_secret"]]
    except OSError as error:
        raise CredentialsRefused(
            f"无法读取凭据文件 {path}：{error.strerror}；请以 BIHUAN_HOME 指明数据目录，或以 --credentials 指定文件"
            " / set BIHUAN_HOME or give --credentials"
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise CredentialsRefused(f"{path} 不是凭据文件，应为 county add 写出的 JSON") from error
    return known


def find_credential(path: Path, name: str) -> Credential:
    """The client with this `name` or `client_id`; a name that several counties use needs the id."""
    entries = read_credentials(path)
    found = [each for each in entries if name in (each["name"], each["client_id"])]
    if len(found) == 1:
        return found[0]
    if found:
        ids = "、".join(each["client_id"] for each in found[:5])
        raise CredentialsRefused(f"{path} 中有多个 {name}，请用客户端编号：{ids}")
    names = "、".join(each["name"] for each in entries[:12])
    raise CredentialsRefused(f"{path} 中没有 {name}；其中有：{names}{' 等' if len(entries) > 12 else ''}")
