"""`ebm list`: what can be chosen, and what each choice has to set."""

import difflib
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ebm_server.commands import PlugIns, refuse, use_plugins
from ebm_server.commands._presets import preset_as_json, preset_in_words

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

WITHIN = {
    "dataset": "dataset.",
    "energy": "energy.",
    "method": "method.",
    "optimization": "optimization.",
    "sampler": "method.sampler.",
}
"""Where a run has the fields of a shelf, or of a kind."""

SIZES = (
    "Sizes are in the data's units. For points of your own their defaults and bounds grow with the "
    "points' spread: those above are for a standard deviation of 1.6."
)


def list_kinds(
    kind: Annotated[
        str | None,
        typer.Argument(help="One of them, or `presets`; without it, all are listed."),
    ] = None,
    plugin: PlugIns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists the kinds on every shelf and the presets, or one's fields: default, bounds, and whether
    it is live; of presets their papers, and what came of them.
    """
    from ebm_core.presets import PRESETS

    use_plugins(plugin)
    shelves = all_shelves()
    if kind is None:
        titles = {
            shelf: {k: title(m) for k, m in kinds.items()} for shelf, kinds in shelves.items()
        }
        titles["preset"] = {name: preset.title for name, preset in PRESETS.items()}
        typer.echo(json.dumps(titles, indent=1) if as_json else kinds_in_words(titles))
        return
    found = {shelf: kinds[kind] for shelf, kinds in shelves.items() if kind in kinds}
    presets = [preset for name, preset in PRESETS.items() if kind in (name, "presets")]
    if not found and not presets:
        known = sorted({name for kinds in (*shelves.values(), PRESETS) for name in kinds})
        near = difflib.get_close_matches(kind, known, 3) or known
        refuse(f"there is no {kind!r}; is it {' or '.join(near)}? `ebm list` lists all")
    fields = {shelf: fields_of(model, shelf, kind) for shelf, model in found.items()}
    if as_json:
        told = {"preset": [preset_as_json(preset) for preset in presets]} if presets else {}
        typer.echo(json.dumps({**fields, **told}, indent=1))
        return
    typer.echo("\n\n".join(map(preset_in_words, presets)), nl=bool(presets))
    for shelf, model in found.items():
        typer.echo(f"{shelf} {kind}: {title(model)}")
        for field in fields[shelf]:
            live = " (live)" if field["live"] else ""
            allowed = f"; {field['allowed']}" if field["allowed"] else ""
            typer.echo(f"  {field['path']} = {field['default']}{live}{allowed}")
            if field["description"]:
                typer.echo(f"      {field['description']}")
        if any(field["size"] for field in fields[shelf]):
            typer.echo(SIZES)


def all_shelves() -> "dict[str, dict[str, type[BaseModel]]]":
    """Every shelf by its name, and what a run has beside plug-ins."""
    from ebm_core import RunConfig
    from ebm_core.optimization import Optimization
    from ebm_core.plugins.loading import SHELVES

    shelves: dict[str, dict[str, type[BaseModel]]] = {
        name: dict(shelf) for name, (_, shelf) in SHELVES.items()
    }
    return shelves | {"run": {"run": RunConfig, "optimization": Optimization}}


def title(model: "type[BaseModel]") -> str:
    """What a kind is called, or does."""
    named = getattr(model, "title", None)
    return str(named) if named else (model.__doc__ or "").strip().splitlines()[0]


def kinds_in_words(titles: dict[str, dict[str, str]]) -> str:
    """The shelves with their kinds, a line each."""
    lines = []
    for shelf, kinds in titles.items():
        lines.append(f"{shelf}:")
        lines += [f"  {kind:24} {name}" for kind, name in kinds.items()]
    return "\n".join([*lines, "`ebm list KIND` lists the fields of one"])


def fields_of(model: "type[BaseModel]", shelf: str, kind: str) -> list[dict[str, Any]]:
    """What is known of each field, as JSON."""
    from ebm_core.runs.problems import allowed

    prefix = WITHIN.get(kind if shelf == "run" else shelf, "")
    return [
        {
            "path": prefix + name,
            "default": default_of(field),
            "allowed": allowed(field),
            "live": bool(marks_of(field).get("live")),
            "size": marks_of(field).get("size", 0),
            "description": field.description,
        }
        for name, field in model.model_fields.items()
        if name != "kind"
    ]


def default_of(field: "FieldInfo") -> Any:
    """A field's default as JSON; of a plug-in its kind."""
    from pydantic_core import to_jsonable_python

    if field.is_required():
        return "..."
    default = field.get_default(call_default_factory=True)
    return getattr(default, "kind", None) or to_jsonable_python(default)


def marks_of(field: "FieldInfo") -> dict[str, Any]:
    """How a form shows a field."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
