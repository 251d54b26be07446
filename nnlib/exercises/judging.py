"""Answers to exercises: they are called with drawn inputs, and what comes back is held against nnlib's own.

Every text for the learner is ``中文 | English``. A test of an exercise raises `Wrong` where an answer falls
short; anything else that is raised is a fault of the test itself.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from .._common.pair import Pair

Test = Callable[["Answer", Any], None]  # an answer, and the generator to draw inputs from
NOT_YET = "还没有写 | not written yet"


class Wrong(Exception):
    """An answer falls short: a likely `cause`, the input (`given`), what `came`, what was `expected`."""

    def __init__(self, cause: str, given: str = "", came: str = "", expected: str = "") -> None:
        super().__init__(cause)
        self.cause, self.given, self.came, self.expected = cause, given, came, expected


class Answer(Protocol):
    """A learner's function or class, here or in another process."""

    name: str
    warned: str  # what NumPy warned of during the last call, or ""

    def __call__(self, *args: Any) -> Any:
        """What the function returns; `Wrong` if it raises."""

    def new(self, *args: Any) -> Callable[..., Any]:
        """An object of the class, as ``made("method", *args)``."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: what the learner's function is called, and the tests that its answer has to pass."""

    id: str
    name: str
    chapter: str
    minutes: int
    tests: dict[str, Test] = field(default_factory=dict)

    def test(self, title: str) -> Callable[[Test], Test]:
        """Decorate one test; it is worth one point."""

        def add(test: Test) -> Test:
            return self.tests.setdefault(title, test)

        return add


