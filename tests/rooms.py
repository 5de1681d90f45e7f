"""The picture of the rooms in ARCHITECTURE.md, from what the code imports: `make map` redraws it.

A room is a folder, or a loose module, of `ebm_core`, `ebm_server` or the page. Each line says what
a room is for and names the nearest rooms below that it imports; those that one of these imports
too, and so on down, go without saying.
"""

import ast
import re
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- rooms: `make map` writes this -->\n```text\n", "```\n<!-- end of rooms -->"
PAGE = {
    "offline": "The page of a file that is taken home: it replays runs with no server.",
    "main": "Starts the page: the stored run first, then what the server has.",
    "address": "The place on the page as the text after the # of its address, and back.",
    "App": "Which views stand where.",
    "keyboard": "The page by keyboard.",
    "views": "The panels, a Preact component each.",
    "sweeps": "Many runs over a grid: how it is described, its map, its lines, its table.",
    "compare": "Runs on one clock: pure rules and tables; their state, stages and chart.",
    "export": "Runs as files: the dialog, pictures for print, videos, what the server makes.",
    "samplers": "The samplers' tab: its state, form, map and charts.",
    "ways": "Chains of images from starts of one's own: the film, the energy along it, the brush.",
    "phases": "Slow motion: the phases of one update, over the stage and beside it.",
    "zooming": "Where one looks on a stage: wheel, pinch, drag and keys.",
    "Icons": "The few signs, drawn as lines.",
    "charts": "Figures for Plotly, pure functions of the evidence; `Plot.tsx` alone draws.",
    "theme": "Dark or light, and the colours of charts.",
    "kept": "What this browser keeps for the page, where it keeps anything.",
    "actions": "What a person can do: requests, and what a refusal says at which field.",
    "run": "The run on the stage: its history (a pure reducer), its replay, the one loop.",
    "drawing": "Points drawn on the stage: tools, strokes and their undoing, kept as a file is.",
    "state": "What the page knows, as signals, and what follows from it.",
    "form": "Fields from JSON schemas: rows, sliders, bounds, live or not.",
    "stage": "The canvas under everything that moves; no signals, no DOM beside it.",
    "energy": "An energy as numbers, and what computes it: points at once, maps in a thread.",
    "words": "Names, units, numbers and formulas for people.",
    "protocol": "The wire: generated types, REST, the socket, frames and how they combine.",
}
"""The page's rooms, each above those that it may import."""
LONGEST = 90
"""Letters of a purpose, at most."""
LOCAL_IMPORT = re.compile(r'(?:\bfrom|^import)\s+"(\.[^"]+)"', re.MULTILINE)

Rooms = dict[str, set[str]]
"""Which rooms each imports."""


def picture() -> str:
    """The rooms of all three parts, the lowest last."""
    graph = grimp.build_graph("ebm_core", "ebm_server", cache_dir=None)
    parts = []
    for package, folder in (("ebm_core", "ebm_core"), ("ebm_server", "server/ebm_server")):
        rooms = python_rooms(graph, package)
        names = in_layers(rooms)
        lines = [line(n, first_line(ROOT / folder, n, package), rooms, names) for n in names]
        parts.append([folder + "/", *lines])
    page = page_rooms(ROOT / "frontend" / "src")
    if page.keys() != PAGE.keys():
        raise ValueError(f"PAGE describes other rooms than there are: {page.keys() ^ PAGE.keys()}")
    lines = [line(name, purpose, page, list(PAGE)) for name, purpose in PAGE.items()]
    parts.append(["frontend/src/", *lines])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def python_rooms(graph: grimp.ImportGraph, package: str) -> Rooms:
    """The rooms of a package; another package of ours is one room, below all of them."""
    rooms: Rooms = {}
    for module in graph.modules:
        if module.split(".")[0] != package:
            continue
        room = room_of(module, package)
        for imported in graph.find_modules_directly_imported_by(module):
            rooms.setdefault(room, set()).add(room_of(imported, package))
        rooms.setdefault(room, set()).discard(room)
    return {room: imports for room, imports in rooms.items() if imports or room != package}


def room_of(module: str, package: str) -> str:
    """The room of a module, as it is called within a package."""
    parts = module.split(".")
    return parts[0] if parts[0] != package or len(parts) == 1 else parts[1]


def page_rooms(source: Path) -> Rooms:
    """The rooms of the page; styles are none."""
    rooms: Rooms = {}
    for path in sorted(source.rglob("*.ts*")):
        here = rooms.setdefault(page_room(path, source), set())
        for imported in LOCAL_IMPORT.findall(path.read_text()):
            if not imported.endswith(".css"):
                here.add(page_room((path.parent / imported).resolve(), source))
    return {room: imports - {room} for room, imports in rooms.items()}


def page_room(path: Path, source: Path) -> str:
    """The room of a file of the page."""
    return path.relative_to(source).parts[0].split(".")[0]


def in_layers(rooms: Rooms) -> list[str]:
    """The rooms' names, each above all that it imports: by layers, then by name."""
    layers: dict[str, int] = {}

    def layer(room: str) -> int:
        if room not in layers:
            layers[room] = 1 + max((layer(below) for below in rooms.get(room, ())), default=0)
        return layers[room]

    return sorted(rooms, key=lambda room: (-layer(room), room))


def line(name: str, purpose: str, rooms: Rooms, order: list[str]) -> str:
    """A room, what it is for, and the rooms that it imports; ^ marks one that stands above it."""
    place = {room: index for index, room in enumerate(order)}
    below = {room for room in rooms[name] if place.get(room, len(order)) > place[name]}
    nearest = below - set().union(*(reached(room, rooms, place) for room in below))
    told = sorted(nearest, key=lambda room: place.get(room, len(order)))
    told += sorted(f"^{room}" for room in rooms[name] - below)
    return f"  {name:12}  {' '.join(told):36}  {purpose}"


def reached(room: str, rooms: Rooms, place: dict[str, int]) -> set[str]:
    """All rooms below that a room imports, or that these import, and so on down."""
    end = len(place)
    found: set[str] = set()
    for below in rooms.get(room, ()):
        if place.get(below, end) > place.get(room, end):
            found |= {below} | reached(below, rooms, place)
    return found


def first_line(folder: Path, room: str, package: str) -> str:
    """What a Python room says that it is, in its first sentence, or that up to a colon."""
    name = "__init__.py" if room == package else f"{room}.py"
    path = folder / name if (folder / name).is_file() else folder / room / "__init__.py"
    text = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
    sentence = re.split(r"(?<=\.) ", text)[0]
    return sentence if len(sentence) <= LONGEST else sentence.partition(":")[0] + "."


def redrawn(text: str) -> str:
    """The document with the picture as it is now."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{DOCUMENT.name} has no picture between {BEGIN!r} and {END!r}")
    return before + begin + picture() + end + after


if __name__ == "__main__":
    if "--write" in sys.argv:
        DOCUMENT.write_text(redrawn(DOCUMENT.read_text()))
    else:
        print(picture(), end="")
