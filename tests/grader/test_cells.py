"""A cell runs as IPython runs it, and what cannot be read costs its statement alone. No sandbox is needed here."""

import builtins
import sys
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell

from grader.sandbox import cells

F = "def f():\n    return 7\n"


@pytest.fixture
def notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    for name in ("display", "get_ipython", "_"):
        monkeypatch.setattr(builtins, name, None, raising=False)
    return cells.Notebook()


def names(space):
    """Plain values by name; functions by what they return."""
    values = {name: value() if getattr(value, "__name__", "") == "f" else value for name, value in space.items()}
    return {name: value for name, value in values.items() if name[0] != "_" and isinstance(value, int | str | tuple)
            and name not in ("exit", "quit")}


@pytest.mark.parametrize("source", [
    F + 'print("shape %d x %d"\n      % (3, 4))', "a, b = 7, 4\nc = (a\n     % b)", "a = 7 \\\n  % 4\n" + F,
    "import numpy as np\n" + F + "np.dot?", "import numpy as np\n?np.dot\n" + F, "import math\nmath.pi??\n" + F,
    "files = !true\n" + F, "!true \\\n  true\n" + F, "!!true\n" + F, "%time x = 3\ny = %time 4 + 1\n" + F,
    "%%time\n" + F + "x = 1", "%%capture out\n" + F, "%timeit -n1 -r1 1\n" + F, "%precision 4\n" + F,
    "%%html\n<b>not Python</b>", "%%writefile /dev/null\nx = 5", "if True:\n    %time x = 3\n    !true\n" + F,
    ">>> x = 3\n>>> y = 4", "In [3]: x = 5", "    x = 3\n    y = 4", "\n\n  \n" + F,
    "x = '''\n%not magic\n!nor this\n'''\n" + F, "x = 'a\u2028b'\ny = 'c\x0cd\x85'", "x = 1\r\ny = '''a\r\nb'''\r\n",
    "x = 1\ry = 2\r", "x = 1;y = 2;", "# only a comment", "x = 5 # %d\n# ?\n", "%%time\n%time x = 4\ny = 5",
    "async def g():\n    return 5\nx = await g()", "async def g():\n    return 5\nawait g()\nx = 2",
    "import __main__\n__main__.x = 3\ny = x",
    "import dataclasses\n@dataclasses.dataclass\nclass A:\n    n: int = 3\nx = A().n",
    "time x = 3", "get_ipython().run_cell('x = 3')", "get_ipython().ex('x = 3')", "x = get_ipython().ev('3 + 4')",
    "3 + 4\n%timeit -n1 -r1 1\nx = 2", "exit\n" + F, "get_ipython().user_ns['x'] = 3",
    "import inspect\ndef g():  # seven\n    return 7\nx = inspect.getsource(g)",
    "x = 3\ndel x\ny = 4", "display(3)\n" + F, "get_ipython().run_line_magic('time', 'x = 3')\n",
], ids=repr)
def test_as_in_ipython(notebook, source):
    assert notebook.problems_of(source) == []
    shell = InteractiveShell()
    shell.run_cell(source)
    assert names(notebook.names) == names(shell.user_ns)


def test_the_last_value_has_a_name(notebook):
    for source in ("3 + 4", "print(1)", "x = _ + 1", "async def g():\n    return 5", "await g()", "y = _ + 1"):
        assert notebook.problems_of(source) == []
    assert (notebook.names["x"], notebook.names["y"]) == (8, 8)


WRONG, NEW = F.replace("7", "0"), F.replace("f()", "g()")