class LocalAnswer:
    """An answer in this process."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name, self.function, self.warned = name, function, ""

    def __call__(self, *args: Any) -> Any:
        return self._run(self.name, self.function, args)

    def new(self, *args: Any) -> Callable[..., Any]:
        made = self(*args)

        def call(method: str, *args: Any) -> Any:
            name = f"{self.name}.{method}"
            if not callable(getattr(made, method, None)):
                raise Wrong(f"没有方法 {method} | there is no method {method}", f"{name}{shown(args)}")
            return self._run(name, getattr(made, method), args)

        return call

    def _run(self, name: str, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("always")
            try:
                value = function(*map(copied, args))
            except NotImplementedError:
                raise Wrong(NOT_YET) from None
            except Exception as problem:
                came = f"{type(problem).__name__}: {problem}"
                raise Wrong(raised(type(problem).__name__), f"{name}{shown(args)}", came) from None
        self.warned = str(caught[0].message) if caught else ""
        if value is None:
            raise Wrong(NOT_YET)
        return value


def numbers(value: Any) -> np.ndarray[Any, Any] | None:
    """`value` as an array of finite numbers, or None if it is no such thing."""
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return None
    return array if array.dtype.kind in "biuf" and np.isfinite(array).all() else None


def finite(came: Any, like: np.ndarray[Any, Any], given: str) -> np.ndarray[Any, Any]:
    """What came, if it is finite numbers in the shape of `like`; else `Wrong`."""
    array = numbers(came)
    if array is None or array.shape != like.shape:
        raise Wrong(difference(came, like, 1e-6), given, shown(came), shown(like))
    return array


def copied(value: Any) -> Any:
    """A copy that an answer may change without harm."""
    if isinstance(value, list | tuple):
        return type(value)(map(copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def raised(kind: str) -> str:
    """The likely cause of an error that an answer raised."""
    causes = {
        "NameError": "有名字没定义，检查拼写和导入 | a name is not defined: check spelling and imports",
        "TypeError": "参数的个数或类型不对 | number or type of the arguments differs from the statement",
        "ValueError": "多半是形状对不上，打印 .shape 看看 | most likely shapes do not fit: print them",
        "IndexError": "下标超出了数组 | an index runs past the array",
        "RecursionError": "函数一直在调用自己 | the function calls itself without end",
    }
    return causes.get(kind, "函数中途报错 | the function raised an error")


def expect(
    answer: Answer,
    args: tuple[Any, ...],
    expected: Any,
    mistakes: Mapping[str, Any] | None = None,
    rtol: float = 1e-6,
) -> None:
    """Call the answer and compare; `mistakes` maps a likely cause to what that mistake would give."""
    judge(answer(*args), expected, f"{answer.name}{shown(args)}", mistakes, rtol)


def judge(
    came: Any, expected: Any, given: str, mistakes: Mapping[str, Any] | None = None, rtol: float = 1e-6
) -> None:
    """Raise `Wrong` unless what came is what was expected."""
    problem = difference(came, expected, rtol)
    for cause, value in (mistakes or {}).items():
        if problem and not difference(came, value, rtol) and difference(value, expected, rtol):
            problem = cause
            break
    if problem:
        raise Wrong(problem, given, shown(came), shown(expected))


def difference(came: Any, expected: Any, rtol: float) -> str:
    """How two values differ, as a likely cause, or ``""``."""
    if came is None:
        return NOT_YET
    if isinstance(expected, dict):
        if not isinstance(came, dict) or set(came) != set(expected):
            return f"应返回字典，键为 {', '.join(expected)} | return a dict with keys {', '.join(expected)}"
        return next(filter(None, (_within(key, came[key], expected[key], rtol) for key in expected)), "")
    if isinstance(expected, list | tuple):
        if not isinstance(came, list | tuple) or len(came) != len(expected):
            return f"应返回 {len(expected)} 个值 | return {len(expected)} values"
        pairs = enumerate(zip(came, expected, strict=True), 1)
        return next(filter(None, (_within(f"#{i}", a, b, rtol) for i, (a, b) in pairs)), "")
    if isinstance(expected, str):
        return "" if came == expected else "文字不同 | the text differs"
    return _array_difference(came, np.asarray(expected), rtol)


def _within(place: str, came: Any, expected: Any, rtol: float) -> str:
    problem = difference(came, expected, rtol)
    return str(Pair.of(problem).map(lambda half: f"{place}: {half}")) if problem else ""


def _array_difference(came: Any, right: np.ndarray[Any, Any], rtol: float) -> str:
    try:
        got = np.asarray(came)
    except ValueError:
        return "各行长短不一 | rows of different lengths"
    if got.dtype.kind not in "biuf":
        return f"应返回数，得到 {type(came).__name__} | return numbers, not {type(came).__name__}"
    if got.shape != right.shape:
        same = right.ndim == 2 and got.shape == right.shape[::-1]
        zh, en = ("，可能转置了", ", perhaps transposed") if same else ("", "")
        return (
            f"形状应为 {right.shape}，得到 {got.shape}{zh} | "
            f"the shape should be {right.shape}, not {got.shape}{en}"
        )
    got, right = got.astype(float), right.astype(float)
    scale = np.abs(right).max(initial=0.0)
    if np.allclose(got, right, rtol=rtol, atol=rtol * scale):
        return ""
    if not np.isfinite(got).all():
        return "出现 NaN 或无穷，可能是溢出或除以零 | NaN or infinity: an overflow or a division by zero"
    if np.allclose(got, -right, rtol=rtol, atol=rtol * scale):
        return "正负号反了 | the sign is the wrong way round"
    if got.size > 1:
        ratio = np.vdot(got, right) / max(np.vdot(right, right), 1e-300)
        if abs(ratio) > 1e-3 and np.allclose(got, ratio * right, rtol=1e-4, atol=1e-4 * scale):
            return (
                f"处处都差 {ratio:.4g} 倍，是否该取平均或乘一个系数 | "
                f"off by a factor of {ratio:.4g} everywhere: is there a mean or a factor to mind"
            )
    return (
        f"{(~np.isclose(got, right, rtol=rtol)).sum()}/{got.size} 个数不对 | "
        f"{(~np.isclose(got, right, rtol=rtol)).sum()} of {got.size} numbers differ"
    )


def shown(value: Any) -> str:
    """A value in one short line."""
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=12, edgeitems=2, separator=", ")
    elif isinstance(value, np.generic):
        text = repr(value.item())
    elif isinstance(value, tuple):
        text = f"({', '.join(map(shown, value))})"
        shapes = (
            f"array {entry.shape}" if isinstance(entry, np.ndarray) else shown(entry) for entry in value
        )
        return text if len(text) <= 160 else f"({', '.join(shapes)})"
    elif isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    elif isinstance(value, dict):
        return f"{{{', '.join(f'{key!s}: {shown(entry)}' for key, entry in value.items())}}}"
    else:
        text = repr(value)
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= 160 else f"{text[:150]} ... "
