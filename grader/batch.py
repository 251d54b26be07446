"""Marks a whole class: one result file per student and submission, so that a run can be resumed."""

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from .assignments import Assignment, load, names
from .marking import Conditions, key, mark, refused
from .output import write_json
from .submission import Refused, read

STUDENT = re.compile(r"\w[\w .@+-]{0,98}[\w.@+-]|\w")
AHEAD = 64  # submissions handed to the executor before the first comes back: a few for each worker


@dataclass
class Run:
    """How a run went: how many results there are, how many of them are new, and whom the grader failed."""

    results: int = 0
    marked: int = 0
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """One submission after a run: a new `result`, a `fault` of the grader, or neither if it was there."""

    assignment: str
    student: str
    key: str
    result: dict[str, Any] | None = None
    fault: BaseException | None = None


def students(folder: Path) -> list[str]:
    """The students who have a folder, by name; any other name is an error rather than a lost submission."""
    if not folder.is_dir():
        raise ValueError(f"expected a folder with one folder per student, got {folder}. Run `collect` first.")
    found = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for name in found:
        if not STUDENT.fullmatch(name):
            raise ValueError(
                f"expected folders named by letters, digits, blanks and . _ @ + -, got {name!r}. Rename it."
            )
    return found


def grade(folder: Path, results: Path, conditions: Conditions, executor: Executor) -> Run:
    """Mark what is in `folder/student/assignment` and not yet in `results`."""
    everyone, run, index = students(folder), Run(), {}
    submitted = [(assignment, student) for assignment in map(load, names()) for student in everyone
                 if os.path.lexists(folder / student / assignment.name)]
    with tqdm(total=len(submitted), unit="submission", disable=None) as bar:  # None: only in a terminal
        for outcome in _outcomes(submitted, folder, results, conditions, executor):
            if outcome.fault:
                why = f"{type(outcome.fault).__name__}: {outcome.fault}"
                run.faults[f"{outcome.student}/{outcome.assignment}"] = why
            else:
                if outcome.result:
                    path = _path(results, outcome.assignment, outcome.student, outcome.key)
                    write_json(path, outcome.result)
                    run.marked += 1
                index.setdefault(outcome.assignment, {})[outcome.student] = outcome.key
                run.results += 1
            bar.update()
    for name, keys in index.items():
        write_json(results / f"{name}.json", keys)
    return run


def _outcomes(
    submitted: list[tuple[Assignment, str]],
    folder: Path,
    results: Path,
    conditions: Conditions,
    executor: Executor,
) -> Iterator[Outcome]:
    """The outcome of every submission, in the order in which they are finished."""
    running: dict[Future[dict[str, Any]], Outcome] = {}

    def finished(most: int) -> Iterator[Outcome]:
        while len(running) > most:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                fault = future.exception()
                yield replace(running.pop(future), fault=fault, result=None if fault else future.result())

    for assignment, student in submitted:
        try:
            data, notes = read(folder / student / assignment.name)
            job = partial(mark, data, assignment, conditions, notes)
        except Refused as why:
            data, notes, job = str(why).encode(), [], partial(refused, assignment, str(why))
        outcome = Outcome(assignment.name, student, key(data, assignment, conditions, notes))
        if _path(results, assignment.name, student, outcome.key).exists():
            yield outcome
            continue
        try:
            running[executor.submit(job)] = outcome
        except RuntimeError as broken:  # the pool has lost a process: the next run marks what is missing
            yield replace(outcome, fault=broken)
        yield from finished(AHEAD - 1)
    yield from finished(0)


def _path(results: Path, assignment: str, student: str, key: str) -> Path:
    return results / assignment / f"{student}.{key}.json"


def current(results: Path, name: str) -> dict[str, Path]:
    """The file with each student's current result for an assignment."""
    index = json.loads((results / f"{name}.json").read_text("utf-8"))
    return {student: _path(results, name, student, index[student]) for student in sorted(index)}


def read_results(results: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The current result of each student, by assignment."""
    found = {}
    for index in sorted(results.glob("*.json")):
        try:
            paths = current(results, index.stem)
            found[index.stem] = {name: json.loads(path.read_text("utf-8")) for name, path in paths.items()}
        except (ValueError, LookupError, TypeError, FileNotFoundError):
            raise ValueError(
                f"expected results in {results}, got a foreign file {index.name}. "
                "Name the folder that `grade` wrote."
            ) from None
    if not found:
        raise ValueError(f"expected results in {results}, found none. Run `grade` first.")
    return found
