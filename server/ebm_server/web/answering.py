"""How refusals become answers: a status, and why in words or at each value."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ebm_server.protocol.messages import Problem
from ebm_server.refusals import Invalid, Refused
from ebm_server.runs.troubles import of_files
from ebm_server.web.strict_route import BadBody

log = logging.getLogger(__name__)


def answer_refusals(app: FastAPI) -> None:
    """Has an app answer everything that refuses a request."""
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(Invalid, invalid)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(BadBody, invalid)
    app.add_exception_handler(HTTPException, unrouted)
    app.add_exception_handler(OSError, unwritten)


async def refused(request: Request, error: Exception) -> JSONResponse:
    """Something that cannot be done now."""
    if not isinstance(error, Refused):
        raise error
    if error.status >= 500 and error.__cause__:
        log.error("%s %s: %s", request.method, request.url.path, error.__cause__)
    headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
    return JSONResponse({"detail": str(error)}, error.status, headers)


async def invalid(_request: Request, error: Exception) -> JSONResponse:
    """Values that are refused: 422 with path, value, message and what is allowed."""
    return _problems(error.problems if isinstance(error, Invalid | BadBody) else [])


async def malformed(_request: Request, error: Exception) -> JSONResponse:
    """A body, a query or a path that does not fit its route, in the same form."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return _problems(list(map(malformation, found)))


async def unrouted(_request: Request, error: Exception) -> JSONResponse:
    """No such route, or not by this method."""
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


async def unwritten(request: Request, error: Exception) -> JSONResponse:
    """A file of the data folder that the system does not let us write."""
    trouble = of_files(error) if isinstance(error, OSError) else None
    if trouble is None:
        raise error
    log.error("%s %s: %s", request.method, request.url.path, error)
    return await refused(request, trouble.refusal("nothing was changed"))


def malformation(item: dict[str, Any]) -> Problem:
    """One thing that is wrong with a request, of those that FastAPI found."""
    path = ".".join(map(str, item["loc"][1:])) or "body"
    message = item["msg"].removeprefix("Value error, ")
    ctx = item.get("ctx") or {}
    return Problem(path=path, value=_given(item), message=message, allowed=_allowed(ctx))


def _given(item: dict[str, Any]) -> Any:
    given = item.get("input")
    return given if isinstance(given, str | int | float) and item["type"] != "missing" else None


def _allowed(ctx: dict[str, Any]) -> str | None:
    """The bound that a value is beyond, in words."""
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    bounds = [f"{sign} {ctx[name]:g}" for name, sign in signs.items() if name in ctx]
    if "max_length" in ctx:
        bounds.append(f"at most {ctx['max_length']:,} characters")
    if "min_length" in ctx:
        bounds.append(f"at least {ctx['min_length']} characters")
    return " and ".join(bounds) or (str(ctx["expected"]) if "expected" in ctx else None)


def _problems(problems: list[Problem]) -> JSONResponse:
    return JSONResponse({"detail": [problem.model_dump(mode="json") for problem in problems]}, 422)
