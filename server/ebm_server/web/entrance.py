"""How a browser comes in: it shows the token once, in the address, and is given a session."""

from html import escape
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response

from ebm_server.web.sessions import SESSION_SECONDS

NO_TOKEN = "open the address with ?token= that the server printed when it started"
WRONG_TOKEN = "this is not the token; the server prints the address with ?token= when it starts"
FRAMES = frozenset({"iframe", "frame", "embed", "object"})

WELCOME_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>EBM Lab</title>
<meta http-equiv="refresh" content="0;url=./"><p>Welcome.
<a href="./">Open the laboratory</a></p></html>
"""
ASKING_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>EBM Lab: the token</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>:root{{color-scheme:light dark}}
body{{font:16px/1.5 Inter,system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.25rem;
background:light-dark(#fff,#101317);color:light-dark(#14181d,#e8ebef)}}
h1{{font-size:1.35rem;margin:0}}input,button{{font:inherit;box-sizing:border-box;min-height:2.5rem;
padding:0 .8rem;border-radius:.5rem;border:1px solid #7b8490}}input{{width:min(100%,22rem)}}
button{{background:#f2b13c;border-color:#f2b13c;color:#14181d;font-weight:600}}</style>
<main><h1>EBM Lab asks for its token</h1><p>{why}</p>
<form action="./"><p><label for="token">Or give the token here</label><br>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Open</button></p></form></main></html>
"""
FRAMED_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>EBM Lab</title>
<p>{why}</p></html>
"""


def is_framed(headers: Headers) -> bool:
    """Whether the request fills a frame within another page, by what a browser says of it."""
    return headers.get("sec-fetch-dest") in FRAMES


def framed_from(headers: Headers) -> str | None:
    """The origin of the page around a frame, empty where it does not tell; None without one."""
    if not is_framed(headers) or headers.get("sec-fetch-site") == "same-origin":
        return None
    around = urlsplit(headers.get("referer", ""))
    return f"{around.scheme}://{around.netloc}".lower() if around.netloc else ""


def welcome(name: str, session: str, path: str, *, secure: bool, framed: bool) -> Response:
    """Gives the session. A page and no redirect: a link from elsewhere that is redirected would
    not bring a strict cookie along.

    Args:
        framed: Within a page of another site, which is allowed: a strict cookie would not come
            back from there. It is kept apart, for frames within that site alone.
    """
    parts = [f"{name}={session}", "HttpOnly", f"Max-Age={SESSION_SECONDS}", f"Path={path}"]
    parts += ["SameSite=None", "Partitioned"] if framed else ["SameSite=Strict"]
    parts += ["Secure"] if secure or framed else []
    headers = {"cache-control": "no-store", "set-cookie": "; ".join(parts)}
    return HTMLResponse(WELCOME_PAGE, headers=headers)


def ask_for_token(headers: Headers, why: str, wait: int = 0) -> Response:
    """Refuses until a token is shown: a form for people, JSON for programs."""
    status = 429 if wait else 401
    more = {"cache-control": "no-store"} | ({"retry-after": str(wait)} if wait else {})
    if "text/html" not in headers.get("accept", ""):
        return JSONResponse({"detail": why}, status, more)
    sentence = escape(why[0].upper() + why[1:])
    return HTMLResponse(ASKING_PAGE.format(why=f"{sentence}."), status, more)


def refuse_frame(around: str) -> Response:
    """Says within the frame why it stays empty; the answer holds nothing worth a trap."""
    shown = around or "the page around it"
    why = (
        f"{shown} may not show this laboratory within it; if it shall, start the server with "
        f"--allow-embed {around or 'ORIGIN'}"
    )
    headers = {"content-security-policy": "default-src 'none'; frame-ancestors *"}
    return HTMLResponse(FRAMED_PAGE.format(why=escape(why)), 403, headers)
