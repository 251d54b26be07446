"""JupyterLite, in a folder of a server: a chapter from its button to its end, a slider moved by the mouse."""

import re

import nbformat
import pytest

PANEL = "[...jupyterapp.shell.widgets('main')].find(widget => widget.sessionContext)"
IDLE = f"() => window.jupyterapp && {PANEL} && {PANEL}.sessionContext.kernelDisplayStatus === 'idle'"
CODE = f"""() => {PANEL}.content.widgets.map(cell => cell.model).filter(one => one.type === "code")
    .map(one => ({{ source: one.sharedModel.getSource(), count: one.executionCount, state: one.executionState,
    outputs: one.outputs.toJSON() }}))"""
ENDED = f"""() => (cells => cells.every(cell => cell.count && cell.state === "idle")
    || cells.some(cell => cell.outputs.some(output => output.output_type === "error")))(({CODE})())"""
SHOW = f"""word => {{
    const notebook = {PANEL}.content;
    notebook.activeCellIndex = notebook.widgets
        .findIndex(cell => cell.model.sharedModel.getSource().includes(word));
    return notebook.scrollToItem(notebook.activeCellIndex, "start");
}}"""
CHAPTER = "architecture"  # the quickest


@pytest.fixture(scope="module")
def address(serve, python_site):
    with serve(python_site, "/repo/") as url:
        yield url


@pytest.fixture(scope="module")
def lab(browser, address):
    """The chapter, opened by the button of its page, with every cell run."""
    context, away = browser.new_context(viewport={"width": 1280, "height": 1000}), []
    here = address.removesuffix("/repo")  # JupyterLite knocks at the server's root, now and then
    context.on("request", lambda request: request.url.startswith((here, "data:", "blob:"))
               or away.append(request.url))
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}.html?lang=en")
    page.locator(".dropdown-launch-buttons > button").click()
    with context.expect_page() as opened:
        page.locator(".btn-launch-lite").click()
    lab = opened.value
    lab.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=180_000)
    lab.wait_for_function(IDLE, timeout=300_000)
    lab.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
    lab.wait_for_function(ENDED, timeout=300_000)
    yield lab
    context.close()
    assert not away


def printed(outputs):
    return "".join(output["text"] if isinstance(output["text"], str) else "".join(output["text"])
                   for output in outputs if output.get("name") == "stdout")


def test_a_chapter_runs_to_its_end_and_prints_what_is_published(lab, python_site):
    _, *stored = [cell for cell in nbformat.read(python_site / "notebooks" / "en" / f"{CHAPTER}.ipynb", 4).cells
                  if cell.cell_type == "code"]
    guard, *ran = lab.evaluate(CODE)
    assert not guard["outputs"]  # nnlib is there
    assert [cell["source"] for cell in ran] == [cell.source for cell in stored]
    for cell, before in zip(ran, stored, strict=True):
        assert not [output for output in cell["outputs"]
                    if output["output_type"] == "error" or output.get("name") == "stderr"]
        if "nbval-ignore-output" not in before.metadata.get("tags", ()):
            assert printed(cell["outputs"]) == printed(before.outputs)
        pictures = [output for output in cell["outputs"] if set(output.get("data", ())) == {"image/png", "text/plain"}]
        assert len(pictures) == sum("<Figure" in str(output.get("data")) for output in before.outputs)


def test_the_reader_of_english_reads_english(lab):
    first = lab.evaluate(f"() => {PANEL}.content.widgets[1].model.sharedModel.getSource()")
    assert re.fullmatch(r"# [A-Za-z ]+", first)


def test_a_slider_moved_by_the_mouse_changes_its_picture(lab):
    lab.evaluate(SHOW, "nn.explore(")
    cell = lab.locator(".jp-Cell.jp-mod-active")
    handle, track, picture = (cell.locator(place).first
                              for place in (".noUi-handle", ".noUi-base", "img.widget-image"))
    picture.wait_for()
    line, before = cell.locator(".widget-html [aria-live]"), picture.get_attribute("src")
    words = line.inner_text()
    at, along = handle.bounding_box(), track.bounding_box()
    lab.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    lab.mouse.down()
    lab.mouse.move(along["x"] + along["width"] - 2, at["y"] + at["height"] / 2, steps=8)
    lab.mouse.up()
    lab.wait_for_function("([image, src]) => image.getAttribute('src') !== src",
                          arg=[picture.element_handle(), before], timeout=30_000)
    line.filter(has_not_text=words).wait_for()


def test_no_button_where_no_server_is(browser, python_site):
    page = browser.new_page()
    page.goto(f"{python_site.as_uri()}/{CHAPTER}.html")
    assert page.locator(".btn-launch-lite").count() == 1
    assert not page.locator(".btn-launch-lite").is_visible()
    assert not page.locator(".dropdown-launch-buttons > button").is_visible()
    page.close()
