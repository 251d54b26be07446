"""Who may import whom, and the pictures of it for those who come to help."""

import re
import subprocess
import sys

import house
import pytest
from house import FLOORS, MODULES, ROOT

import nnlib

FLOOR = {name: floor for floor, names in FLOORS.items() for name in names}
DRAWING = {"matplotlib", "PIL", "ipywidgets"}  # on the top floor, which nnlib loads when asked
LAZY = {"pooch", "threadpoolctl", "tqdm"}  # inside functions


def test_every_module_has_a_floor():
    assert sorted(FLOOR) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_floors(name):
    for other, top, line in house.imports(ROOT / "nnlib" / f"{name}.py"):
        where = f"{name}.py:{line} imports {other}"
        if other.startswith("."):
            assert FLOOR[other[1:]] <= FLOOR[name], where
        elif other not in sys.stdlib_module_names and other != "numpy":
            assert other in DRAWING if FLOOR[name] == 5 else other in LAZY and not top, where


def test_no_cycles():
    needs = house.needs()
    while needs:
        free = {name for name, others in needs.items() if not others & set(needs)}
        assert free, f"a circle among {sorted(needs)}"
        needs = {name: others for name, others in needs.items() if name not in free}


def pictures():
    return re.findall(r"```mermaid\n(.*?)```", house.PAGE.read_text("utf-8"), re.DOTALL)


def test_the_house_in_the_picture_is_the_one_that_stands():
    drawn, _ = pictures()
    assert drawn == house.picture(), "renew it with: .venv/bin/python tests/house.py"


def test_the_way_from_a_cell_to_a_page_names_what_is_there():
    _, way = pictures()
    named = set(re.findall(r"[\w/*]+\.\w+|postBuild", way))
    missing = [name for name in named if not list(ROOT.glob(name))]
    assert not missing, f"the second picture in CONTRIBUTING.md names {missing}: correct it there"
    left_out = {f"web/{path.name}" for path in (ROOT / "web").glob("*.py")} - named
    assert not left_out, f"the second picture in CONTRIBUTING.md lacks {left_out}: add where they work"


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
        fit predict accuracy check_gradients Neuron datasets diagnostics plot Diverged BadFile"""
    assert set(contract.split()) <= set(nnlib.__all__)
    assert all(hasattr(nnlib, name) for name in nnlib.__all__)
    with pytest.raises(AttributeError, match=r"module 'nnlib' has no attribute 'nonsense'"):
        nnlib.nonsense  # noqa: B018
