"""What runs a page's cells, here outside the browser: order, results, figures, faults."""

import asyncio
import json
import re
import sys
import warnings
from itertools import product

import IPython.display
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from IPython.core import display_functions
from IPython.core.formatters import DisplayFormatter

from web.live.faults import readable
from web.live.session import LIMIT, SHOWN, Session


@pytest.fixture
def ran(monkeypatch):
    """A session, and what it sent; each run starts with nothing sent."""
    mpl.use("agg")
    plt.close("all")  # other tests leave some open
    for module, name in [(plt, "show"), *product([IPython.display, display_functions], ["display", "clear_output"])]:
        monkeypatch.setattr(module, name, getattr(module, name))  # a session puts its own there
    monkeypatch.delenv("NNLIB_FRAMES", raising=False)
    sent = []
    session = Session(lambda *message: sent.append(message))

    def ran(source, number=1):
        sent.clear()
        good = session.run(number, source)
        assert good == all(kind != "error" for kind, *_ in sent)
        return list(sent)

    ran.session, ran.sent = session, sent
    return ran


def test_cells_share_their_names(ran):
    assert ran("x = 6") == []
    assert ran("print(x * 7)", 2) == [("text", "stdout", "42\n")]


def test_lines_are_sent_as_they_are_written_and_the_rest_at_the_end(ran):
    assert ran("print('a')\nprint('b', end='')\nprint('c')\nprint('d', end='')") == [
        ("text", "stdout", "a\n"), ("text", "stdout", "bc\n"), ("text", "stdout", "d")]


def test_a_line_that_begins_anew_is_sent_before_it_ends_and_counts_little(ran):
    sent = ran("for i in range(50_000):\n    print(f'epoch {i}', end='\\r')")
    assert sent[0] == ("text", "stdout", "epoch 0\r")
    assert sent[-1][2].endswith("epoch 49999\r")
    assert sum(len(words) for *_, words in sent) < LIMIT / 2


@pytest.mark.parametrize(("source", "expected"), [
    (r"print('abc\rx')", "abc\rx\n"), (r"print('a\rbc\rdef\rg')", "a\rdef\rg\n"),
    (r"print('abc\rd\re')", "abc\re\n"), (r"print('ab\r\ncd\r\n')", "ab\r\ncd\r\n\n")])
def test_only_what_a_line_hides_is_left_out(ran, source, expected):
    assert "".join(words for *_, words in ran(source)) == expected


@pytest.mark.parametrize("source", [
    r"print('\x1b[31mred\x1b[0m')", r"print('\x1b[2K\x1b[1;32mred')", r"raise ValueError('\x1b[31mred')",
    "import sys\nprint('\\x1b[38;5;9mred\\x1b[m', file=sys.stderr)",
    "class A:\n    def __repr__(self): return '\\x1b[31mred'\nA()"])
def test_colours_of_a_terminal_are_left_out(ran, source):
    (_, *words), = ran(source)
    assert any(re.search(r"(?:^|: )red\n?$", part) for part in words)


def test_stderr_is_told_apart(ran):
    assert ran("import sys\nprint('no', file=sys.stderr)") == [("text", "stderr", "no\n")]


@pytest.mark.parametrize("source", [
    "import warnings\nwarnings.warn('careful')", "%%time\nnp.float32(1e38) * np.float32(1e3)",
    "def f():\n    return np.log(0)\nf()", "%time np.array([1.]) / 0"])
def test_a_cell_warns_each_time_it_runs_and_so_does_another_with_the_same_line(ran, source):
    ran("import numpy as np")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")  # once for each place, as outside of tests
        for times, number in enumerate((1, 1, 2), 1):
            ran(source, number)
            assert len(seen) == times


def test_the_last_expression_is_shown_unless_quiet_or_none(ran):
    assert ran("1\n{'a': 2}") == [("text", "result", "{'a': 2}\n")]
    assert ran("_['a']") == [("text", "result", "2\n")]
    assert ran("3;") == []
    assert ran("None") == []
    assert ran("") == []


