"""Who may import whom. The rules are about folders, so a new module needs no entry anywhere."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

import nnlib

ROOT = Path(__file__).parents[1]
SHELF = "the shelf"
MAY_USE = {"_common": (), SHELF: ("_common",), "datasets": (SHELF, "_common"), "plot": (SHELF, "_common"),
           "explorers": (SHELF, "_common", "datasets", "plot"),
           "exercises": (SHELF, "_common", "datasets", "plot")}


def files(path):
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]


def imported(module):
    """Every file of nnlib that a module's import statements name, also those for type checkers alone."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (ROOT / module).parents[node.level - 1].joinpath(*(node.module or "").split("."))
            modules = [file for alias in node.names for file in files(base / alias.name)]
            yield from (file.relative_to(ROOT) for file in modules or files(base))


def room(module):
    return module.parts[1] if len(module.parts) > 2 else SHELF


MODULES = [path.relative_to(ROOT) for path in (ROOT / "nnlib").rglob("*.py") if path != Path(nnlib.__file__)]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_what_its_folder_may_use(module):
    for other in set(imported(module)) - {Path("nnlib/__init__.py")}:
        assert room(other) in (room(module), *MAY_USE[room(module)]), f"{module} imports {other}"


def test_no_circles():
    TopologicalSorter({module: set(imported(module)) - {module} for module in MODULES}).prepare()


def test_the_shelf_can_be_read_in_one_sitting():
    shelf = [path.read_text("utf-8").splitlines() for path in (ROOT / "nnlib").glob("*.py")]
    assert len(shelf) <= 14
    assert sum(map(len, shelf)) <= 2800


def test_no_module_of_ours_has_a_bare_name():
    names = {path.stem for folder in ("web", "bench", "grader") for path in (ROOT / folder).rglob("*.py")}
    found = {name: PathFinder.find_spec(name, [str(ROOT)]) for name in names}
    assert not [name for name, spec in found.items() if spec and spec.origin]


def test_import_loads_numpy_alone():
    code = (
        "import sys; before = set(sys.modules); import nnlib\n"
        "names = {n.split('.')[0] for n in set(sys.modules) - before}\n"
        "print(*sorted(n for n in names if n not in sys.stdlib_module_names and not n.startswith('_')))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.split() == ["nnlib", "numpy"]
    assert found.stderr == ""


def test_public_names():
    """What outsiders rely on."""
    contract = """Network mlp load Linear Maxout Dropout GaussianNoise Sigmoid Tanh ReLU LeakyReLU PReLU ELU
        GELU SiLU sigmoid tanh relu leaky_relu prelu elu gelu silu CrossEntropy Hinge MSE SGD Adam RMSProp
        fit predict accuracy check_gradients Neuron datasets diagnostics plot Diverged BadFile explore
        exercises sweep GradientCheck History"""
    assert set(contract.split()) == set(nnlib.__all__)
    assert all(hasattr(nnlib, name) for name in nnlib.__all__)
    with pytest.raises(AttributeError, match=r"module 'nnlib' has no attribute 'nonsense'"):
        nnlib.nonsense  # noqa: B018
