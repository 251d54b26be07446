"""What is installed is what the requirements files pin, and nothing else."""

import re
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
SITE = sysconfig.get_path("purelib")  # alone: setuptools brings copies of other packages along
NOT_PINNED = {"pip", "nnlib"}  # comes with Python; is this folder


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_installed_packages_are_the_pinned_ones():
    lines = [line.split("#")[0].strip() for name in ("requirements.txt", "requirements-dev.txt")
             for line in (ROOT / name).read_text().splitlines()]
    pins = [line.partition("==") for line in lines]
    pinned = {normal(name): version for name, _, version in pins if version}
    installed = {normal(dist.metadata["Name"]): dist.version for dist in distributions(path=[SITE])}
    assert {name: installed.get(name) for name in pinned} == pinned
    if sys.platform == "linux":  # elsewhere a package or two more come along
        assert installed.keys() - NOT_PINNED == pinned.keys()
