"""The house as its imports draw it: who imports whom, and the picture of it in CONTRIBUTING.md.

`.venv/bin/python tests/house.py` draws the picture anew.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
DRAWN = re.compile(r"(?<=```mermaid\n).*?(?=```)", re.DOTALL)  # the first picture of the page
FLOORS = {  # of nnlib
    1: {"activations", "buffers", "cifar", "datasets", "errors", "files", "losses", "progress", "threads"},
    2: {"layers"},
    3: {"network", "neuron"},
    4: {"answers", "diagnostics", "exercises", "exercises_activations", "exercises_architecture",
        "exercises_intro", "exercises_overfitting", "gradcheck", "optim", "prediction", "stopping", "sweep",
        "training"},
    5: {"charts", "diagrams", "explore", "panel", "plot", "regions", "style"},
}
MODULES = sorted(path.stem for path in (ROOT / "nnlib").glob("*.py") if path.stem != "__init__")
FOLDERS = ("chapters", "assignments", "tests", "web", "grader", "bench", "experiments")
# Where a name that is imported from outside nnlib lives; web's modules are found by their own names.
HOME = {name: name for name in ("nnlib", *FOLDERS)} | {
    path.stem: "web" for path in (ROOT / "web").iterdir() if path.suffix == ".py" or path.name == "cells"
}


def source(path: Path) -> str:
    """The code of a module, or of a notebook without its magic (%pip)."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return text
    cells = ("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
    return re.sub(r"^(\s*)%.*", r"\1pass", "\n".join(cells), flags=re.MULTILINE)


def imports(path: Path) -> Iterator[tuple[str, bool, int]]:
    """(imported module, is it at the top, line), but for types alone; nnlib's own with a leading dot."""
    tree = ast.parse(source(path))
    inside, unseen = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            inside |= {id(n) for n in ast.walk(node)}
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            unseen |= {id(n) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in unseen:
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and id(node) not in unseen:
            names = [node.module] if node.module else [alias.name for alias in node.names]
        else:
            continue
        dots = "." * getattr(node, "level", 0)
        yield from ((dots + name.split(".")[0], id(node) not in inside, node.lineno) for name in names)


def needs() -> dict[str, set[str]]:
    """What each module of nnlib imports from nnlib."""
    return {name: {other[1:] for other, *_ in imports(ROOT / "nnlib" / f"{name}.py") if other[0] == "."}
            for name in MODULES}


def arrows(graph: dict[str, set[str]]) -> Iterator[str]:
    """The imports but for those that others imply: with a -> b -> c, a -> c goes without saying."""
    def below(names: set[str]) -> set[str]:
        return names.union(*(below(graph[name]) for name in names))

    for name in sorted(graph):
        implied = below(set().union(*(graph[other] for other in graph[name])))
        if direct := sorted(graph[name] - implied):
            yield f"{name}_ --> {' & '.join(f'{other}_' for other in direct)}"


def picture() -> str:
    """The house in Mermaid's words."""
    def room(name: str) -> str:  # the exercises of all chapters share one
        return "exercises_*" if name.startswith("exercises_") else name

    lines = ["flowchart TB"]
    for folder in FOLDERS:
        paths = [path for kind in ("py", "ipynb") for path in (ROOT / folder).rglob(f"*.{kind}")]
        found = {HOME.get(name) for path in paths for name, *_ in imports(path)} - {None, folder}
        lines.append(f"  {folder}[{folder}/] --> {' & '.join(sorted(found))}")
    lines += ["  subgraph nnlib[nnlib/]", "    direction TB"]
    for floor in sorted(FLOORS, reverse=True):
        rooms = " & ".join(f"{name}_[{name}]" for name in sorted({room(name) for name in FLOORS[floor]}))
        lines += [f"    subgraph floor{floor}[floor {floor}]", f"      {rooms}", "    end"]
    graph: dict[str, set[str]] = {}
    for name, others in needs().items():
        graph.setdefault(room(name), set()).update({room(other) for other in others} - {room(name)})
    return "\n".join([*lines, *(f"    {arrow}" for arrow in arrows(graph)), "  end", ""])


if __name__ == "__main__":
    PAGE.write_text(DRAWN.sub(lambda _: picture(), PAGE.read_text("utf-8"), count=1), "utf-8")
