"""`ebm new`: a plug-in of one's own that runs as it is."""

import importlib.util
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.commands import refuse


class Contract(StrEnum):
    """What can be written."""

    METHOD = "method"
    SAMPLER = "sampler"
    DATASET = "dataset"
    ENERGY = "energy"
    FORMULA = "formula"


def new(
    contract: Annotated[Contract, typer.Argument(help="What it is to be.")],
    file: Annotated[Path, typer.Argument(help="The file to write, such as my_method.py.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Writes a small plug-in with comments, which runs as it is; its name is that of the file."""
    if file.suffix != ".py" or not re.fullmatch("[a-z][a-z0-9_]*", file.stem):
        refuse(
            f"{file}: the file's name becomes the plug-in's; use small letters, digits and "
            f"underscores, and .py at the end, such as my_{contract}.py"
        )
    if file.stem in ours(contract):
        refuse(
            f"{file}: EBM Lab has a {contract} {file.stem!r} of its own; choose another name, such "
            f"as my_{file.stem}.py"
        )
    if file.exists() and not force:
        refuse(f"{file} is there already; choose another name, or replace it with --force")
    text = written(contract, file.stem)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(f"cannot write {file}: {error.strerror}")
    typer.echo(f"{file} holds your {contract} {file.stem!r}; `ebm check {file}` tries it")


def ours(contract: Contract) -> set[str]:
    """The kinds that are taken: those of the package itself."""
    from ebm_core.contracts.outside import ORIGINS
    from ebm_core.plugins.loading import SHELVES

    return {kind for kind, plug_in in SHELVES[contract][1].items() if plug_in not in ORIGINS}


def written(contract: Contract, kind: str) -> str:
    """The skeleton of a contract, by another name."""
    spec = importlib.util.find_spec("ebm_core")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("ebm_core is not installed")
    skeletons = Path(spec.origin).parent / "plugins" / "skeletons"
    text = (skeletons / f"{contract}.py").read_text(encoding="utf-8")
    name = "".join(word.capitalize() for word in kind.split("_"))
    title = kind.replace("_", " ").strip().capitalize()
    text = re.sub(r'(title: .* = )"My .*"', rf'\g<1>"{title}"', text)
    text = text.replace(f"my_{contract}", kind).replace(f"My{contract.capitalize()}", name)
    return re.sub(r"\bMy(Learner|Network)\b", rf"{name}\1", text)
