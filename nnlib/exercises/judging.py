"""Judging: a learner's answer runs on random inputs, and its results are compared with nnlib's.

Every text for the learner is ``中文 | English``. A test of an exercise raises `Wrong` if the answer is
wrong; any other exception that it raises is a fault of the test itself.
"""

import copy
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from .._common.pair import Pair

Rng: TypeAlias = "np.random.Generator"  # a text, so that `import nnlib` does not load numpy.random
Answer: TypeAlias = "LocalAnswer"  # or one in another process, which the grader has
Test = Callable[..., None]  # of an answer, the generator to draw inputs from, and by name the constants of a variant
Drawn = tuple[Any, ...] | Iterable[tuple[Any, ...]]  # the arguments of one call, or of several
NOT_YET = "还没有写 | not written yet"


class Wrong(Exception):
    """An answer is wrong: a likely `cause`, the `call`, and the `actual` and the `expected` value."""

    def __init__(self, cause: str, call: str = "", actual: str = "", expected: str = "") -> None:
        super().__init__(cause)
        self.cause, self.call, self.actual, self.expected = cause, call, actual, expected


@dataclass(frozen=True)
class Exercise:
    """One exercise: the name of the learner's function, and the tests that it has to pass."""

    id: str
    name: str
    chapter: str
    minutes: int
    variants: Sequence[dict[str, Any]] = ({},)  # the constants of the page's, then of those that a section may get
    tests: dict[str, Test] = field(default_factory=dict)
    special: set[str] = field(default_factory=set)

    def test(self, title: str, special: bool = False) -> Callable[[Test], Test]:
        """Decorate a function as a test of this exercise, worth one point.

        A special case may come out right by a constant or by half the idea: it counts only beside the first test.
        """
        self.special.update([title] * special)
        return partial(self.tests.setdefault, title)

    def compare(self, title: str, right: Callable[..., Any], draw: Callable[[Rng], Drawn],
                mistakes: Callable[..., Any] = lambda *_, **__: {}, special: bool = False, **how: Any) -> None:
        """Add a test: with the arguments that `draw` makes, the answer has to return what `right` does.

        `mistakes` is called with them, too, and both also with the variant's constants; `how` is that of `expect`.
        """

        @self.test(title, special)
        def _(answer: Answer, rng: Rng, **constants: Any) -> None:
            drawn = draw(rng)
            for args in [drawn] if isinstance(drawn, tuple) else drawn:
                expect(answer, args, right(*args, **constants), mistakes(*args, **constants), **how)


class LocalAnswer:
    """A learner's function or class, in this process; a call raises `Wrong` if the function raises."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name, self.function, self.warned = name, function, ""  # the first warning of the last call

    def __call__(self, *args: Any) -> Any:
        return self._run(self.name, self.function, args, plain)

    def new(self, *args: Any) -> Callable[..., Any]:
        """Make an object of the learner's class; ``made("method", *args)`` calls a method of it."""
        made = self._run(self.name, self.function, args, lambda made: made)
        return lambda method, *args: self._run(f"{self.name}.{method}", getattr(made, method, None), args, plain)

    def _run(self, name: str, function: Any, args: tuple[Any, ...], read: Callable[[Any], Any]) -> Any:
        if not callable(function):
            method = name.removeprefix(f"{self.name}.")
            raise Wrong(f"没有方法 {method} | there is no method {method}", f"{name}{shown(args)}")
        with (warnings.catch_warnings(record=True, action="always") as caught,
              np.errstate(all="warn", under="ignore")):
            try:
                value = read(function(*map(copy.deepcopy, args)))  # so that it may change its arguments without harm
            except NotImplementedError:
                raise Wrong(NOT_YET) from None
            except Exception as problem:
                actual = f"{type(problem).__name__}: {problem}"
                raise Wrong(raised(type(problem).__name__), f"{name}{shown(args)}", actual) from None
        self.warned = str(caught[0].message) if caught else ""
        if value is None:
            raise Wrong(NOT_YET)
        return value


