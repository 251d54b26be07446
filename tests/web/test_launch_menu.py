"""Where else the chapters run: the launch buttons, Binder's files, the workflows."""

import os
import re
import subprocess

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from grader import published
from web.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ADDRESS = "https://github.com/someone/a-course"
BINDER = "https://mybinder.org/v2/gh/someone/a-course/main?urlpath=lab/tree/notebooks/zh/page.ipynb"
COLAB = "https://colab.research.google.com/github/someone/a-course/blob/notebooks/zh/page.ipynb"


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", ADDRESS)


@pytest.fixture
def unknown(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", "")
    monkeypatch.setattr(published.yaml, "safe_load", lambda text: {})


def links(folder, menu="launch"):
    source = folder / "source"
    source.mkdir()
    (source / "index.md").write_text("# Book\n\n```{toctree}\npage\n```\n")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Page")])
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(page, source / "page.ipynb")
    settings = {"extensions": ["myst_nb", "sphinxcontrib.bibtex", "web.extension"], "bibtex_bibfiles": [],
                "html_theme": "sphinx_book_theme"}
    Sphinx(source, None, folder / "html", folder / "doctrees", "html", settings, None, None).build()
    html = BeautifulSoup((folder / "html" / "page.html").read_text("utf-8"), "html.parser")
    return {link["href"]: link["title"] for link in html.select(f".dropdown-{menu}-buttons li a")}


def test_a_chapter_opens_on_binder_and_colab(tmp_path, known):
    assert links(tmp_path) == {BINDER: "在 Binder 上运行 | Run on Binder",
                               COLAB: "在 Colab 上运行 | Run on Colab"}


def test_without_a_repository_there_is_no_dead_button(tmp_path, unknown):
    assert links(tmp_path) == {}


def test_the_download_is_the_notebook_to_run(tmp_path, unknown):
    [(link, words)] = links(tmp_path, "download").items()
    assert words == "下载这一章的笔记本 | Download this chapter's notebook"
    assert (tmp_path / "html" / link).is_file()


def test_the_download_is_one_in_every_browser(tmp_path, unknown):
    links(tmp_path)
    html = BeautifulSoup((tmp_path / "html" / "page.html").read_text("utf-8"), "html.parser")
    assert [link["href"] for link in html.select("a[download]")] == ["notebooks/zh/page.ipynb"]


def test_a_wrong_repository_is_refused(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", "someone/a-course")
    with pytest.raises(ValueError, match=r"expected an address like https://github.*, got 'someone/a-c"):
        published.repository()


def test_binder_makes_them_when_it_builds():
    script = (ROOT / "postBuild").read_text()
    assert "python -m web.notebooks.sets" in script
    assert "python -m grader release --out assignments/release\n" in script  # not those with solutions
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


def test_the_branch_of_notebooks_grows_so_that_a_hub_can_update(tmp_path, monkeypatch):
    """The step of the workflow, where GitHub is a folder: the second time, a notebook is gone and one has changed."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text("utf-8"))["jobs"]
    [script] = [step["run"] for step in jobs["notebooks"]["steps"]]
    remote, programs, config = tmp_path / "remote", tmp_path / "programs", tmp_path / "gitconfig"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    config.write_text(f'[url "{remote}"]\n\tinsteadOf = "https://x-access-token:t@github.com/o/n.git"\n')
    programs.mkdir()
    (programs / "gh").write_text(f"#!/bin/sh\ntar --create --file artifact.tar --directory {tmp_path}/site .\n")
    (programs / "gh").chmod(0o755)
    variables = {"GIT_CONFIG_GLOBAL": str(config), "GH_TOKEN": "t", "GITHUB_REPOSITORY": "o/n", "GITHUB_RUN_ID": "1",
                 "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    (tmp_path / "site" / "notebooks" / "en").mkdir(parents=True)
    first, second, other = (tmp_path / "site" / "notebooks" / "en" / name for name in ("a", "b", "c"))
    first.write_text("1")
    second.write_text("1")
    for run in ("one", "two", "three"):
        (tmp_path / run).mkdir()
        subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path / run, check=True,
                       env=os.environ | variables | {"GITHUB_SHA": run})
        first.unlink(missing_ok=True)
        other.write_text("2")
    git = ["git", "-C", remote]
    made = subprocess.check_output([*git, "log", "--format=%s", "notebooks"], text=True).splitlines()
    assert made == ["Made from three", "Made from two", "Made from one"]
    assert subprocess.check_output([*git, "ls-tree", "-r", "--name-only", "notebooks"], text=True).split() == \
        ["en/b", "en/c"]


def test_there_are_workflows():
    assert {path.stem for path in WORKFLOWS} == {"test", "publish", "release"}
