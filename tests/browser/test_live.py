"""Cells that run in the page, in a real browser: what they show, and what happens when they go wrong.

Python takes seconds to start, so tests share one page wherever they can.
"""

import re

import pytest

from tests.browser.running import ISOLATED, finished

PAGE = "exercises.html?lang=en"  # the lightest page with cells
SUM = "import random, numpy as np\nprint(np.arange({}).sum(), random.random())"
LOOP = "print('at once')\nn = 0\nwhile True:\n    n += 1"


@pytest.fixture(scope="module")
def addresses(serve, python_site):
    """The pages at a server's root, and in a folder of one that isolates them."""
    with serve(python_site) as plain, serve(python_site, "/repo/", ISOLATED) as isolated:
        yield {"plain": plain, "isolated": isolated}


@pytest.fixture
def visit(visiting, addresses):
    """A reader who was never here; Python starts anew."""
    with visiting(addresses["plain"]) as visit:
        yield visit


@pytest.fixture(scope="module")
def page(visiting, addresses):
    """One page for the tests that can share its Python."""
    with visiting(addresses["isolated"], reduced_motion="reduce") as visit:
        yield visit.open(PAGE.replace("en", "both"), lazy=True)


def cell(page, number=0):
    return page.locator("div.cell").nth(number)


def enter(page, source, number=0, key="Shift+Enter"):
    """Type a cell and run it; gives the cell while it runs."""
    box = cell(page, number)
    box.locator(".live-edit").click()
    box.locator(".cm-content").fill(source)
    box.locator(".cm-content").press(key)
    return box


def interrupt(box):
    """Press Stop once the cell's loop runs and its output has come."""
    box.locator("pre", has_text="at once").wait_for()
    box.page.wait_for_timeout(300)  # Python has left print()
    box.locator(".live-run", has_text="■").click()
    box.locator(".live-error").wait_for()


def run(page, source, number=0):
    """What a cell shows once it is done."""
    box = enter(page, source, number)
    finished(page)
    return box.locator(".cell_output")


def test_nothing_is_loaded_before_the_first_click_and_little_by_the_second_page(visiting, serve, python_site):
    asked = []
    with serve(python_site, asked=asked) as address, visiting(address) as visit:
        first = visit.open(PAGE, lazy=True)
        first.wait_for_load_state("networkidle")
        assert not [path for path in asked if "/pyodide/" in path]
        assert not first.locator(".live-status").is_visible()
        three, by_chance = run(first, SUM.format(3)).inner_text().split()
        assert three == "3"
        loaded = [path for path in asked if "/pyodide/" in path]
        assert any("numpy" in path for path in loaded)
        assert not any("matplotlib" in path for path in loaded)  # not asked for
        assert len(loaded) == len(set(loaded))
        asked.clear()
        second = visit.open("activations.html?lang=en")
        six, another = run(second, SUM.format(4)).inner_text().split()
        assert six == "6"
        assert another != by_chance  # both started from the same memory
        again = {re.sub(r"\?.*", "", path.split("/pyodide/")[1]) for path in asked if "/pyodide/" in path}
        assert again <= {"worker.js", "files.json"}


def test_python_starts_without_the_memory_of_one_that_has_started(visit):
    visit.context.route("**/memory.bin*", lambda route: route.fulfill(body="cut off"))
    assert run(visit.open(PAGE, lazy=True), SUM.format(5)).inner_text().split()[0] == "10"


def test_an_endless_loop_shows_its_output_is_stopped_at_a_line_and_nothing_is_lost(page):
    run(page, "kept = 5")
    box = enter(page, LOOP)
    interrupt(box)
    assert re.search(r"^->   [34] \| ", box.locator(".live-error").inner_text(), re.MULTILINE)
    assert "KeyboardInterrupt" in box.locator(".live-error").inner_text()
    assert run(page, "print('kept' in globals())", 1).inner_text().strip() == "True"


def test_where_the_server_does_not_isolate_pages_a_loop_is_stopped_by_restarting_python(visit):
    page = visit.open(PAGE, lazy=True)
    run(page, "kept = 5")
    box = enter(page, LOOP)
    interrupt(box)
    assert "restarting Python" in box.locator(".live-hint").inner_text()
    assert run(page, "print('kept' in globals())", 1).inner_text().strip() == "False"


@pytest.mark.parametrize("shown", ["3", "nn.explore(lambda hidden: str(hidden), hidden=[1, 2])"])
def test_what_is_shown_after_its_cell_has_ended_nobody_sees(page, shown):
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    box = run(page, "import asyncio, nnlib as nn\nasync def later():\n    await asyncio.sleep(0.1)\n"
              f"    display({shown})\n    ended.append(1)\nended, task = [], asyncio.ensure_future(later())")
    page.wait_for_timeout(600)
    assert run(page, "print(ended)", 1).inner_text().strip() == "[1]"
    assert not wrong
    assert not box.inner_text()


