"""Notebooks of invented students, and whether there is a sandbox to run them in."""

import copy
import os

import nbformat
import pytest

from grader import assignments, sandbox


@pytest.fixture(scope="session")
def sandboxed():
    if why := sandbox.missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"{why}. On Debian or Ubuntu: apt-get install bubblewrap"
        )


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The folder of released assignments."""
    folder = tmp_path_factory.mktemp("release")
    for name in assignments.names():
        assignments.release(name, folder)
    return folder


@pytest.fixture(scope="session")
def notebook(released):
    """Make a submission: the reference answers, with some cells' code replaced by grade id."""
    sources = {
        name: nbformat.read(assignments.SOURCE / name / f"{name}.ipynb", 4) for name in assignments.names()
    }

    def notebook(name, **cells):
        made = copy.deepcopy(sources[name])
        for cell in made.cells:
            cell.source = cells.get(cell.id.replace("-", "_"), cell.source)
        return made

    return notebook
