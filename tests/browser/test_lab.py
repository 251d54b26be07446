"""The explorers in JupyterLab: the same cells, live under a kernel."""

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from web.extension.runnable import FOLDER

FAULTY = """\
import nnlib as nn
def faulty(a=1):
    return f"one over a is {1 / a:g}"
nn.explore(faulty, a=[1, 0, 4])"""
KINDS = """\
import matplotlib.pyplot as plt
import nnlib as nn
def draw(size=1, epoch=0, kind="line", dark=False):
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot([0, size, epoch], "o" if kind == "dots" else "-", color="black" if dark else "red")
    return figure, f"size {size}, epoch {epoch}, kind {kind}, dark {dark}"
nn.explore(draw, size=[1, 3], epoch=range(5), kind=["line", "dots"], dark=False)"""
IDLE = """() => {
    const panel = window.jupyterapp && [...jupyterapp.shell.widgets("main")].find(w => w.sessionContext);
    return panel && panel.sessionContext.kernelDisplayStatus === "idle";
}"""
RAN = """() => {
    const panel = [...jupyterapp.shell.widgets("main")].find(w => w.sessionContext);
    const code = panel.content.widgets.map(cell => cell.model).filter(model => model.type === "code");
    return code.every(model => model.executionCount && model.executionState === "idle");
}"""
RUN_ALL = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab over a folder of its own; (address, folder)."""
    root, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    settings = home / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # what is out of sight is drawn as well
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    port, token = free_port(), secrets.token_hex()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
               f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
               f"--ServerApp.root_dir={root}", "--LabApp.expose_app_in_browser=True",
               "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    own = {name: str(home) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={token}", timeout=5).close()
                break
            time.sleep(0.2)
        else:
            pytest.fail(f"JupyterLab did not start:\n{(home / 'log').read_text()[-2000:]}")
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={token}", root
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def context(browser):
    """One for all notebooks: JupyterLab's files are fetched and compiled once."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    yield context
    context.close()


@pytest.fixture
def show(context, lab):
    """Open a notebook in JupyterLab."""
    address, root = lab
    page = context.new_page()

    def show(name, notebook):
        nbformat.write(notebook, root / name)
        page.goto(address.format(name))
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        page.wait_for_function(IDLE, timeout=60_000)
        return page

    yield show
    page.close()


@pytest.fixture
def run(show):
    """Open a notebook of these cells, run them, hand over the page."""
    def run(name, sources):
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        page = show(name, notebook)
        page.evaluate(RUN_ALL)
        return page

    return run


@pytest.mark.parametrize(("key", "chapter"), [("zh", "intro"), ("en", "exercises")])
def test_a_notebook_reads_as_a_page(show, site, left_of_markup, key, chapter):
    """No markup is left, formulas are drawn, solutions are folded."""
    notebook = nbformat.read(site / FOLDER / key / f"{chapter}.ipynb", as_version=4)
    page = show(f"{key}-{chapter}.ipynb", notebook)
    written = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    formulas = sum(len(re.findall(r"\$\$[^$]+\$\$|\$[^$]+\$", text)) for text in written)
    page.wait_for_function("n => document.querySelectorAll('mjx-container').length === n", arg=formulas,
                           timeout=60_000)
    shown = page.locator(".jp-MarkdownCell .jp-RenderedMarkdown").all_inner_texts()
    assert len(shown) == len(written)
    assert not list(filter(left_of_markup, shown))
    folded = [cell for cell in notebook.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert page.locator(".jp-CodeCell .jp-InputPlaceholder").count() == len(folded)


def test_the_playground_trains_under_a_kernel_and_hears_the_reader_meanwhile(run):
    page = run("playground.ipynb", ["import nnlib as nn\nnn.playground()"])
    line = page.locator(".widget-html [aria-live]")
    line.filter(has_text="step 0,").wait_for(timeout=60_000)
    page.get_by_role("button", name="走一步 | One step").click()
    line.filter(has_text="step 1,").wait_for()
    play = page.get_by_role("button", name="播放 | Play")
    play.click()
    line.filter(has_text=re.compile(r"step \d{3,},")).wait_for(timeout=60_000)
    play.click()
    page.get_by_role("button", name="回到起点 | Rewind").click()
    line.filter(has_text="step 0,").wait_for()


def test_a_moved_control_draws_again(run):
    page = run("faulty.ipynb", [FAULTY])
    handle = page.locator(".widget-slider .noUi-handle")
    line = page.locator(".jp-OutputArea .widget-html [aria-live]")
    line.filter(has_text="one over a is 1").wait_for(timeout=60_000)
    handle.focus()
    handle.press("ArrowRight")
    line.filter(has_text="ZeroDivisionError: division by zero").wait_for()
    assert "line 3" in line.inner_text()  # of the reader's own cell
    box = page.locator(".widget-slider .noUi-base").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
    line.filter(has_text="one over a is 0.25").wait_for()


def test_every_kind_of_control_answers_live(run):
    """What a chapter draws for each choice, `make book` and nbval have seen; here are the controls themselves."""
    page = run("kinds.ipynb", [KINDS])
    page.wait_for_function(RAN, timeout=180_000)
    cell = page.locator(".jp-CodeCell").last
    line, picture = cell.locator(".widget-html [aria-live]"), cell.locator("img.widget-image")
    slider, played = cell.locator(".noUi-handle").all()
    told = {"size": 1, "epoch": 0, "kind": "line", "dark": False}

    def shows(**moved):
        told.update(moved)
        line.filter(has_text=", ".join(f"{name} {value}" for name, value in told.items())).wait_for()
        return picture.get_attribute("src")

    seen = [shows()]
    slider.press("ArrowRight")
    seen.append(shows(size=3))
    played.press("ArrowRight")
    seen.append(shows(epoch=1))
    cell.locator("select").select_option("dots")
    seen.append(shows(kind="dots"))
    cell.locator("input[type=checkbox]").click()
    seen.append(shows(dark=True))
    cell.locator(".widget-play button").first.click()
    seen.append(shows(epoch=4))
    assert len(set(seen)) == len(seen)
