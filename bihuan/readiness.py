"""`python -m bihuan.readiness`: exits with 0 when the service of this container answers `/readyz`."""

import http.client
import os
import sys

TIMEOUT_SECONDS = 4


def main() -> int:
    """``UVICORN_PORT`` names the port, as it does for the service."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ["UVICORN_PORT"]), timeout=TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        print(f"not ready: {type(error).__name__}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        print(f"not ready: HTTP {answer.status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
