"""A packed frame, and the rule by which frames combine: nothing that they show is decoded."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

import msgpack
from pydantic import AfterValidator

from ebm_server.protocol.bounds import Whole
from ebm_server.protocol.messages import Message

MOST_FIELDS = 13
"""In a head; with arrays and a landscape 15, as many as the one byte before a small map can say."""
SMALL_MAP = 0x80


def small_map(head: bytes) -> bytes:
    """A head as it was packed.

    Raises:
        ValueError: It begins no map of so few fields.
    """
    if not head or not SMALL_MAP <= head[0] <= SMALL_MAP + MOST_FIELDS:
        raise ValueError("the head of a frame is no packed map")
    return head


class PackedFrame(Message):
    """A frame message whose parts are packed one by one; a worker's reach the page as they are.

    Parts are the arrays and the landscape. A frame renews the parts that it brings; all others
    keep their last value. A frame over an older one is a frame again, so any number of frames in a
    row can be handed on as one: to a slow reader, or to a page that comes late.
    """

    step: Whole
    head: Annotated[bytes, AfterValidator(small_map)]
    """The packed map of all that every frame renews: the message without its parts."""
    arrays: dict[str, bytes]
    landscape: bytes | None = None

    def over(self, older: "PackedFrame | None") -> "PackedFrame":
        """This frame, with what an older one of the same run brought and it does not renew."""
        if older is None:
            return self
        return PackedFrame(
            step=self.step,
            head=self.head,
            arrays={**older.arrays, **self.arrays},
            landscape=older.landscape if self.landscape is None else self.landscape,
        )

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.head) + sum(map(len, self.arrays.values())) + len(self.landscape or b"")

    @property
    def message(self) -> bytes:
        """The complete message."""
        columns = self.columns()
        pairs = [columns["core"]]
        if self.landscape is not None:
            pairs += [_pack("landscape"), self.landscape]
        count = columns["fields"] + (self.landscape is not None)
        return b"".join([bytes([SMALL_MAP + count]), *pairs])

    def columns(self) -> dict[str, Any]:
        """The frame in the columns of the database: as pairs, and how many, without a map's head.

        They are those of the first version of the database, which had no parts but the landscape.
        """
        arrays = [_pack(name) + array for name, array in self.arrays.items()]
        core = [self.head[1:], _pack("arrays"), msgpack.Packer().pack_map_header(len(arrays))]
        return {
            "step": self.step,
            "fields": self.head[0] - SMALL_MAP + 1,
            "core": b"".join([*core, *arrays]),
            "landscape": self.landscape,
        }

    @classmethod
    def from_columns(cls, step: int, fields: int, core: bytes, landscape: bytes | None) -> Self:
        """The inverse of `columns`."""
        head, arrays = [bytes([SMALL_MAP + fields - 1])], {}
        unpacker = msgpack.Unpacker()
        unpacker.feed(core)
        for _ in range(fields):
            start = unpacker.tell()
            if unpacker.unpack() == "arrays":
                for _ in range(unpacker.read_map_header()):
                    name, start = unpacker.unpack(), unpacker.tell()
                    unpacker.skip()
                    arrays[name] = core[start : unpacker.tell()]
            else:
                unpacker.skip()
                head.append(core[start : unpacker.tell()])
        return cls(step=step, head=b"".join(head), arrays=arrays, landscape=landscape)


def packed_frame(
    fields: Mapping[str, Any], arrays: Mapping[str, Any], landscape: Any = None
) -> PackedFrame:
    """Packs a frame message: its parts, and the other fields, "step" among them.

    Raises:
        ValueError: There are more than `MOST_FIELDS` other fields.
    """
    if len(fields) > MOST_FIELDS:
        raise ValueError(f"a frame has {len(fields)} fields; at most {MOST_FIELDS} are allowed")
    return PackedFrame(
        step=fields["step"],
        head=_pack(fields),
        arrays={name: _pack(array) for name, array in arrays.items()},
        landscape=None if landscape is None else _pack(landscape),
    )


def _pack(value: Any) -> bytes:
    return bytes(msgpack.packb(value))