def test_display_shows_at_its_place(ran):
    assert ran("print(1, end='')\ndisplay(2)\nprint(3)") == [
        ("text", "stdout", "1"), ("text", "result", "2\n"), ("text", "stdout", "3\n")]


DISPLAYED = {  # with IPython's display or the one that a cell has anyway: what the page gets
    "display(HTML('<b>x</b>'), 3)": [("html", "<b>x</b>"), ("text", "result", "3\n")],
    "display(Markdown('*a*'))": [("text", "result", "*a*\n")],
    "Math('x^2')": [("text", "result", "$\\displaystyle x^2$\n")],
    "display(SVG('<svg/>'), metadata={}, transient={})": [("html", "<svg/>")],
    "display({'text/plain': 'p', 'text/html': '<i>'}, raw=True)": [("html", "<i>")],
    "display({'application/json': 1}, raw=True)": [],
    "print(1, end='')\nclear_output()\n2": [("text", "stdout", "1"), ("clear",), ("text", "result", "2\n")],
    "print(1)\nclear_output(wait=True)\nprint(2)\n3":
        [("text", "stdout", "1\n"), ("clear",), ("text", "stdout", "2\n"), ("text", "result", "3\n")],
    "display(1)\ndisplay(2, clear=True)": [("text", "result", "1\n"), ("clear",), ("text", "result", "2\n")],
    "clear_output(wait=True)": [], "print(('x' * 999 + '\\n') * 100)\nclear_output()\nprint(2)":
        [("text", "stdout", ("x" * 999 + "\n") * 100), ("clear",), ("text", "stdout", "2\n")],
}


@pytest.mark.parametrize("source", DISPLAYED)
@pytest.mark.parametrize("names", ["*", "clear_output, HTML, Markdown, Math, SVG"])
def test_display_does_what_ipythons_does(ran, source, names):
    ran(f"from IPython.display import {names}")
    assert ran(source) == DISPLAYED[source]


SEMICOLONS = {  # whether a value is shown
    "1;": False, "1 ; ": False, "1;  # x": False, "(1);": False, "1;\n# end\n\n": False, "x = 2\nx;": False,
    "%time 5;": False, "1  # y;": True, "1\n# y;": True, "'a;'": True, "1; 2": True, "%time 5": True}


@pytest.mark.parametrize("source", SEMICOLONS)
def test_a_value_is_shown_unless_the_last_token_is_a_semicolon(ran, source):
    assert any(message[1] == "result" for message in ran(source)) == SEMICOLONS[source]


CLASSES = """
class Plain:
    def __repr__(self): return "plain"
class Html(Plain):
    def _repr_html_(self): return "<b>"
class Svg(Plain):
    def _repr_svg_(self): return "<svg/>"
    def _repr_png_(self): return b"png"
class Png(Plain):
    def _repr_png_(self): return b"\\x89PNG", {"width": 3}
    def _repr_jpeg_(self): return b"jpeg"
class Markdown(Svg):
    def _repr_markdown_(self): return "# head"
class All(Html, Markdown): pass
class Pair(Plain):
    def _repr_mimebundle_(self, include=None, exclude=None): return {"text/html": "<i>"}, {"text/html": {}}
class Bundle(Html):
    def _repr_mimebundle_(self, **asked): return {"text/plain": "from the bundle"}
class Nothing(Plain):
    def _repr_mimebundle_(self, **asked): return None
    def _repr_html_(self): return None
class No(Plain):
    def _repr_html_(self): raise NotImplementedError
class Everything:
    def __getattr__(self, name): return lambda *given, **options: "everything"
    def __repr__(self): return "everything"
class Latex(Plain):
    def _repr_latex_(self): return "$x$"
    def _repr_javascript_(self): return "alert(1)"
class ByClass(Plain):
    @classmethod
    def _repr_html_(cls): return f"<b>{cls.__name__}"
class Own(Plain):
    def _repr_pretty_(self, printer, cycle): printer.text("pretty")
"""
VALUES = [*(f"{name}{call}" for name in re.findall(r"class (\w+)", CLASSES) for call in ("()", "")),
          "int", "len", "type(3)", "lambda x: x", r"'a\n'", "{3, 1, 2}", "list(range(100))", "range(3)",
          "{name: list(range(name)) for name in range(20)}", "ValueError('x')", "[Html()]", "{'k': 0}.keys()",
          "__import__('numpy').eye(3)", "__import__('collections').Counter('aab')", "b'x'", "...", "1.5"]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_shown_as_ipython_shows_it(ran, value):
    ran(CLASSES)
    data, _ = DisplayFormatter().format(eval(value, ran.session.names))
    best = next((mime for mime in SHOWN if mime in data), "text/plain")
    (kind, *_, shown), = ran(value)
    if best in ("image/png", "image/jpeg"):
        assert (kind, shown.split(";")[0]) == ("image", f"data:{best}")
    else:
        assert kind == ("html" if best in ("text/html", "image/svg+xml") else "text")
        assert re.sub(" at 0x.*>", "", shown.removesuffix("\n")) == re.sub(" at 0x.*>", "", data[best])


