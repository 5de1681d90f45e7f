"""What a check is, and how it fails."""

from collections.abc import Callable

from ebm_core.contracts import PlugIn

Check = Callable[[str], None]
"""Takes a plug-in's kind; raises `CheckFailed`, or whatever the plug-in itself raises."""


class CheckFailed(AssertionError):
    """What a plug-in's contract promises does not hold."""


def expect(holds: object, message: str) -> None:
    """Fails with `message` where something does not hold."""
    if not holds:
        raise CheckFailed(message)


def form_is_whole(plug_in: type[PlugIn]) -> None:
    """Every field says what it is, and every number its bounds: they are its form."""
    for name, schema in plug_in.model_json_schema()["properties"].items():
        if name == "kind":
            continue
        for word in ("title", "description"):
            expect(word in schema, f"field {name!r} has no {word}; declare it with `setting`")
        ways = [schema, *schema.get("anyOf", ())]
        number = any(way.get("type") in ("number", "integer") for way in ways)
        words = any("const" in way or "enum" in way for way in ways)  # then it has no slider
        low = any({"minimum", "exclusiveMinimum"} & way.keys() for way in ways)
        high = any({"maximum", "exclusiveMaximum"} & way.keys() for way in ways)
        expect(
            not number or words or (low and high),
            f"field {name!r} has no bounds; give it ge or gt, and le or lt: its slider needs both",
        )
