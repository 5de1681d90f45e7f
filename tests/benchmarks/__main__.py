"""Prints how many times as fast as a plain PyTorch loop EBM Lab and its peers are."""

import argparse
import importlib
import importlib.util
import json
import sys
from pathlib import Path

import torch

from tests.benchmarks import report
from tests.benchmarks.measure import compared
from tests.benchmarks.work import WORK, Side, setting

SIDES = {
    "plain": ("tests.benchmarks.plain", "torch"),
    "ebm_lab": ("tests.benchmarks.lab", "torch"),
    "torchebm": ("tests.benchmarks.with_torchebm", "torchebm"),
    "ebmkit": ("tests.benchmarks.with_ebmkit", "ebm"),
    "jax": ("tests.benchmarks.with_jax", "jax"),
}
"""Each side's module, and what must be installed for it."""

RESULTS = Path(__file__).with_name("RESULTS.md")


def options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few short rounds: a rough figure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--markdown", action="store_true", help=f"write the table to {RESULTS.name} too"
    )
    parser.add_argument("--only", nargs="+", choices=WORK, help="these kinds of work only")
    parser.add_argument(
        "--sides", nargs="+", choices=SIDES, help="beside the plain loop; all installed by default"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Measures and prints."""
    chosen = options(arguments)
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    names = ["plain", *(name for name in chosen.sides or SIDES if name != "plain")]
    missing = [name for name in names if importlib.util.find_spec(SIDES[name][1]) is None]
    if missing:
        print(f"not installed: {', '.join(missing)}; pip install '.[bench]'", file=sys.stderr)
    here = setting()
    tasks = {name: side(name)(here) for name in names if name not in missing}
    rounds, block = (9, 0.03) if chosen.quick else (41, 0.04)
    results = {}
    for key in chosen.only or WORK:
        sides = {name: own[key] for name, own in tasks.items() if key in own}
        print(f"{WORK[key].title} ...", file=sys.stderr)
        results[key] = compared(sides, "plain", rounds, block)
    shown = [name for name in tasks if name != "plain"]
    if chosen.json:
        print(json.dumps(report.as_json(results), indent=2))
    else:
        print(report.plain_text(results, shown))
    if "ebm_lab" in tasks:
        for line in report.shortfalls(results):
            print(line, file=sys.stderr)
    if chosen.markdown:
        _, title, others = RESULTS.read_text().partition("\n# ")  # by other benchmarks
        RESULTS.write_text(report.markdown(results, shown).rstrip() + "\n" + title + others)


def side(name: str) -> Side:
    """A side's tasks, its libraries loaded only now."""
    tasks: Side = importlib.import_module(SIDES[name][0]).tasks
    return tasks


if __name__ == "__main__":
    main()