@pytest.mark.parametrize("method", ["_repr_html_", "_repr_mimebundle_", "_ipython_display_"])
def test_a_representation_that_fails_is_told_and_the_next_is_shown(ran, method):
    source = f"class A:\n    def {method}(self, **asked): 1 / 0\n    def __repr__(self): return 'plain'\nA()"
    (kind, words, _), shown = ran(source)
    assert (kind, shown) == ("error", ("text", "result", "plain\n"))
    assert f"->   2 |     def {method}" in words
    assert words.endswith("ZeroDivisionError: division by zero")
    (_, words, _), = ran("class B:\n    def __repr__(self): raise ValueError('no')\nB()")
    assert words.endswith("ValueError: no")


REFUSED = {  # what the fault names, and a word of the advice
    "!ls -l": ("'!ls -l'", "no command line"), "files = !ls": ("'!ls'", "no command line"),
    "!!ls": ("'!ls'", "no command line"), "!echo a \\\n b": ("'!echo a", "no command line"),
    "!pip install torch": ("'!pip install torch'", "install no package"),
    "%pip install torch": ("'%pip install torch'", "install no package"),
    "%conda install x": ("'%conda install x'", "install no package"),
    "!python -m pip install x": ("'!python -m pip install x'", "install no package"),
    "?len": ("'len?'", " help(len) "), "len??": ("'len?'", " help(len) "),
    "x = 1\nx.real?": ("'x.real?'", " help(x.real) "),
    "%timeit -n 3 x": ("'%timeit -n 3 x'", "%time for a line"), "%%timeit\n3": ("'%%timeit'", "%%time for"),
    "%load_ext autoreload": ("'%load_ext autoreload'", "the command %load_ext."),
    "%matplotlib widget": ("'%matplotlib widget'", "Write %matplotlib inline,"),
    "%matplotlib notebook": ("'%matplotlib notebook'", "Write %matplotlib inline,"),
    "%%matplotlib inline\n3": ("'%%matplotlib inline'", "Write %matplotlib inline,"),
    "# a comment\n%%time\n3": ("'%%time'", "first line of the cell, by itself"),
    "x = 3\n%%time": ("'%%time'", "first line of the cell, by itself"),
    "%%time x\n3": ("'%%time x'", "first line of the cell, by itself"),
    "# a comment\n%%timeit\n3": ("'%%timeit'", "%%time for"),
    "%%bash\nls": ("'%%bash'", "the command %%bash."), "x = %pwd": ("'%pwd'", "the command %pwd."),
    "if True:\n    %run a.py": ("'%run a.py'", "the command %run."),
    "display(3, display_id=True)": ("expected no display_id", "clear_output(wait=True)"),
    "from IPython.display import update_display\nupdate_display(3, display_id='a')":
        ("expected no display_id", "clear_output(wait=True)"),
    "%time await x": ("%time cannot await", "Write %%time"), "input('?')": ("Write the value", 'write "3"'),
    "import torch": ("torch", "download this chapter's notebook"),
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_only_jupyter_can_do_is_named_with_what_to_do_instead(ran, source):
    (kind, words, hint), = ran(f"{source}\nprint('not reached')")
    assert kind == "error"
    assert REFUSED[source][0] in words
    assert REFUSED[source][1] in hint
    assert "->" in words
    assert "raised in" not in words.replace("importlib", "")
    zh, en = hint.split(" | ")
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff]", en)


