"""What the server tells of pictures of one's own."""

from ebm_server.protocol.points import Reference


class OwnPictures(Reference):
    """What was read of a file of pictures; a run takes them as {"digest", "rows"}."""

    name: str
    """The file's, as people call it."""
    shape: list[int]
    """Of one picture: channels, height, width."""
    classes: Reference | None
    """The class of each picture, which a run takes as `labels` of its pictures."""
    class_names: list[str]
    preview: list[list[list[list[float]]]]
    """Some of them, (n, C, H, W), of levels from 0 to 1."""
    messages: list[str]
    """What was decided while they were read, in sentences."""
