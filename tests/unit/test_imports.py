"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nnlib

ROOT = Path(nnlib.__file__).parent
FLOORS = {
    1: {
        "activations",
        "buffers",
        "cifar",
        "datasets",
        "errors",
        "files",
        "losses",
        "progress",
        "threads",
    },
    2: {"layers"},
    3: {"network", "neuron"},
    4: {
        "answers",
        "diagnostics",
        "exercises",
        "exercises_activations",
        "exercises_architecture",
        "exercises_intro",
        "exercises_overfitting",
        "gradcheck",
        "optim",
        "prediction",
        "stopping",
        "sweep",
        "training",
    },
    5: {"charts", "diagrams", "explore", "panel", "plot", "regions", "style"},
}
FLOOR = {name: floor for floor, names in FLOORS.items() for name in names}
DRAWING = {
    "matplotlib",
    "PIL",
    "ipywidgets",
    "IPython",
}  # on the top floor, which nnlib loads when asked
LAZY = {"pooch", "threadpoolctl", "tqdm"}  # inside functions
MODULES = sorted(p.stem for p in ROOT.glob("*.py") if p.stem != "__init__")


def imports(name):
    """(imported module, is it at the top, line) of a module of nnlib; own ones with a leading dot."""
    tree = ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))
    typing_only = {
        id(n)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for n in ast.walk(node)
    }
    inside = {
        id(n)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for n in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        top = id(node) not in inside
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], top, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level and node.module:
                yield "." + node.module.split(".")[0], top, node.lineno
            elif node.level:
                yield from (("." + alias.name, top, node.lineno) for alias in node.names)
            else:
                yield node.module.split(".")[0], top, node.lineno


def test_every_module_has_a_floor():
    assert set(MODULES) <= set(FLOOR)


@pytest.mark.parametrize("name", MODULES)
def test_floors(name):
    for other, top, line in imports(name):
        where = f"{name}.py:{line} imports {other}"
        if other.startswith("."):
            assert FLOOR[other[1:]] <= FLOOR[name], where
        elif other not in sys.stdlib_module_names and other != "numpy":
            assert other in DRAWING if FLOOR[name] == 5 else other in LAZY and not top, where


def test_no_cycles():
    needs = {
        name: {other[1:] for other, _, _ in imports(name) if other.startswith(".")}
        for name in MODULES
    }
    while needs:
        free = {name for name, others in needs.items() if not others & set(needs)}
        assert free, f"a circle among {sorted(needs)}"
        needs = {name: others for name, others in needs.items() if name not in free}


def test_import_loads_numpy_alone():
    code = (
        "import sys; before = set(sys.modules); import nnlib; import importlib.metadata as m\n"
        "names = {n.split('.')[0] for n in set(sys.modules) - before}\n"
        "print(*sorted(n for n in names if n not in sys.stdlib_module_names and not n.startswith('_')))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent
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