PYTHON = {  # magic that a page obeys, and what only looks like magic
    "%matplotlib inline\n5": "5", "%time 5": "5", "y = %time 5\ny": "5", "%%time\n\n5": "5",
    "\n%%time\ny = 5\ny": "5", "get_ipython().run_line_magic('matplotlib', 'inline')\n5": "5",
    ">>> 2 + 3": "5", "\n\n  2 + 3": "5", "In [3]: 5": "5", "'%d' \\\n% 5": "'5'", "('%d'\n % 5)": "'5'",
    "(19\n% 7)": "5", "'''\n%matplotlib x\n!ls\n'''[1:4]": "'%ma'", "(3\n!= 4)": "True", "'what?'": "'what?'",
    "f'{5!r}'": "'5'",
}


@pytest.mark.parametrize("source", PYTHON)
def test_signs_of_magic_are_read_as_ipython_reads_them(ran, source):
    *printed, shown = ran(source)
    assert shown == ("text", "result", f"{PYTHON[source]}\n")
    assert len(printed) == ("%time" in source)
    assert all(re.fullmatch(r"Wall time: [\d.e-]+ m?s\n", words) for *_, words in printed)


@pytest.mark.parametrize("source", ["\n\n1 / 0", "%time 3\n\n1 / 0", "%%time\n\n1 / 0", "\n%%time\n1 / 0"])
def test_lines_keep_their_numbers_beside_magic(ran, source):
    *_, (_, words, _) = ran(source)
    assert "->   3 | 1 / 0" in words


async def awaited(ran, source, stop=False):
    running = ran.session.run(1, source)
    if stop:
        await asyncio.sleep(0)
        ran.session.task.cancel()
    await running


def test_a_cell_may_await(ran):
    ran("import asyncio\nasync def later(x):\n    await asyncio.sleep(.001)\n    return x")
    asyncio.run(awaited(ran, "print('a')\ny = await later(5)\nprint('b')\nawait later(y)"))
    assert ran.sent == [("text", "stdout", "a\n"), ("text", "stdout", "b\n"), ("text", "result", "5\n")]
    assert ran("y") == [("text", "result", "5\n")]
    ran("")
    asyncio.run(awaited(ran, "%%time\nawait later(1)\n1 / 0"))
    assert ran.sent[0][1].startswith("cell 1, line 3\n")
    ran("")
    asyncio.run(awaited(ran, "await asyncio.sleep(1000)", stop=True))
    (_, words, hint), = ran.sent
    assert words.startswith("cell 1, line 1\n->   1 | await asyncio.sleep(1000)\n")
    assert (words.endswith("CancelledError"), hint) == (True, "已停止。 | Stopped.")


def test_a_value_that_shows_itself_is_asked_to(ran):
    source = "class Loud:\n    def _ipython_display_(self):\n        print('here')\nLoud()"
    assert ran(source) == [("text", "stdout", "here\n")]


def test_figures_come_once_after_what_was_printed(ran):
    sent = ran("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nprint('first', end='')\nfig")
    assert [kind for kind, *_ in sent] == ["text", "image"]
    assert sent[1][1].startswith("<svg ")
    assert ran("len(plt.get_fignums())") == [("text", "result", "0\n")]