def plain(value: Any) -> Any:
    """A returned value as it reaches the grader: a copy, of numbers and texts in lists, tuples, dicts and arrays."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else tuple)(map(plain, value))
    with suppress(ValueError, TypeError, OverflowError):  # it is neither a number nor an array
        array = np.array(value)
        if array.dtype.kind in "biuf":
            return array[()]
        if array.dtype.kind == "O" or (isinstance(value, np.ndarray) and not array.ndim):
            return plain(inside) if (inside := array.tolist()) is not value else float(value)
    return value


def numbers(value: Any) -> np.ndarray[Any, Any] | None:
    """`value` as an array of finite numbers, or None if it is anything else."""
    with suppress(ValueError):  # ragged
        if (array := np.asarray(value)).dtype.kind in "biuf" and np.isfinite(array).all():
            return array
    return None


def finite(actual: Any, like: np.ndarray[Any, Any], call: str) -> np.ndarray[Any, Any]:
    """`actual` as an array; raise `Wrong` unless it holds finite numbers in the shape of `like`."""
    array = numbers(actual)
    if array is None or array.shape != like.shape:
        raise Wrong(difference(actual, like, 1e-6), call, shown(actual), shown(like))
    return array


def raised(kind: str) -> str:
    """The likely cause of an exception of this kind that an answer raised."""
    return {
        "NameError": "有名字没定义，检查拼写和导入 | a name is not defined: check spelling and imports",
        "TypeError": "参数的个数或类型不对 | number or type of the arguments differs from the statement",
        "ValueError": "多半是形状对不上，打印 .shape 看看 | most likely shapes do not fit: print them",
        "IndexError": "下标超出了数组 | an index runs past the array",
        "SyntaxError": "Python 读不懂这一句，检查括号和标点 | Python cannot read this: check brackets and punctuation",
        "IndentationError": "缩进不对 | the indentation is wrong",
        "ModuleNotFoundError": "批改时只有 NumPy | NumPy is all there is where homework is marked",
        "AttributeError": "没有这个属性，检查拼写 | there is no such attribute: check its spelling",
        "KeyError": "字典里没有这个键 | the dict has no such key",
        "ZeroDivisionError": "除以了零 | a division by zero",
        "PermissionError": "批改时没有其他文件和进程 | homework is marked without other files or processes",
        "RuntimeError": "如果开了线程：批改时不能用 | if it starts threads: homework is marked without any",
        "EOFError": "批改时没有人输入 | nobody is there to type where homework is marked",
        "RecursionError": "函数一直在调用自己 | the function calls itself without end",
    }.get(kind, "中途报错 | an error was raised")


def expect(answer: Answer, args: tuple[Any, ...], expected: Any, mistakes: Mapping[str, Any] | None = None,
           rtol: float = 1e-6, part: Any = None) -> None:
    """Call the answer and judge its result, or one part; `mistakes` maps a likely cause to the value it leads to."""
    actual, call = answer(*args), f"{answer.name}{shown(args)}"
    if part is not None:
        kind: Any = dict if isinstance(expected, dict) else list | tuple
        if not isinstance(actual, kind) or (part not in actual if kind is dict else len(actual) != len(expected)):
            judge(actual, expected, call)
        actual, expected, call = actual[part], expected[part], f"{call}[{part!r}]"
    judge(actual, expected, call, mistakes, rtol)


def judge(actual: Any, expected: Any, call: str, mistakes: Mapping[str, Any] | None = None, rtol: float = 1e-6) -> None:
    """Raise `Wrong` unless the actual value equals the expected one."""
    if problem := difference(actual, expected, rtol):
        causes = (cause for cause, value in (mistakes or {}).items()
                  if not difference(actual, value, rtol) and difference(value, expected, rtol))
        raise Wrong(next(causes, problem), call, shown(actual), shown(expected))


def difference(actual: Any, expected: Any, rtol: float) -> str:
    """How two values differ, in the words for a likely cause, or ``""`` if they are equal."""
    if actual is None:
        return NOT_YET
    if isinstance(expected, dict):
        if not isinstance(actual, dict) or set(actual) != set(expected):
            return f"应返回字典，键为 {', '.join(expected)} | return a dict with keys {', '.join(expected)}"
        parts = [(key, actual[key], expected[key]) for key in expected]
    elif isinstance(expected, list | tuple):
        many = isinstance(actual, list | tuple) or (isinstance(actual, np.ndarray) and actual.ndim)
        if not many or len(actual) != len(expected):  # before a loop over what may be millions
            return f"应返回 {len(expected)} 个值 | return {len(expected)} values"
        parts = [(f"#{i}", a, b) for i, (a, b) in enumerate(zip(actual, expected, strict=True), 1)]
    elif isinstance(expected, str):
        return "" if isinstance(actual, str) and actual == expected else "文字不同 | the text differs"
    else:
        return _array_difference(actual, np.asarray(expected), rtol)
    for place, one, other in parts:
        if problem := difference(one, other, rtol):
            return str(Pair.of(problem).map(f"{place}: ".__add__))
    return ""


def _array_difference(actual: Any, right: np.ndarray[Any, Any], rtol: float) -> str:
    try:
        got = np.asarray(actual)
    except ValueError:
        return "各行长短不一 | rows of different lengths"
    if got.dtype.kind not in "biuf":
        kind = got.dtype if got.ndim else type(actual).__name__
        return f"应返回实数，得到 {kind} | return real numbers, not {kind}"
    if got.shape != right.shape:
        same = right.ndim == 2 and got.shape == right.shape[::-1]
        zh, en = ("，可能转置了", ", perhaps transposed") if same else ("", "")
        return f"形状应为 {right.shape}，得到 {got.shape}{zh} | the shape should be {right.shape}, not {got.shape}{en}"
    truth = right.dtype == bool
    single = right.dtype.kind == "f" and (got == got.astype(np.float32)).all()  # not counts
    rtol = max(rtol, 1e-4) if single else rtol
    got, right = got.astype(float), right.astype(float)
    scale = np.abs(right).max(initial=0.0)
    if np.allclose(got, right, rtol=rtol, atol=rtol * scale):
        return ""
    if not np.isfinite(got).all():
        return "出现 NaN 或无穷，可能是溢出或除以零 | NaN or infinity: an overflow or a division by zero"
    if np.allclose(got, -right, rtol=rtol, atol=rtol * scale):
        return "正负号反了 | the sign is the wrong way round"
    if got.size == 1:
        if truth:
            return "真假反了 | true and false are the wrong way round"
        error = float((got - right).sum())
        zh, en = ("偏大，多", "too large") if error > 0 else ("偏小，少", "too small")
        about = float(f"{abs(error):.1g}")  # one digit is a hint and gives nothing away
        return f"{zh}了约 {about:g} | {en} by about {about:g}"
    ratio = np.vdot(got, right) / max(np.vdot(right, right), 1e-300)
    if abs(ratio) > 1e-3 < abs(ratio - 1) and np.allclose(got, ratio * right, rtol=1e-4, atol=1e-4 * scale):
        return (f"处处都差 {ratio:.4g} 倍，是否该取平均或乘一个系数 | "
                f"off by a factor of {ratio:.4g} everywhere: did you forget to take a mean, or a factor")
    wrong = (~np.isclose(got, right, rtol=rtol, atol=rtol * scale)).sum()
    return f"{wrong}/{got.size} 个数不对 | {wrong} of {got.size} numbers differ"


def shown(value: Any) -> str:
    """A value in one short line."""
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=12, edgeitems=2, separator=", ")
    elif isinstance(value, tuple):
        text = f"({', '.join(map(shown, value))})"
        shapes = (f"array {entry.shape}" if isinstance(entry, np.ndarray) else shown(entry) for entry in value)
        return text if len(text) <= 160 else f"({', '.join(shapes)})"
    elif isinstance(value, list):
        return f"[{', '.join(map(shown, value[:12]))}{', ...' * (len(value) > 12)}]"
    elif isinstance(value, dict):
        entries = [f"{key!s}: {shown(entry)}" for key, entry in [*value.items()][:12]]
        return f"{{{', '.join(entries)}{', ...' * (len(value) > 12)}}}"
    else:
        text = repr(value.item() if isinstance(value, np.generic) else value)
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= 160 else f"{text[:150]} ... "
