"""What the server tells of points of one's own: what was read of a file, or why it is refused."""

from ebm_server.protocol.frames import Window
from ebm_server.protocol.messages import Message, Problem


class Reference(Message):
    """What stands for an array that the server keeps."""

    digest: str
    rows: int


class OwnPoints(Reference):
    """What was read of a file of points; a run takes them as {"digest", "rows"}."""

    name: str
    """The file's, as people call it; empty where points came without one."""
    classes: Reference | None
    """The class of each point, which a run takes as `labels` of its points."""
    preview: list[tuple[float, float]]
    """Some of them, in the file's units."""
    window: Window
    """What the stage shows of the plane."""
    scale: float
    """What a length of 1 in the model's units is in the file's."""
    detail: float
    """The finest length that they can tell, in the model's units."""
    columns: list[str]
    """All columns of the file."""
    chosen: tuple[str, str]
    """Those that were taken, x first."""
    labels: str | None
    """The column of the classes."""
    class_names: list[str]
    head: list[list[str]]
    """The first rows of the file, a cell of each column."""
    messages: list[str]
    """What was decided while they were read, in sentences."""


class FileProblem(Problem):
    """Why a file is refused: `value` is what stands in a row and column, both from 1."""

    row: int | None = None
    column: int | None = None
