"""The built page as files, and a plain page where it has not been built."""

import mimetypes
import os
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ebm_server.web.encoding import compressed

STATIC = Path(__file__).parents[1] / "static"
YEAR = "public, max-age=31536000, immutable"
MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>EBM Lab</title>
<h1>The page has not been built</h1>
<p>The server runs, but its page is missing. In a checkout, build it with <code>make page</code>
(or <code>npm --prefix frontend ci &amp;&amp; npm --prefix frontend run build</code>),
then load this again.</p>
<p>The API is there: <a href="api/v1/docs">its documentation</a>.</p></html>
"""


mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/msgpack", ".msgpack")


class Page(StaticFiles):
    """Files of the page. Those with a hash in their name never change; others may."""

    def __init__(self, directory: Path = STATIC) -> None:
        super().__init__(directory=directory, html=True, check_dir=False)
        self.config_checked = True  # a missing page has an answer of its own

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at a path; the plain page at the root where there is none."""
        if path == "." and not Path(str(self.directory), "index.html").is_file():
            return HTMLResponse(MISSING, 503)
        return await super().get_response(path, scope)

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, compressed where the browser takes that, with how long it may be kept."""
        path = Path(full_path)
        found = compressed(path, Headers(scope=scope).get("accept-encoding", ""))
        if found:
            full_path, stat_result = found[0], found[0].stat()
        response = super().file_response(full_path, stat_result, scope, status_code)
        if found:
            response.headers["content-encoding"] = found[1]
        response.headers["vary"] = "Accept-Encoding"
        response.headers["cache-control"] = YEAR if path.parent.name == "assets" else "no-cache"
        return response
