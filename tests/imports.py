"""Who imports whom: the files that a module names."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]


def files(path):
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]


def named(module, node):
    """What a piece of syntax imports: places, each with the names taken from it."""
    folders = (ROOT / module).parents
    if isinstance(node, ast.Import):
        return [(ROOT.joinpath(*alias.name.split(".")), []) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = folders[node.level - 1] if node.level else ROOT
        return [(base.joinpath(*(node.module or "").split(".")), [alias.name for alias in node.names])]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        name = getattr(node.args[0], "value", "")
        return [((folders[0] if name[:1] == "." else ROOT).joinpath(*name.strip(".").split(".")), [])]
    return []


def imported(module):
    """Every file of this repository that a module imports, by statement or by name, for types alone too."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        for place, names in named(module, node):
            found = {name: files(place / name) for name in names}
            yield from (file.relative_to(ROOT) for name in found for file in found[name] or files(place))
            yield from (file.relative_to(ROOT) for file in ([] if found else files(place)))
