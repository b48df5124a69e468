"""`/docs`: the description of a service's API as a page that an intranet without a way out can show.

FastAPI's own page loads its scripts from a content network. Here they come from the `fastapi-offline`
package, and the page starts them without an inline script, so that its content policy can be strict.
"""

from html import escape
from importlib.resources import as_file, files
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse

from shared.errors import NotFound

#: What the page loads, by the name under `/docs/`.
ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon.png": "image/png",
}

START = """\
SwaggerUIBundle({
  url: "openapi.json", dom_id: "#description", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], persistAuthorization: false,
});
"""

#: The interface sets styles on its elements; everything else stays closed.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

PAGE = """\
<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<noscript>接口说明的机器可读形式见 <a href="openapi.json">openapi.json</a></noscript>
<div id="description"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""


def add_api_pages(app: FastAPI) -> None:
    """Serve `/docs` and what it loads. Links are relative, so that it works behind any prefix."""
    page = PAGE.format(title=escape(app.title))
    with as_file(files("fastapi_offline") / "static") as found:
        static = Path(found)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers=HEADERS)

    @app.get("/docs/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name == "start.js":
            return Response(START, media_type="text/javascript", headers=HEADERS)
        if name not in ASSETS:
            raise NotFound()
        return FileResponse(static / name, media_type=ASSETS[name], headers=HEADERS)
