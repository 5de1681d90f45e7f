"""What routes reach of the server."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter

from ebm_server.protocol.bounds import Id
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.steering import Steering
from ebm_server.runs.store import Store


def jobs_of(request: Request) -> Jobs:
    """The server's runs."""
    jobs: Jobs = request.app.state.jobs
    return jobs


def store_of(request: Request) -> Store:
    """The server's database."""
    store: Store = request.app.state.jobs.ledger.store
    return store


def steering_of(request: Request) -> Steering:
    """How they are steered."""
    steering: Steering = request.app.state.steering
    return steering


AllJobs = Annotated[Jobs, Depends(jobs_of)]
Wheel = Annotated[Steering, Depends(steering_of)]
Database = Annotated[Store, Depends(store_of)]
Key = Annotated[Id, PathParameter()]