@pytest.mark.parametrize("key", ["Shift+Enter", "Control+Enter"])
def test_a_key_runs_the_cell_and_the_editor_stays_open(page, key):
    box = enter(page, f"print({key!r})", 1, key)
    finished(page)
    assert box.locator(".cell_output").inner_text().strip() == key
    assert box.locator(".cm-content").evaluate("content => content === document.activeElement")


@pytest.mark.parametrize(("source", "expected"), [
    ("x = 1\nprint(3 4)", ["->   2 | print(3 4)", "^", "SyntaxError: "]),
    ("def f(x):\n    return 1 / x\n\nf(0)",
     ["->   4 | f(0)", "->   2 |     return 1 / x", "ZeroDivisionError"]),
    ("import nnlib as nn\nnn.mlp(3, 2)([1.0])", ["->   2 | nn.mlp(3, 2)", "nnlib/", "expected input"]),
    ("import numpy as np\nnp.ones(2**28)", ["->   2 | np.ones(2**28)", "Not enough memory"]),
    ("[bytearray(2**30) for i in range(9)]", ["->   1 | [bytearray", "MemoryError", "Not enough memory"]),
    ("never_defined", ["NameError", "run the cells above first"]),
    ("def f():\n    f()\nf()", ["RecursionError", "more of these"]),
    ("input('?')", ["Write the value into the cell"]),
    ("import builtins\nbuiltins.input('?')", ["->   2 | ", "A page takes no input"]),
    ("import sys\nsys.stdin.readline()", ["->   2 | ", "A page takes no input"]),
    ("import getpass\ngetpass.getpass()", ["->   2 | ", "A page takes no input"]),
    ("import asyncio\nasync def f(): pass\nasyncio.run(f())", ["->   3 | ", "write await f()"]),
    ("import asyncio\nasyncio.get_event_loop().run_until_complete(asyncio.sleep(0))", ["write await f()"]),
    ("import threading\nthreading.Thread(target=print).start()", ["call the function directly"]),
    ("from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(2).submit(abs, -1)",
     ["call the function directly"]),
    ("import subprocess\nsubprocess.run(['ls'])", ["call the function directly"]),
    ("import os\nos.fork()", ["call the function directly"]),
    ("import multiprocessing\nmultiprocessing.Pool(2)", ["call the function directly"]),
    ("from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor(2)", ["call the function directly"]),
    ("raise SystemExit", ["SystemExit"]),
])
def test_what_goes_wrong_is_readable_and_the_page_goes_on(page, source, expected):
    shown = run(page, source).inner_text()
    assert [words for words in expected if words not in shown] == [], shown
    assert "session.py" not in shown
    assert run(page, "print(6 * 7)", 1).inner_text().strip() == "42"


def test_too_much_output_is_cut(page):
    shown = run(page, "for i in range(1_000_000):\n    print('123456789')")
    assert "the last 9.9 MB are not shown" in shown.inner_text()
    assert len(shown.inner_text()) < 110_000
    assert run(page, "print(6 * 7)", 1).inner_text().strip() == "42"
    assert len(run(page, "print('x' * 10_000_000)").inner_text()) < 110_000


