"""REST routes for data of one's own: a file of points or pictures is read, kept, and told of."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse

from ebm_server.protocol.bounds import Text, Whole
from ebm_server.protocol.pictures import OwnPictures
from ebm_server.protocol.points import OwnPoints
from ebm_server.runs import own_points, pictures
from ebm_server.web.answers import file, refusals
from ebm_server.web.reached import AllJobs
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

Digest = Annotated[str, PathParameter(pattern="^sha256:[0-9a-f]{64}$")]
A_FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
FileName = Annotated[
    Text, Query(max_length=300, description="For messages; .json is read as such.")
]
Columns = Annotated[
    Text | None,
    Query(
        description="x and y by name or by number from 1, such as lon,lat; else the first two "
        "that do more than count the rows."
    ),
]
Labels = Annotated[
    Text | None, Query(description="The column of classes; else the last, if it looks like some.")
]
ClassNames = Annotated[
    Text | None, Query(description="What the classes are called, in their order, such as cat,dog.")
]


@router.post("/points", openapi_extra={"requestBody": A_FILE}, responses=refusals(413, 422))
async def keep_points(
    name: FileName,
    request: Request,
    jobs: AllJobs,
    columns: Columns = None,
    labels: Labels = None,
    classes: ClassNames = None,
) -> OwnPoints:
    """Reads a file of points (the body, as it is), for runs to come; 422 with row and column."""
    return await own_points.keep(jobs.points, await request.body(), name, columns, labels, classes)


@router.get("/points/{digest}", responses=refusals(404, 422))
async def kept_points(digest: Digest, jobs: AllJobs) -> OwnPoints:
    """What was read of points that are kept, since a run or an upload of late has them."""
    return await own_points.kept(jobs.points, digest)


@router.get(
    "/points/{digest}/file",
    response_class=Response,
    responses=file("application/octet-stream") | refusals(404, 422),
)
def points_file(digest: Digest, jobs: AllJobs) -> Response:
    """All of the points that are kept, or of their classes, as an NPY file."""
    return FileResponse(
        own_points.file_of(jobs.points, digest), media_type="application/octet-stream"
    )


@router.post("/pictures", openapi_extra={"requestBody": A_FILE}, responses=refusals(413, 422))
async def keep_pictures(
    name: Annotated[Text, Query(max_length=300, description="For messages.")],
    request: Request,
    jobs: AllJobs,
    edge: Annotated[
        Whole | None, Query(ge=4, le=256, description="Pixels along an edge, scaled to.")
    ] = None,
) -> OwnPictures:
    """Reads a zip archive or an NPY file of pictures (the body, as it is), for runs to come."""
    return await pictures.keep(jobs.points, await request.body(), name, edge)


@router.get("/pictures/{digest}", responses=refusals(404, 422))
async def kept_pictures(digest: Digest, jobs: AllJobs) -> OwnPictures:
    """What was read of pictures that are kept, since a run or an upload of late has them."""
    return await pictures.kept(jobs.points, digest)
