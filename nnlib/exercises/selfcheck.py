"""The self-check: all exercises by id, and a report that says which tests an answer passes."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._common.checks import one_of, whole_number
from .._common.docstrings import raises
from .._common.pair import spoken
from . import activations, architecture, intro, overfitting
from .judging import NOT_YET, Answer, Exercise, LocalAnswer, Wrong

OTHER = "这是另一个变式的答案 | this is the answer to another variant"
NAMES = ("输入 | input", "得到 | got", "应为 | expected", "可能的原因 | likely cause")
EXERCISES: dict[str, Exercise] = {one.id: one for chapter in (intro, activations, architecture, overfitting)
                                  for one in vars(chapter).values() if isinstance(one, Exercise)}


@dataclass(frozen=True, repr=False)
class Report:
    """The result of a check; true if every test passed.

    `outcomes` maps the title of each test, ``中文 | English``, to None if the test passed, else to a `Wrong` with the
    ``call``, the ``actual`` and the ``expected`` value, and a likely ``cause``.
    """

    id: str
    outcomes: dict[str, Wrong | None]

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(wrong is None for wrong in self.outcomes.values())

    def __bool__(self) -> bool:
        return self.passed == len(self.outcomes)

    def __str__(self) -> str:
        if all(wrong and wrong.cause == NOT_YET for wrong in self.outcomes.values()):
            return f"○ {self.id}: {spoken(NOT_YET)}"
        count = f"{self.passed}/{len(self.outcomes)}"
        lines = [f"{'✓' if self else '✗'} {self.id}: {spoken(f'通过 {count} | {count} passed')}"]
        for title, wrong in self.outcomes.items():
            lines.append(f"  {'✗' if wrong else '✓'} {spoken(title)}")
            if wrong:
                found = (wrong.call, wrong.actual, wrong.expected, spoken(wrong.cause))
                lines += [f"      {spoken(name)}: {text}" for name, text in zip(NAMES, found, strict=True) if text]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<{self.passed} of {len(self.outcomes)} passed>"

    def _ipython_display_(self) -> None:
        """Nothing: `check` has printed the report already."""


def ids() -> tuple[str, ...]:
    """The ids of all exercises, in the order of the chapters.

    Examples
    --------
    >>> "sigmoid" in ids()
    True
    """
    return tuple(EXERCISES)


@raises("there is no such exercise or variant, or `answer` cannot be called")
def check(id: str, answer: Callable[..., Any], variant: int = 0) -> Report:
    """Run the tests of exercise `id`, one of ``ids()``, on an answer, and print which of them it passes.

    The answer is the function or class that the exercise asks for; the report is true if every test passed. In homework
    a section of a course may have a variant of the exercise, with other constants; its notebook names it.

    The report is in the language that the environment variable NNLIB_LANG names (zh or en), else in both.
    The inputs are the same at every check. When an instructor marks the exercise they are drawn from a secret seed.

    Examples
    --------
    >>> report = check("tanh", lambda z: 2 / (1 + np.exp(-z)) - 1)  # doctest: +ELLIPSIS
    ✗ tanh: 通过 0/2 | 0/2 passed
      ✗ 普通的数 | ordinary numbers
    ...
          可能的原因 | likely cause: 自变量也要乘 2 | the argument has to be doubled, too
    ...
    >>> bool(report)
    False
    """
    exercise = one_of("exercises.check id", id, EXERCISES)
    if not callable(answer):
        raise ValueError(f"exercises.check expected a function or class as answer to {id}, got {answer!r}. "
                         f"Hand in the function itself, without parentheses: check({id!r}, {exercise.name}).")
    if whole_number("exercises.check variant", variant, 0) >= (count := len(exercise.variants)):
        raise ValueError(f"exercises.check variant expected a number below {count} for {id}, got {variant}. "
                         "Take the one in your notebook, or none.")
    report = Report(id, outcomes(exercise, LocalAnswer(exercise.name, answer), variant=variant))
    print(report)
    return report


def outcomes(exercise: Exercise, answer: Answer, seed: int = 0, variant: int = 0) -> dict[str, Wrong | None]:
    """The outcome of each test; the answer to another variant is told that it is one."""
    found = {title: outcome(exercise, title, answer, seed, variant) for title in exercise.tests}
    compared = [wrong for wrong in found.values() if wrong and wrong.expected]
    if compared and any(not any(outcome(exercise, title, answer, seed, other) for title in found)
                        for other in range(len(exercise.variants)) if other != variant):
        for wrong in compared:
            wrong.cause = OTHER
    return found


def outcome(exercise: Exercise, title: str, answer: Answer, seed: int = 0, variant: int = 0) -> Wrong | None:
    """The outcome of one test: None if the answer passes. Each test draws from its own random stream."""
    titles = list(exercise.tests)
    rng = np.random.default_rng([seed, zlib.crc32(exercise.id.encode()), titles.index(title)])
    with np.errstate(all="ignore"):  # an answer may be any number
        try:
            for test in [titles[0], title] if title in exercise.special else [title]:
                exercise.tests[test](answer, rng, **exercise.variants[variant])
        except Wrong as wrong:
            return wrong
    return None