@pytest.mark.parametrize("sources", [
    [F + "assert False, 'stop here'\n" + WRONG + NEW], [F, WRONG + NEW + "x = = 2"], [F, "print（1）\n" + WRONG + NEW],
    [F, "1 / 0\ndel f\n" + NEW], [F, "raise KeyError\nfor f in [1]: pass\n" + NEW], [F, "1 / 0\nf = 5\n1 / 0\n" + NEW],
    [F, "%%time\n1 / 0\nf = 5\n" + NEW], [F, "if True:\n    x = 1\n    raise ValueError\nimport os as f\n" + NEW],
    [F, "undefined_name\n" + WRONG + NEW], [WRONG, "import pandas_of_nowhere as pd", "pd.DataFrame()\n" + F + NEW],
    [WRONG, "raise RuntimeError(\"can't start new thread\")\n" + F + NEW], [F, "raise RuntimeError\n" + WRONG + NEW],
    [WRONG, "import pandas_of_nowhere\n" + F + NEW], [WRONG, "nn.plot.curve(1)\n" + F + NEW],
    [WRONG, "n = input()\n" + F + NEW], [WRONG, "n = int(input())", "n + 1\n" + F + NEW],
    [WRONG, "max(Out[1][0]) > In[2]\nIn + 1\nfloat(Out[1])\n" + F + NEW],
    [WRONG, "t = %timeit -o 1\nprint(t.best)\nround(t.best, 2)\n" + F + NEW],
    [WRONG, "files = !ls\nfiles[0].upper()\nlen(files)\n" + F + NEW], [WRONG, "help(f)\nexit()\n" + F + NEW],
    [WRONG, "open('/no/such/file')\n" + F + NEW], [WRONG, "assert False", F + NEW],
], ids=range(22))
def test_what_ipython_would_not_run_adds_names_and_replaces_none(notebook, sources):
    for source in sources:
        notebook.problems_of(source)
    assert (notebook.names["f"](), notebook.names["g"]()) == (7, 7)


def test_our_library_is_not_there_and_says_so(notebook):
    assert notebook.problems_of("nn.sweep(f, {})\n" + F)[0][:2] == [1, "ModuleNotFoundError"]


def test_futures_hold_in_later_cells(notebook):
    assert notebook.problems_of("def f(x: nowhere): pass")[0][:2] == [1, "NameError"]
    assert notebook.problems_of("from __future__ import annotations") == []
    assert notebook.problems_of(F.replace("f()", "f(x: nowhere = 1)")) == []
    assert notebook.names["f"]() == 7


READ = "SyntaxError"


@pytest.mark.parametrize(("source", "problems"), [
    (F + "print（f()）", [(3, READ)]), ("x = 1\nfoo(x\n" + F, [(2, READ)]),
    ("x == = 2\n" + F + "y = (", [(1, READ), (4, READ)]),
    ("if True:\n    x = 1\nelse:\n    x = 2\nreturn x\n" + F, [(5, READ)]),
    ("def g(:\n    return 1\n\n" + F, [(1, READ)]), ("@staticmethod\n" + F + "a b", [(4, READ)]),
    ("s = '''never closed\n" + F, [(1, READ)]), ("a b\n  indented\n" + F, [(1, READ)]),
    ("print 'two'\nx = 1 / 0\n" + F, [(1, READ), (2, "ZeroDivisionError")]),
    ("a b\n%time x = 3\n!ls\n" + F, [(1, READ)]),
    ("a b\ns = '''\nx = 1 / 0\n'''\n" + F, [(1, READ)]), ("x = 1\0\n" + F, [(1, READ)]),
    ("import pandas_of_nowhere\n" + F, [(1, "ModuleNotFoundError")]),
    ("%%time\n1 / 0\n" + F, [(2, "ZeroDivisionError")]),
    ("try:\n    x\nexcept NameError:\n    x = 1\na b\n" + F, [(5, READ)]),
    ("raise SystemExit\n" + F, [(1, "SystemExit")]),
    ("async def g():\n    raise OSError\nawait g()\n" + F, [(3, "OSError")]),
], ids=repr)
def test_a_statement_that_fails_costs_no_other(notebook, source, problems):
    assert [tuple(problem[:2]) for problem in notebook.problems_of(source)] == problems
    assert notebook.names["f"]() == 7


def test_an_endless_loop_is_stopped_and_ends_its_cell(notebook):
    with cells.limited(0.05):
        assert notebook.problems_of("x = 1\nwhile True:\n    pass\n" + F) == [[0, "OutOfTime", ""]]
    assert "f" not in notebook.names
    with cells.limited(0.2):
        time.sleep(0.3)  # takes no processor time
        assert notebook.problems_of(F) == []


def test_twenty_problems_are_enough(notebook):
    assert [problem[0] for problem in notebook.problems_of("1 / 0\na b\n" * 30)] == list(range(1, 21))


def test_an_exception_without_text(notebook):
    source = "class Odd(Exception):\n    def __str__(self):\n        raise self\nraise Odd\n" + F
    assert notebook.problems_of(source) == [[4, "Odd", ""]]
    assert notebook.names["f"]() == 7
