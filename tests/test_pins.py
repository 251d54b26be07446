"""What the requirements files pin is installed, and whatever those packages need is pinned as well."""

import re
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture
def pinned():
    lines = [line.split("#")[0].strip() for name in ("requirements.txt", "requirements-dev.txt")
             for line in (ROOT / name).read_text().splitlines()]
    pins = [Requirement(line) for line in lines if "==" in line]
    return {normal(pin.name): str(pin.specifier).removeprefix("==") for pin in pins
            if pin.marker is None or pin.marker.evaluate()}


def test_the_pinned_versions_are_installed(pinned):
    assert {name: distribution(name).version for name in pinned} == pinned


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a package or two more are needed")
def test_whatever_a_pinned_package_needs_is_pinned(pinned):
    todo = [(name, "") for name in pinned]
    for name, extra in todo:  # which grows
        for need in map(Requirement, distribution(name).requires or ()):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                assert normal(need.name) in pinned, f"{name} needs {need}"
                todo += {(normal(need.name), extra) for extra in need.extras} - set(todo)
