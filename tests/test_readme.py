"""The two READMEs: the example draws the picture, links lead somewhere, every dependency has its reason."""

import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
FRONTS = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")}
PICTURE = ROOT / "chapters" / "spirals.png"


def example(text):
    return re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]


def test_the_example_draws_the_picture(tmp_path, monkeypatch):
    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)
    exec(compile(example(FRONTS["README.md"]), "README.md", "exec"), {})
    drawn, shown = (np.asarray(Image.open(path).convert("RGB"), float) for path in ("spirals.png", PICTURE))
    assert drawn.shape == shown.shape
    assert np.abs(drawn - shown).mean() < 2  # of 255: last digits move a boundary by a pixel


def test_both_languages_show_the_same_code():
    assert example(FRONTS["README.md"]) == example(FRONTS["README.zh-CN.md"])


@pytest.mark.parametrize("name", FRONTS)
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#:]+)\)", FRONTS[name]):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("name", FRONTS)
def test_every_dependency_has_its_reason(name):
    direct = [
        re.match(r"[\w.-]+", line)[0]
        for file in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / file).read_text("utf-8").split("# What those need")[0].splitlines()
        if re.match(r"\w", line)
    ]
    assert not [package for package in direct if package not in FRONTS[name]]
