"""Who may import whom. The rules are about folders; the picture in CONTRIBUTING.md shows what is there."""

import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

import nnlib
from tests.imports import ROOT, imported

SHELF = "the shelf"
MAY_USE = {"_common": (), SHELF: ("_common",), "datasets": (SHELF, "_common"), "plot": (SHELF, "_common"),
           "explorers": (SHELF, "_common", "datasets", "plot"),
           "exercises": (SHELF, "_common", "datasets", "plot")}
OUTSIDE = {"web/": ("grader/", "questions/"), "grader/": ("questions/",)}  # besides nnlib, which each folder may use


def room(module):
    """A folder of nnlib, or the shelf; another folder of the repository."""
    top, *rest = module.parts
    return (rest[0] if len(rest) > 1 else SHELF) if top == "nnlib" else f"{top}/"


def modules(*folders):
    return [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py")
            if "node_modules" not in path.parts]


PROGRAM = modules("nnlib", "web", "grader", "questions", "bench", "experiments", "assignments")
DOOR = Path("nnlib/__init__.py")  # names what all rooms offer, so nothing of nnlib may come through it
MODULES = [module for module in PROGRAM if module.parts[0] == "nnlib" and module != DOOR]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_what_its_folder_may_use(module):
    assert room(module) in MAY_USE, f"{module} is in a folder without a rule: write one into MAY_USE"
    for other in imported(module):
        assert other != DOOR, f"{module} imports from nnlib as a whole: name the module"
        assert room(other) in (room(module), *MAY_USE[room(module)]), f"{module} imports {other}"


@pytest.mark.parametrize("module", [one for one in PROGRAM if one.parts[0] != "nnlib"], ids=str)
def test_the_folders_around_nnlib(module):
    own = room(module)
    for other in imported(module):
        if not room(other).endswith("/"):
            continue
        assert room(other) in (own, *OUTSIDE.get(own, ())), f"{module} imports {other}"


def test_no_circles():
    TopologicalSorter({module: set(imported(module)) - {module} for module in MODULES}).prepare()


def test_the_picture_of_the_shelf_is_true():
    """In CONTRIBUTING.md: an arrow for each import, unless a longer way leads to the same place."""
    picture = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("subgraph shelf")[2].partition("\n  end")[0]
    arrows = {module.stem: set() for module in MODULES if room(module) == SHELF}
    for line in re.findall("^ *(.+ --> .+)$", picture, re.MULTILINE):
        starts, ends = (names.split(" & ") for names in line.split(" --> "))
        for start in starts:
            arrows[start].update(ends)

    def reached(name):
        return arrows[name].union(*map(reached, arrows[name]))

    for module in (one for one in MODULES if room(one) == SHELF):
        found = {other.stem for other in imported(module) if room(other) == SHELF}
        assert found <= reached(module.stem), f"{module} imports {found - reached(module.stem)}: draw an arrow"
        assert arrows[module.stem] <= found, f"{module} does not import {arrows[module.stem] - found}: erase an arrow"


def test_the_shelf_can_be_read_in_one_sitting():
    shelf = [path.read_text("utf-8").splitlines() for path in (ROOT / "nnlib").glob("*.py")]
    assert len(shelf) <= 14
    assert sum(map(len, shelf)) <= 2800
    unread = [module.stem for module in MODULES if room(module) == SHELF and module.stem not in nnlib.__doc__]
    assert not unread, f"nnlib/__init__.py says in which order to read, and leaves out {unread}"


def test_no_module_is_called_by_what_it_is_not():
    empty = {"utils", "util", "helpers", "misc", "common"}
    assert not [module for module in PROGRAM if empty & {*module.parts, module.stem}]


def test_no_module_of_ours_has_a_bare_name():
    names = {module.stem for module in PROGRAM if module.parts[0] != "nnlib"}
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
        exercises sweep GradientCheck History playground"""
    differ = set(contract.split()) ^ set(nnlib.__all__)
    assert not differ, f"{differ}: a new name is added here, too; an old one stays"
    assert all(hasattr(nnlib, name) for name in nnlib.__all__)
    with pytest.raises(AttributeError, match=r"module 'nnlib' has no attribute 'nonsense'"):
        nnlib.nonsense  # noqa: B018
