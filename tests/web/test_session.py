"""What runs a page's cells, here outside the browser: order, results, figures, faults."""

import json
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from web.live.session import LIMIT, Session, readable


@pytest.fixture
def ran(monkeypatch):
    """A session, and what it sent; each run starts with nothing sent."""
    mpl.use("agg")
    plt.close("all")  # other tests leave some open
    monkeypatch.delenv("NNLIB_FRAMES", raising=False)
    sent = []
    session = Session(lambda *message: sent.append(message))

    def ran(source, number=1):
        sent.clear()
        good = session.run(number, source)
        assert good == all(kind != "error" for kind, *_ in sent)
        return list(sent)

    ran.session = session
    return ran


def test_cells_share_their_names(ran):
    assert ran("x = 6") == []
    assert ran("print(x * 7)", 2) == [("text", "stdout", "42\n")]


def test_lines_are_sent_as_they_are_written_and_the_rest_at_the_end(ran):
    assert ran("print('a')\nprint('b', end='')\nprint('c')\nprint('d', end='')") == [
        ("text", "stdout", "a\n"), ("text", "stdout", "bc\n"), ("text", "stdout", "d")]


def test_stderr_is_told_apart(ran):
    assert ran("import sys\nprint('no', file=sys.stderr)") == [("text", "stderr", "no\n")]


def test_the_last_expression_is_shown_unless_quiet_or_none(ran):
    assert ran("1\n{'a': 2}") == [("text", "result", "{'a': 2}\n")]
    assert ran("_['a']") == [("text", "result", "2\n")]
    assert ran("3;") == []
    assert ran("None") == []
    assert ran("") == []


def test_display_shows_at_its_place(ran):
    assert ran("print(1, end='')\ndisplay(2)\nprint(3)") == [
        ("text", "stdout", "1"), ("text", "result", "2\n"), ("text", "stdout", "3\n")]


def test_markup(ran):
    assert ran("class A:\n    def _repr_html_(self): return '<b>'\nA()") == [("html", "<b>")]


def test_a_value_that_shows_itself_is_asked_to(ran):
    source = "class Loud:\n    def _ipython_display_(self):\n        print('here')\nLoud()"
    assert ran(source) == [("text", "stdout", "here\n")]


def test_figures_come_once_after_what_was_printed(ran):
    sent = ran("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nprint('first', end='')\nfig")
    assert [kind for kind, *_ in sent] == ["text", "image"]
    assert sent[1][1].startswith("data:image/png;base64,iVBOR")
    assert ran("len(plt.get_fignums())") == [("text", "result", "0\n")]


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


@pytest.mark.parametrize("source", ["print('x' * {n})", "for i in range({n} // 10):\n    print('123456789')",
                                    "'x' * ({n} - 3)"])
def test_too_much_text_is_counted_not_sent(ran, source):
    *texts, last = ran(source.format(n=3 * LIMIT))
    assert last in [("omitted", 2 * LIMIT), ("omitted", 2 * LIMIT + 1)]  # print adds a line break
    assert sum(len(words) for _, _, words in texts) == LIMIT
    assert ran("print('again')") == [("text", "stdout", "again\n")]


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
    ("raise ValueError('array is too big; ...')", "Not enough memory")])
def test_hints(ran, source, word):
    (_, _, hint), = ran(source)
    assert word in hint


def test_what_was_printed_before_a_fault_comes_before_it(ran):
    assert [message[0] for message in ran("print(1, end='')\n1 / 0")] == ["text", "error"]


def test_endless_recursion_is_cut(ran):
    (_, words, _), = ran("def f():\n    f()\nf()")
    assert "more of these" in words
    assert words.count("\n") < 40


def test_no_keyboard(ran):
    (_, words, _), = ran("input('?')")
    assert words.endswith("Write the value into the cell instead.")
    assert "raised in" not in words


def test_a_fault_without_a_line_of_the_reader(ran):
    assert readable(ValueError("plain")) == "ValueError: plain"
