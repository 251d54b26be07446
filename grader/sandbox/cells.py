"""Runs inside the sandbox: the cells of a student's notebook, as IPython runs them."""

import ast
import builtins
import codeop
import contextlib
import inspect
import io
import linecache
import re
import signal
import sys
import types

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

# A statement begins at a line that is not indented, closes no bracket and continues no other statement.
BEGINS = re.compile(r"(?![\s#)\]}]|$|(?:else|elif|except|finally)\b)")
RUN_CODE = {"time", "capture", "prun"}  # the magics that run code in the notebook's own names
AUTOMAGIC = re.compile(r"^(?=(?:time|pylab|matplotlib|run|pip|conda) +\w)")
DRAWING = """IPython.display ipywidgets matplotlib matplotlib.animation matplotlib.colors matplotlib.pyplot
    matplotlib.ticker mpl_toolkits mpl_toolkits.mplot3d seaborn tqdm tqdm.auto tqdm.notebook"""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class OutOfTime(BaseException):
    """The processor time of one message is over."""


@contextlib.contextmanager
def limited(seconds):
    """Raise OutOfTime in a block that takes more processor time, again and again if it goes on."""

    def stop(*_):
        raise OutOfTime

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


class Captured(io.TextIOBase):
    """What a cell prints, up to 2,000 characters."""

    text = ""

    def write(self, text):
        self.text += str(text)[: 2000 - len(self.text)]
        return len(text)


class StandIn(types.ModuleType):
    """A library that draws or shows progress: all calls do nothing, but a loop over a bar runs."""

    items, __exit__ = None, lambda self, *_: None
    __enter__ = __getitem__ = __setitem__ = __or__ = lambda self, *_: self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__ == "nnlib":  # our import cell is not run, because nnlib knows the right answers
            raise ModuleNotFoundError("No module named 'nnlib'")
        return StandIn(name)

    def __call__(self, *args, iterable=(), **options):
        made = StandIn(self.__name__)
        if made.__name__.startswith("tqdm"):
            made.items = (*args, iterable)[0]
        elif made.__name__ in ("trange", "tnrange"):
            made.items = range(*args)
        return made

    def __iter__(self):
        return iter([self] * {"subplots": 2, "hist": 3}.get(self.__name__, 1) if self.items is None else self.items)


class Notebook:
    """The names of a notebook, and cells run as IPython runs them."""

    def __init__(self):
        module = sys.modules["__main__"] = types.ModuleType("__main__")
        self.names, self.lacking, self.compile = module.__dict__, False, codeop.Compile()  # which remembers __future__
        self.compile.flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.names |= dict.fromkeys(("In", "Out", "exit", "help", "quit"), StandIn("shell"))
        self.names |= {"np": np, "nn": StandIn("nnlib")}
        builtins.get_ipython, builtins.display = lambda: Shell(self), lambda *values, **options: print(*values)

    def problems_of(self, source):
        """Run a cell and return its first problems, each as its line, the exception's kind and text."""
        self.problems, self.replaces = [], True
        try:
            self.run_cell(source)
        except OutOfTime as problem:
            self.note(0, problem)
        return sorted(self.problems)[:20]

    def run_cell(self, source):
        """Run a cell statement by statement: one that fails does not hide the functions below it."""
        for statement in self.statements(source):
            kept = {} if self.replaces else dict(self.names)  # what IPython would not run may add names alone
            try:
                if not isinstance(statement, ast.Expr):
                    self.run(ast.Module([statement], []), "exec")
                elif not isinstance(value := self.run(ast.Expression(statement.value), "eval"), StandIn | None):
                    builtins._ = value
            except OutOfTime:
                raise
            except BaseException as problem:
                self.note(statement.lineno, problem)
            finally:
                self.names.update(kept)

    def run(self, tree, mode):
        code = self.compile(tree, self.file, mode)
        value = eval(code, self.names)
        if code.co_flags & inspect.CO_COROUTINE:  # a statement with await
            for _ in value.__await__():
                pass
            return None
        return value

    def parse(self, text, flags=0, mode="exec"):
        return compile(text, self.file, mode, self.compile.flags | ast.PyCF_ONLY_AST | flags, dont_inherit=True)

    def statements(self, source):
        """The statements of a cell, without those that cannot be read."""
        text = io.StringIO(source, newline=None).read()
        self.file = f"<cell {len(linecache.cache)}>"  # from there inspect.getsource takes a function's text
        linecache.cache[self.file] = len(text), None, text.splitlines(keepends=True), self.file
        with contextlib.suppress(*UNREADABLE):
            if not text.lstrip().startswith("In ["):  # a prompt, though it could be Python
                return self.parse(text).body
        with contextlib.suppress(*UNREADABLE):
            text = TransformerManager().transform_cell(AUTOMAGIC.sub("%", text))
            return self.parse(text).body
        return list(self.readable(text.split("\n")))

    def readable(self, lines):
        """The statements among some lines that can be read one by one; the others become problems."""
        begins = [number for number, line in enumerate(lines) if BEGINS.match(line)]
        while begins:
            first = begins.pop(0)
            for more, end in enumerate([*begins, len(lines)]):
                text = "\n" * first + "\n".join(lines[first:end]) + "\n"
                try:
                    yield from self.parse(text, codeop.PyCF_ALLOW_INCOMPLETE_INPUT * (end < len(lines))).body
                except UNREADABLE as problem:
                    if "incomplete input" in str(problem):  # it is a beginning
                        continue
                    self.note(getattr(problem, "lineno", None) or first + 1, problem)
                else:
                    del begins[:more]
                break

    def note(self, line, problem):
        text = ""
        with contextlib.suppress(Exception):  # an exception of the student's may have no text
            text = str(problem.msg if isinstance(problem, SyntaxError) else problem)[:500]
        boxed = "StandIn" in text or isinstance(problem, (ImportError, OSError, EOFError, *[NameError] * self.lacking))
        self.lacking |= boxed  # then the box has left names undefined, too
        self.replaces &= boxed or problem.args == ("can't start new thread",)
        self.problems.append([line, type(problem).__name__[:40], text])


class Shell(StandIn):
    """Stands in for IPython's shell: magics that run code run it, and all others do nothing."""

    def __init__(self, notebook):
        super().__init__("shell")
        self.notebook, self.user_ns, self.run_cell = notebook, notebook.names, notebook.run_cell
        self.ex, self.ev = notebook.run_cell, lambda text: notebook.run(notebook.parse(text, mode="eval"), "eval")
        self.getoutput = self.system = lambda *_, **options: StandIn("shell")

    def run_line_magic(self, name, line, *_):
        code = {"pylab": "from numpy import *; import matplotlib.pyplot as plt",
                "run": f"exec(open({line.split()[-1:]}[0]).read())"}
        try:
            return self.ev(code := code.get(name, line * (name in RUN_CODE)))
        except SyntaxError:
            self.run_cell(code)
            return None if code else StandIn(name)

    def run_cell_magic(self, name, line, body):
        if name in RUN_CODE:
            self.notebook.run_cell(f"\n{body}")  # below the magic's own line
        elif name in ("writefile", "file"):
            with open(line.split()[-1], "a" if "-a" in line.split() else "w") as file:
                file.write(body)
