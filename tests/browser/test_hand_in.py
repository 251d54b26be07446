"""Homework leaves the page as its notebook, which the grader accepts, and comes back."""

import json
import re

import pytest

from grader import assignments, collect, submission

NAMES = assignments.names()
OPEN = "exercises.html?lang=zh"
BRING = "([id, text]) => book.cells.get(id).bring(text)"
SOURCE = "id => book.cells.get(id).source"


@pytest.fixture(scope="module")
def address(serve, python_site):
    with serve(python_site, "/repo/") as url:
        yield url


@pytest.fixture
def page(visiting, address):
    with visiting(address) as visit:
        yield visit.open(OPEN)


def box(page, name):
    return page.locator(f"#sec-exercises-{name} > div.hand-in")


def downloaded(page, name):
    with page.expect_download() as caught:
        box(page, name).get_by_role("button", name="下载").click()
    assert caught.value.suggested_filename == f"{name}.ipynb"
    return caught.value.path()


def bring_in(page, name, path):
    with page.expect_file_chooser() as chooser:
        box(page, name).get_by_role("button", name="载入").click()
    status = box(page, name).locator("[role=status]")
    status.evaluate("line => line.replaceChildren()")  # what a download has said
    chooser.value.set_files(path)
    status.get_by_text(re.compile(".")).first.wait_for()
    return status.inner_text()


def solved(name):
    """Every answer of an assignment: code by the name of its exercise, text by its part."""
    return {id: f"# {id}\nanswer = '<&\\u00e9>'\n" for id in assignments.load(name).exercises}, \
        {part: f"因为 $x < 0$ | {part}\n第二行" for part in assignments.load(name).written}


def fill(page, name):
    code, written = solved(name)
    for id, text in code.items():
        page.evaluate(BRING, [f"cell-{id}-stub", text])
    for part, text in written.items():
        page.locator(f"#ex-{part.removesuffix('-answer')} textarea").fill(text)
    return code, written


@pytest.mark.parametrize("name", NAMES)
def test_answers_leave_in_their_cells_and_the_grader_reads_them(page, name, tmp_path):
    code, written = fill(page, name)
    path = downloaded(page, name)
    assert f"{len(code) + len(written)} 个回答" in box(page, name).locator("[role=status]").inner_text()
    (tmp_path / "download").mkdir()
    (tmp_path / "download" / f"1001_{name}.ipynb").write_bytes(path.read_bytes())
    done = collect.collect(tmp_path / "download", tmp_path / "submitted", name)
    assert (len(done.taken), done.left_out, done.refused, done.guesses) == (1, [], [], [])
    read = submission.parse(path.read_bytes(), assignments.load(name))
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]}
    for id, text in (code | written).items():
        assert cells[id].strip() == text.strip()
    assert not read.notes
    assert [*code.values()] == [f"{text}\n" for text in read.cells]


def test_what_left_comes_back_to_another_browser(page, visiting, address):
    code, written = fill(page, "intro")
    path = downloaded(page, "intro")
    with visiting(address) as elsewhere:
        other = elsewhere.open(OPEN)
        assert f"载入了 {len(code) + len(written)} 个回答" in bring_in(other, "intro", path)
        other.reload()  # and stays
        for id, text in code.items():
            assert other.evaluate(SOURCE, f"cell-{id}-stub").strip() == text.strip()
        for part, text in written.items():
            assert other.locator(f"#ex-{part.removesuffix('-answer')} textarea").input_value() == text


def test_nothing_that_is_on_the_page_is_replaced_unasked(page):
    fill(page, "intro")
    path = downloaded(page, "intro")
    page.evaluate(BRING, ["cell-collapse-stub", "mine = 1"])
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_file_chooser() as chooser:
        box(page, "intro").get_by_role("button", name="载入").click()
    with page.expect_event("dialog"):
        chooser.value.set_files(path)
    assert page.evaluate(SOURCE, "cell-collapse-stub") == "mine = 1"
    page.once("dialog", lambda dialog: dialog.accept())
    assert "载入了" in bring_in(page, "intro", path)
    assert page.evaluate(SOURCE, "cell-collapse-stub").startswith("# collapse")


@pytest.mark.parametrize(("content", "told"), [
    *((content, "这不是 Jupyter 笔记本") for content in ("<html>", "{}", "", "null")),
    *((content, "没有 intro 的回答") for content in (
        '{"cells": []}', '{"cells": [{"source": ["x"]}, {"source": null}, 7, null]}',
        '{"cells": [{"source": {"a": 1}, "id": "collapse"}]}'))])
def test_another_file_is_refused_in_words(page, tmp_path, content, told):
    (tmp_path / "file.ipynb").write_text(content)
    assert told in bring_in(page, "intro", tmp_path / "file.ipynb")


def test_a_notebook_that_lost_its_ids_still_comes_back(page, tmp_path):
    """As VS Code and Colab save it: other ids, nbgrader's mark kept, a source in one string."""
    fill(page, "intro")
    notebook = json.loads(downloaded(page, "intro").read_text("utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        cell |= {"id": f"c{number}", "source": "".join(cell["source"])}
    (tmp_path / "saved.ipynb").write_text(json.dumps(notebook))
    code, written = solved("intro")
    assert f"载入了 {len(code) + len(written)} 个回答" in bring_in(page, "intro", tmp_path / "saved.ipynb")


def test_code_that_keeps_a_line_of_the_stub_comes_back(page, tmp_path):
    code = "def collapse(W1, b1, W2, b2):\r\n    # raise NotImplementedError()\r\n    return W2 @ W1, W2 @ b1 + b2\r\n"
    page.evaluate(BRING, ["cell-collapse-stub", code])
    path = downloaded(page, "intro")
    page.evaluate(BRING, ["cell-collapse-stub", ""])
    page.once("dialog", lambda dialog: dialog.accept())
    assert "载入了 1 个回答" in bring_in(page, "intro", path)
    assert "# raise NotImplementedError()\n    return" in page.evaluate(SOURCE, "cell-collapse-stub")


def test_the_notebook_of_another_chapter_changes_nothing(page):
    fill(page, "intro")
    path = downloaded(page, "intro")
    before = page.evaluate(SOURCE, "cell-collapse-stub")
    assert "没有 overfitting 的回答" in bring_in(page, "overfitting", path)
    assert page.evaluate(SOURCE, "cell-collapse-stub") == before


def test_an_untouched_page_leaves_as_the_released_notebook(page, python_site):
    path = downloaded(page, "intro")
    assert json.loads(path.read_text("utf-8")) == json.loads(
        (python_site / "lite" / "files" / "assignments" / "intro.ipynb").read_text("utf-8"))
