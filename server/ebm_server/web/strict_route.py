"""Routes whose JSON is read strictly: what the server could not hold is refused at once."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from itertools import islice
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ebm_server.protocol.bounds import excesses
from ebm_server.protocol.messages import Problem

MOST_TOLD = 20
"""Things that are wrong with a body, told at once."""
LARGE = 64 * 1024
"""A larger body is read in a thread."""


class BadBody(HTTPException):
    """A body that is refused before anybody looks for what it asks.

    FastAPI lets no other exception pass that a request raises as its JSON is read.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(422)
        self.problems = problems


class StrictRequest(Request):
    """A request whose body holds no number and no text that cannot be stored and told again."""

    async def json(self) -> Any:
        body = await self.body()
        value, wrong = await asyncio.to_thread(read, body) if len(body) > LARGE else read(body)
        if wrong:
            raise BadBody(wrong)
        return value


def read(body: bytes) -> tuple[Any, list[Problem]]:
    """What a body says, and what is wrong with it."""
    try:
        value = json.loads(body.decode())
    except json.JSONDecodeError as error:
        why = f"it is no JSON: {error.msg} at character {error.pos + 1}"
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8: {error.reason} at byte {error.start + 1}"
    except RecursionError:
        why = "it is nested too deep"
    except ValueError:  # Python reads no number of more than 4,300 digits
        why = "it holds a number of thousands of digits"
    else:
        wrong = islice(excesses(value), MOST_TOLD)
        return value, [Problem(**one._asdict() | {"path": one.path or "body"}) for one in wrong]
    return None, [Problem(path="body", message=why)]


class StrictRoute(APIRoute):
    """A route whose requests are `StrictRequest`s."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly
