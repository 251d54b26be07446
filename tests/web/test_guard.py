"""The first cell of a notebook opened elsewhere: whom it tells what; beside our nnlib it is silent."""

import os
import subprocess
import sys

import nbformat
import pytest

from web import project
from web.notebooks import guard
from web.project import ROOT

SITE = "https://example.org/course/"
REPOSITORY = "https://github.com/someone/a-course"
FROM_SITE = '--find-links https://example.org/course/wheel/ "nnlib-course[panels]"'
VERSION = project.PACKAGE["version"]
FROM_RELEASE = (f'"nnlib-course[panels] @ https://github.com/someone/a-course/releases/download/v{VERSION}/'
                f'nnlib_course-{VERSION}-py3-none-any.whl"')
PROGRAM = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.register_magic_function(lambda line: print("pip", line), "line", "pip")
if {colab}:
    sys.modules["google.colab"] = sys
shell.run_cell({code!r}).raise_error()
left = sys.modules.get("nnlib")
assert left is None or left.mlp
"""


@pytest.fixture
def known(monkeypatch):
    """Sets what is known: the addresses of the site and of the repository."""
    def tell(site, repository):
        monkeypatch.setattr(project.yaml, "safe_load", lambda text: {})
        monkeypatch.setenv("BOOK_URL", site)
        monkeypatch.setenv("BOOK_REPOSITORY", repository)

    return tell


def said(folder, colab=False):
    """What the cell prints, and asks of pip, beside the nnlib in this folder."""
    program = PROGRAM.format(code=guard.code(), colab=colab)
    places = {"PYTHONPATH": str(folder), "HOME": os.devnull, "IPYTHONDIR": os.devnull}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True,
                          cwd=folder, env=os.environ | places)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(params=["missing", "somebody else's"])
def not_ours(request, tmp_path):
    source = {"missing": "raise ModuleNotFoundError('nnlib')", "somebody else's": ""}[request.param]
    (tmp_path / "nnlib.py").write_text(source)
    return tmp_path


@pytest.mark.parametrize(("site", "repository", "what"), [
    (SITE, REPOSITORY, FROM_SITE), (SITE.rstrip("/"), "", FROM_SITE), ("", REPOSITORY, FROM_RELEASE)])
def test_one_line_in_both_languages_says_what_to_install(site, repository, what, known, not_ours):
    known(site, repository)
    [line] = said(not_ours)
    zh, en = line.split(" | ")
    assert "本书的 nnlib，不是 PyPI" in zh
    assert "this book's nnlib, not PyPI's" in en
    assert en.endswith(f": %pip install {what}")


def test_on_colab_it_installs_by_itself(known, not_ours):
    known(SITE, REPOSITORY)
    assert said(not_ours, colab=True) == [f"pip install -q {FROM_SITE}"]


@pytest.mark.parametrize("colab", [False, True])
def test_without_an_address_it_sends_to_the_first_page(known, not_ours, colab):
    known("", "")
    [line] = said(not_ours, colab)
    index = (ROOT / "chapters" / "index.md").read_text("utf-8")
    for heading in ("在自己的电脑上", "On your own machine"):
        assert heading in line
        assert heading in index


@pytest.mark.parametrize("colab", [False, True])
def test_beside_our_nnlib_it_is_silent(known, colab):
    known(SITE, REPOSITORY)
    assert said(ROOT, colab) == []


def test_the_notebook_gets_the_cell_first_and_the_given_one_stays(known):
    known(SITE, REPOSITORY)
    notebook = project.notebooks()["activations"]
    before = [cell.id for cell in notebook.cells]
    made = guard.guarded(notebook)
    nbformat.validate(made)
    assert [cell.id for cell in made.cells] == [guard.ID, *before]
    assert made.cells[0].source == guard.code()
    assert [cell.id for cell in notebook.cells] == before
