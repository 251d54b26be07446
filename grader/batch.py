"""Marks a whole class: one result a student and content, by atomic rename, so that a run can be resumed."""

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from nnlib._common.files import write_whole

from .assignments import Assignment, load, names
from .marking import key, mark, refused
from .submission import Refused, read

STUDENT = re.compile(r"\w[\w .@+-]{0,98}[\w.@+-]|\w")
AHEAD = 64  # submissions handed to the executor before the first comes back: a few for each worker


@dataclass
class Run:
    """How a run went: how many results are there, how many were made now, and what went wrong with whom."""

    results: int = 0
    marked: int = 0
    faults: dict[str, str] = field(default_factory=dict)


def students(folder: Path) -> list[str]:
    """The students who have a folder, by name; any other name is an error rather than a lost submission."""
    if not folder.is_dir():
        raise ValueError(f"expected a folder with one folder a student, got {folder}. Run `collect` first.")
    found = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    odd = [name for name in found if not STUDENT.fullmatch(name)]
    if odd:
        raise ValueError(
            f"expected folders named by letters, digits, blanks and . _ @ + -, got {odd[0]!r}. Rename it."
        )
    return found


def grade(folder: Path, results: Path, seed: int, executor: Executor, **how: Any) -> Run:
    """Mark what is in `folder/student/assignment` and not yet in `results`; `mark` is told `how`."""
    who, run, index = students(folder), Run(), {}
    todo = [(assignment, student) for assignment in map(load, names()) for student in who
            if os.path.lexists(folder / student / assignment.name)]
    with tqdm(total=len(todo), unit="submission", disable=None) as bar:  # None: where nobody looks
        for name, student, digest, result in _results(todo, folder, results, seed, executor, how):
            if isinstance(result, BaseException):
                run.faults[f"{student}/{name}"] = f"{type(result).__name__}: {result}"
            else:
                if result:
                    _write(results / name / f"{student}.{digest}.json", result)
                    run.marked += 1
                index.setdefault(name, {})[student] = digest
                run.results += 1
            bar.update()
    for name, digests in index.items():
        _write(results / f"{name}.json", digests)
    return run


def _results(
    todo: list[tuple[Assignment, str]],
    folder: Path,
    results: Path,
    seed: int,
    executor: Executor,
    how: dict[str, Any],
) -> Iterator[tuple[str, str, str, Any]]:
    """Assignment, student, key, and the result: None where it is there already, or what was raised."""
    running: dict[Future[Any], tuple[str, str, str]] = {}

    def finished(most: int) -> Iterator[tuple[str, str, str, Any]]:
        while len(running) > most:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield *running.pop(future), future.exception() or future.result()

    for assignment, student in todo:
        try:
            data, notes = read(folder / student / assignment.name)
            job = partial(mark, data, assignment, seed, notes, **how)
        except Refused as why:
            data, job = str(why).encode(), partial(refused, assignment, str(why))
        digest = key(data, assignment, seed)
        told = assignment.name, student, digest
        if (results / assignment.name / f"{student}.{digest}.json").exists():
            yield *told, None
            continue
        try:
            running[executor.submit(job)] = told
        except RuntimeError as broken:  # the pool has lost a process: the next run marks what is missing
            yield *told, broken
        yield from finished(AHEAD - 1)
    yield from finished(0)


def current(results: Path, name: str) -> dict[str, Path]:
    """The file with each student's current result for an assignment."""
    index = json.loads((results / f"{name}.json").read_text("utf-8"))
    return {student: results / name / f"{student}.{index[student]}.json" for student in sorted(index)}


def read_results(results: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The current result of each student, by assignment."""
    found = {}
    for index in sorted(results.glob("*.json")):
        try:
            paths = current(results, index.stem)
            found[index.stem] = {who: json.loads(path.read_text("utf-8")) for who, path in paths.items()}
        except (ValueError, LookupError, TypeError, FileNotFoundError):
            raise ValueError(
                f"expected results in {results}, got a foreign file {index.name}. "
                "Name the folder that `grade` wrote."
            ) from None
    if not found:
        raise ValueError(f"expected results in {results}, found none. Run `grade` first.")
    return found


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))
