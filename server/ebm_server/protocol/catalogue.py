"""What the catalogue holds: plain JSON, so the types only say what is in it."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from ebm_server.protocol.run_config import Json, Origin, PlugInConfig


class Discriminator(TypedDict):
    """Which field tells the members of a union apart, and the member of each of its values."""

    propertyName: str
    mapping: NotRequired[dict[str, str]]


Schema = TypedDict(
    "Schema",
    {
        "$ref": str,
        "$defs": dict[str, "Schema"],
        "type": str,
        "title": str,
        "description": str,
        "default": Json,
        "const": Json,
        "enum": list[Json],
        "properties": dict[str, "Schema"],
        "additionalProperties": Any,
        "required": list[str],
        "items": "Schema",
        "prefixItems": list["Schema"],
        "anyOf": list["Schema"],
        "oneOf": list["Schema"],
        "discriminator": Discriminator,
        "minimum": float,
        "maximum": float,
        "exclusiveMinimum": float,
        "exclusiveMaximum": float,
        "minItems": int,
        "maxItems": int,
        "minLength": int,
        "maxLength": int,
        "symbol": str,
        "live": bool,
        "log": bool,
        "advanced": bool,
        "size": int,
        "fine": bool,
        "local": bool,
        "divided": bool,
    },
    total=False,
)
"""A JSON Schema as pydantic writes it, with the marks of a plug-in's field."""


class PlugInInfo(TypedDict):
    kind: str
    title: str
    summary: str
    schema: Schema


class DatasetInfo(PlugInInfo):
    shape: list[int]
    """[2] in the plane, [channels, height, width] for images."""
    has_density: bool
    table: str | None
    """The field that takes the user's own table, such as that of a file; null where none does."""
    columns: str | None
    """The field that takes the names of the table's two columns; null where none does."""
    pictures: str | None
    """The field that takes the user's own pictures; null where none does."""
    classes: str | None
    """The field that takes the class of each row of the table, or of each picture."""
    class_names: list[str]
    """What the classes are called; empty where they are called by their numbers."""
    thumbnail: list[list[float]] | list[list[list[list[float]]]]
    """Points in data coordinates, or images as rows of grey levels from 0 to 1."""


class MethodInfo(PlugInInfo):
    family: str
    equation: str
    """The update in one line of TeX."""
    source: str
    stage_note: str
    """What the energy on the stage is of: a sentence's end with fields in braces; may be empty."""
    image_note: str
    """What is to be said of it on images, where it is at its limits there; else empty."""
    series: dict[str, str]
    """Titles of the series in its frames."""


class SamplerInfo(PlugInInfo):
    moves: dict[str, str]
    """One move as TeX, by the setting that it depends on, as "noise=matched"; by "" otherwise."""


class FormulaInfo(PlugInInfo):
    length: float
    """Over how much it changes: samplers' sizes that nobody has set are in units of it."""


class Recipe(TypedDict):
    """A run without its data."""

    method: PlugInConfig
    energy: PlugInConfig
    optimization: dict[str, Json]
    seconds: float | None
    updates: int | None
    seed: int
    device: Literal["cpu", "cuda"]
    sizes: Literal["data", "model"]


class PresetRun(Recipe):
    dataset: dict[str, Json]
    """What it sets of its data."""


class PresetSetup(TypedDict):
    """A preset on a data set."""

    run: PresetRun
    parameters: int
    """Weights of its energy."""
    takes: str
    """How long it takes, and on what machine."""
    differs: list[str]
    """What is otherwise than in the paper, and why: sentences."""
    figures: str
    """What a run of it came to, or why there was none: a sentence."""


class PresetInfo(TypedDict):
    """A paper's recipe for images."""

    name: str
    title: str
    paper: str
    link: str
    where: str
    """Section, table or appendix."""
    recipe: str
    """The paper's own settings: a sentence."""
    reached: str
    """What the paper says that it reached; may be empty."""
    on: dict[str, PresetSetup]
    """By the kind of the data set."""


class First(TypedDict):
    """What a new page offers, by kind."""

    dataset: str
    method: str


class Family(TypedDict):
    kind: str
    title: str
    races: str | None
    """The kind of the method that stands for it in a race."""


class Catalogue(TypedDict):
    """Every plug-in with its schema, what pressing play gives, and samples of the data."""

    version: str
    datasets: list[DatasetInfo]
    methods: list[MethodInfo]
    samplers: list[SamplerInfo]
    energies: list[PlugInInfo]
    formulas: list[FormulaInfo]
    """Energies in closed form."""
    run: Schema
    """Fields that every run has beside its plug-ins'."""
    optimization: Schema
    trial: Schema
    """Fields of a trial of a sampler; its `sampler` holds what a new page offers."""
    most_chain_steps: int
    """Chains times steps that a trial may take."""
    recipes: dict[str, dict[str, Recipe]]
    """By method, then "plane" or "image", or a shape that has another, such as "1x28x28"."""
    first: First
    families: list[Family]
    presets: NotRequired[list[PresetInfo]]
    """The recipes of papers, in the lecture's order; the stored run's catalogue has none."""
    plugins: NotRequired[list[Origin]]
    """The plug-ins from outside the package."""
    problems: NotRequired[list[str]]
    """Why some of them are left out."""