def test_results_figures_and_markup(page):
    shown = run(page, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.figure()\n[1, 'a']")
    assert shown.locator("pre").inner_text().strip() == "[1, 'a']"
    assert shown.locator(".drawing").count() == 2
    shown = run(page, "class Table:\n    def _repr_html_(self):\n        return '<b>bold</b>'\nTable()")
    assert shown.locator("b").inner_text() == "bold"
    assert run(page, "x = 3;\nx;").inner_text().strip() == ""


WRONG = "import nnlib as nn\nreport = nn.exercises.check('tanh', lambda z: 2 * z)\nprint('[[1|2]]')"


@pytest.mark.parametrize(("choice", "words", "others"), [
    ("zh", ["✗ tanh: 通过 0/2", "✗ 普通的数", "输入: tanh([", "可能的原因: "], ["passed", "likely", " | "]),
    ("en", ["✗ tanh: 0/2 passed", "✗ ordinary numbers", "input: tanh([", "likely cause: "], ["通过", "原因", " | "]),
    ("both", ["通过 0/2 | 0/2 passed", "输入 | input: tanh(["], [])])
def test_a_self_check_speaks_the_readers_language(page, choice, words, others):
    shown = run(page, WRONG)
    page.locator(f".language-switch label:has(input[value={choice}])").click()
    text = shown.inner_text()
    page.locator(".language-switch label:has(input[value=both])").click()
    assert [word for word in words if word not in text] == [], text
    assert [word for word in others if word in text] == [], text
    assert "[[1|2]]" in text  # the reader's own
    assert text.count("[[") == 1


def test_a_cell_may_await_use_magic_and_be_stopped_meanwhile(page):
    run(page, "kept = 5\nimport asyncio")
    assert run(page, "await asyncio.sleep(.01)\nkept").inner_text().strip() == "5"
    drawn = run(page, "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1]);")
    assert drawn.locator(".drawing").count() == 1
    interrupt(enter(page, "print('at once')\nawait asyncio.sleep(1000)"))
    assert run(page, "kept", 1).inner_text().strip() == "5"


@pytest.mark.parametrize(("source", "expected"), [
    ("for i in range(3):\n    print(i, end='\\r')", "2"), ("print('abc\\rx')", "xbc"),
    ("print('a\\r\\nb\\r\\n')", "a\nb"),
    ("import time\nfor i in range(3):\n    print(f'\\rstep {i}', end='', flush=True)\n    time.sleep(.2)", "step 2"),
    ("for i in range(100_000):\n    print(f'step {i}', end='\\r')\nprint('\\ndone')", "step 99999\ndone"),
    ("print('\\x1b[31mred\\x1b[0m')", "red")])
def test_what_is_written_over_a_line_takes_its_place(page, source, expected):
    assert run(page, source).inner_text().strip() == expected


def test_ipythons_display_shows_and_clears(page):
    shown = run(page, "from IPython.display import HTML, Math, clear_output, display\nprint(1)\nclear_output()\n"
                      "display(HTML('<b>bold</b>'))\nMath('x^2')")
    assert shown.locator("b").inner_text() == "bold"
    assert shown.inner_text().split() == ["bold", "$\\displaystyle", "x^2$"]
    shown = run(page, "for i in range(3):\n    clear_output(wait=True)\n    display(i)")
    assert shown.inner_text().strip() == "2"
    assert "clear_output(wait=True)" in run(page, "display(3, display_id=True)").inner_text()


def test_restart_forgets(page):
    run(page, "kept = 5")
    page.locator(".live-restart").click()
    assert "restarted" in page.locator(".live-state").inner_text()
    assert "NameError" in run(page, "kept").inner_text()


def test_a_failure_leaves_the_cells_below_alone(page):
    before = cell(page, 2).locator(".cell_output").inner_text()
    run(page, "x = 1")
    enter(page, "1 / 0", 1)
    finished(page)
    cell(page, 2).locator(".live-above").click()
    finished(page)
    assert "ZeroDivisionError" in cell(page, 1).locator(".cell_output").inner_text()
    assert cell(page, 2).locator(".cell_output").inner_text() == before


def test_what_was_typed_runs_in_a_later_visit_until_it_is_reset(visit):
    page = visit.open(PAGE, lazy=True)
    box = cell(page)
    output = box.locator(".cell_output").inner_text()
    box.locator(".live-edit").click()
    box.locator(".cm-content").fill("print('mine')")
    page.reload()
    box.locator(".live-run").click()
    finished(page)
    assert box.locator(".cell_output").inner_text().strip() == "mine"
    box.locator(".live-reset").click()
    assert box.locator(".cell_output").inner_text() == output


def test_a_panel_tells_what_went_wrong_in_draw(page):
    run(page, "import nnlib as nn\ndef draw(a=1):\n    return f'{1 / a:g}'\nnn.explore(draw, a=[1, 0])")
    cell(page).locator("input").press("ArrowRight")
    fault = cell(page).locator(".explorer-error", has_text="ZeroDivisionError")
    fault.wait_for()
    assert "->   3 |     return" in fault.inner_text()


def test_where_python_cannot_be_had_the_reader_is_told(visit):
    visit.context.route("**/numpy-*", lambda route: route.abort())
    page = visit.open(PAGE, lazy=True)
    cell(page).locator(".live-run").click()
    cell(page).locator(".live-hint", has_text="Run starts it anew").wait_for(timeout=60_000)
    visit.context.unroute("**/numpy-*")
    assert run(page, "print(6 * 7)").inner_text().strip() == "42"
    visit.troubles.clear()  # the browser reports the failed download


def test_no_buttons_without_javascript_or_from_a_disk(visiting, python_site, addresses):
    for where, options in ((addresses["plain"], {"java_script_enabled": False}), (python_site.as_uri(), {})):
        with visiting(where, **options) as visit:
            page = visit.open(PAGE, lazy=True)
            assert page.locator("div.cell").count()
            assert not page.locator(".live-button").count()


def test_a_running_page_has_no_barriers_and_fits_a_phone(page, barriers):
    run(page, "print('wide ' * 60)\n1 / 0")
    run(page, "nothing_there", 2)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        assert not barriers(page, """{exclude: [[".highlight"]], include: [
            [".cell"], [".live-status"], [".dropdown-launch-buttons"]]}""")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