def test_show_shows_figures_at_its_place(ran):
    sent = ran("from matplotlib import pyplot as plt\nplt.figure()\nplt.show()\nprint()\nplt.figure();")
    assert [kind for kind, *_ in sent] == ["image", "text", "image"]


def test_figures_of_a_cell_that_failed_are_gone(ran):
    assert [kind for kind, *_ in ran("import matplotlib.pyplot as plt\nplt.figure()\n1 / 0")] == ["error"]
    assert ran("plt.get_fignums()") == [("text", "result", "[]\n")]


def test_a_panel_and_its_views(ran, monkeypatch):
    monkeypatch.delitem(sys.modules, "nnlib.explorers.widgets", raising=False)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # no page has it
    source = "import nnlib as nn\ndef draw(a=1):\n    return f'{1 / a:g}'\nnn.explore(draw, a=[1, 2, 0])"
    (kind, number, description), = ran(source)
    assert (kind, number) == ("explorer", 0)
    assert json.loads(description)["controls"][0]["values"] == ["1", "2", "0"]
    assert json.loads(ran.session.view(0, [1])) == {"src": None, "text": "0.5"}
    assert "->   3 |     return" in json.loads(ran.session.view(0, [2]))["error"]


def test_a_run_is_asked_for_its_next_view_and_told_of_clicks(ran, monkeypatch):
    monkeypatch.delitem(sys.modules, "nnlib.explorers.widgets", raising=False)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    ran("import nnlib as nn\ndef draw(a, b):\n    while a < 3:\n        a += 0.5 if (yield f'{a}{b}') else 1\n"
        "nn.explore(draw, clicked=lambda x, y, **now: {'b': f'{x} {y} {now}'}, a=[0, 1], b='x')")

    def view(*asked):
        return json.loads(ran.session.view(0, *asked))

    assert [view([0, "y"])["text"], view([0, "y"], False)["text"], view([0, "y"], True)["text"]] == ["0y", "1y", "1.5y"]
    assert view([1, "z"], False)["text"] == "2z"
    assert view([1, "z"], False) == {"over": True}
    assert view([1, "z"], [.25, .5]) == {"values": {"b": "0.25 0.5 {'a': 1, 'b': 'z'}"}}
    assert "KeyError" in view([1], False)["error"] or "ValueError" in view([1], False)["error"]


@pytest.mark.parametrize("source", ["print('x' * {n})", "for i in range({n} // 10):\n    print('123456789')",
                                    "'x' * ({n} - 3)"])
def test_too_much_text_is_counted_not_sent(ran, source):
    *texts, last = ran(source.format(n=3 * LIMIT))
    assert last in [("omitted", 2 * LIMIT), ("omitted", 2 * LIMIT + 1)]  # print adds a line break
    assert sum(len(words) for _, _, words in texts) == LIMIT
    assert ran("print('again')") == [("text", "stdout", "again\n")]


def test_once_a_cell_may_show_no_more_it_shows_no_more(ran):
    *texts, last = ran(f"print('x' * {LIMIT})\nprint('y' * 1000)\nprint('z' * 5000)")
    assert [set(words) for _, _, words in texts] == [{"x"}]
    assert last == ("omitted", 6003)


FAULTS = {
    "x = 1\nprint(3 4)": "cell 1, line 2\n     1 | x = 1\n->   2 | print(3 4)\n               ^\n"
                         "SyntaxError: invalid syntax. Perhaps you forgot a comma?",
    "def f(x):\n    return 1 / x\n\nf(0)":
        "cell 1, line 4\n     2 |     return 1 / x\n     3 | \n->   4 | f(0)\n"
        "cell 1, line 2, in f\n     1 | def f(x):\n->   2 |     return 1 / x\n     3 | \n     4 | f(0)\n"
        "ZeroDivisionError: division by zero",
    "raise KeyError": "cell 1, line 1\n->   1 | raise KeyError\nKeyError",
}


