"""Where else the chapters run: the launch buttons, Binder's files, the workflows."""

import re

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from web import project
from web.notebooks import english_first
from web.project import ROOT, notebooks

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ADDRESS = "https://github.com/someone/a-course"
BINDER = "https://mybinder.org/v2/gh/someone/a-course/main?urlpath=lab/tree/chapters/page.ipynb"
COLAB = "https://colab.research.google.com/github/someone/a-course/blob/main/chapters/page.ipynb"


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", ADDRESS)


@pytest.fixture
def unknown(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", "")
    monkeypatch.setattr(project.yaml, "safe_load", lambda text: {})


def links(folder):
    source = folder / "source"
    source.mkdir()
    (source / "index.md").write_text("# Book\n\n```{toctree}\npage\n```\n")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Page")])
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(page, source / "page.ipynb")
    settings = {"extensions": ["myst_nb", "web.extension"], "html_theme": "sphinx_book_theme"}
    Sphinx(source, None, folder / "html", folder / "doctrees", "html", settings, None, None).build()
    html = BeautifulSoup((folder / "html" / "page.html").read_text("utf-8"), "html.parser")
    return {link["href"]: link["title"] for link in html.select(".dropdown-launch-buttons li a")}


def test_a_chapter_opens_on_binder_and_colab(tmp_path, known):
    assert links(tmp_path) == {BINDER: "在 Binder 上运行 | Run on Binder",
                               COLAB: "在 Colab 上运行 | Run on Colab"}


def test_without_a_repository_there_is_no_dead_button(tmp_path, unknown):
    assert links(tmp_path) == {}


def test_a_wrong_repository_is_refused(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", "someone/a-course")
    with pytest.raises(ValueError, match=r"expected an address like https://github.*, got 'someone/a-c"):
        project.repository()


# -- the order of languages ------------------------------------------------------------------------------
def test_english_first_by_hand():
    def text(source, *tags):
        return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})

    notebook = nbformat.v4.new_notebook(cells=[
        text("# 题目 | Title"), text("中", "lang-zh", "I1"), text("E", "lang-en", "I1"),
        nbformat.v4.new_code_cell('x = "中 | E"'), text("中二", "lang-zh"), text("E2", "lang-en")])
    turned = english_first.english_first(notebook)
    sources = [cell.source for cell in turned.cells]
    assert sources == ["# Title | 题目", "E", "中", 'x = "中 | E"', "E2", "中二"]
    assert notebook.cells[1].source == "中"  # the chapter itself stays


@pytest.mark.parametrize("name", notebooks())
def test_every_chapter_can_be_turned_and_nothing_is_lost(name):
    notebook = notebooks()[name]
    turned = english_first.english_first(notebook)
    nbformat.validate(turned)
    assert sorted(cell.id for cell in turned.cells) == sorted(cell.id for cell in notebook.cells)
    code = [[cell.source for cell in one.cells if cell.cell_type == "code"] for one in (notebook, turned)]
    assert code[0] == code[1]
    tagged, keys = english_first.tagged, ("lang-zh", "lang-en")
    first = [key for cell in turned.cells for key in keys if tagged(cell, key)]
    assert first == ["lang-en", "lang-zh"] * (len(first) // 2)


def test_binder_makes_them_when_it_builds():
    script = (ROOT / "postBuild").read_text()
    assert "python -m web.notebooks.english_first" in script
    assert (ROOT / "postBuild").stat().st_mode & 0o100
    assert re.fullmatch(r"python-3\.\d+\n", (ROOT / "runtime.txt").read_text())


# -- the workflows ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_are_pinned_and_may_do_little(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"})  # what a job needs beyond, it names
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    used = [step["uses"] for step in steps if "uses" in step]
    assert not [name for name in used if not re.search(r"@[0-9a-f]{40}$", name)]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]  # nothing from outside
    targets = set(re.findall(r"make (\w+)", " ".join(step.get("run", "") for step in steps)))
    assert targets <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_there_are_workflows():
    assert {path.stem for path in WORKFLOWS} == {"test", "publish", "release"}
