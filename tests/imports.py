"""Who imports whom: the files that a module's import statements name."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]


def files(path):
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]


def imported(module):
    """Every file of this repository that a module's import statements name, those for type checkers too."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            places = [(ROOT.joinpath(*alias.name.split(".")), []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = (ROOT / module).parents[node.level - 1] if node.level else ROOT
            places = [(base.joinpath(*(node.module or "").split(".")), [alias.name for alias in node.names])]
        else:
            continue
        for place, names in places:
            found = {name: files(place / name) for name in names}
            yield from (file.relative_to(ROOT) for name in found for file in found[name] or files(place))
            yield from (file.relative_to(ROOT) for file in ([] if found else files(place)))