@pytest.mark.parametrize("source", FAULTS)
def test_a_fault_shows_the_readers_lines(ran, source):
    assert ran(source) == [("error", FAULTS[source], "")]


def test_a_fault_in_a_library_says_where(ran):
    (_, words, hint), = ran("import json\njson.loads('{')")
    assert words.startswith("cell 1, line 2\n     1 | import json\n->   2 | json.loads('{')\nraised in ")
    assert "json/decoder.py, line " in words
    assert hint == ""


def test_a_function_of_an_earlier_cell_is_shown_with_that_cell(ran):
    ran("def f():\n    return missing", 1)
    (_, words, hint), = ran("f()", 2)
    assert words.startswith("cell 2, line 1\n->   1 | f()\ncell 1, line 2, in f\n")
    assert "run the cells above first" in hint


@pytest.mark.parametrize(("source", "word"), [
    ("raise MemoryError", "Not enough memory"), ("raise KeyboardInterrupt", "Stopped"),
    ("raise ValueError('array is too big; ...')", "Not enough memory"),
    ("def f():\n    x += 1\nf()", "not defined yet"), ("raise ValueError('NameError')", ""),
    ("raise RuntimeError(\"can't start new thread\")", "call the function directly"),
    ("raise OSError(138, 'emscripten does not support processes.')", "call the function directly"),
    ("raise OSError(52, 'Function not implemented')", "call the function directly"),
    ("import _multiprocessing_", "download this chapter's notebook"),
    ("raise ModuleNotFoundError(\"No module named '_multiprocessing'\")", "call the function directly"),
    ("raise RuntimeError('Cannot stack switch because ...')", "write await f() for"),
    ("raise OSError(29, 'I/O error')", 'write "3"')])
def test_hints(ran, source, word):
    (_, _, hint), = ran(source)
    assert word in hint
    assert bool(word) == bool(hint)


def test_where_a_loop_runs_await_takes_the_place_of_run(ran):
    ran("import asyncio\nasync def f(): pass\nlater = f()")
    asyncio.run(awaited(ran, "await asyncio.sleep(0)\nasyncio.run(later)"))
    (_, words, hint), = ran.sent
    assert "running event loop" in words
    assert "write await f() for" in hint
    asyncio.run(awaited(ran, "await later"))


def test_earlier_results_have_ipythons_names(ran):
    assert ran("[_, __, ___]") == [("text", "result", "['', '', '']\n")]
    for source in ("3", "_ + 1", "0;", "None", "del ___", "5"):
        ran(source)
    assert ran("_, __, ___") == [("text", "result", "(5, 4, 3)\n")]


@pytest.mark.parametrize("source", [
    "def f(q):\n    %time r = 1\n    r = %time q + 1\n    return r\nf(4)",
    "def f(q):\n    x = %time sum(q for i in range(q)) + 1\n    return x\nf(2)",
    "def f(n, q):\n    x = %time n + q\n    return x\nf(2, 3)", "q = 4\n%time r = q + 1\nr",
    "import numpy as np\ndef f(n, q):\n    x = %time n[0] + q\n    return x\nf(np.ones(2), 4).astype(int).item()"])
def test_time_reads_the_names_of_its_place(ran, source):
    ran("n = 100\nq = 50")
    assert ran(source)[-1] == ("text", "result", "5\n")
    assert ran("n")[-1] == ("text", "result", "100\n")


def test_what_was_printed_before_a_fault_comes_before_it(ran):
    assert [message[0] for message in ran("print(1, end='')\n1 / 0")] == ["text", "error"]


def test_endless_recursion_is_cut(ran):
    (_, words, _), = ran("def f():\n    f()\nf()")
    assert "more of these" in words
    assert words.count("\n") < 40


def test_a_fault_without_a_line_of_the_reader(ran):
    assert readable(ValueError("plain")) == "ValueError: plain"
