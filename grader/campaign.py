"""Marks a whole class: one result a student and content, by atomic rename, so that a run can be resumed."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from nnlib.files import write_whole

from . import submission
from .assignments import Assignment, load, names
from .marking import key, mark, refused

STUDENT = re.compile(r"\w[\w .@+-]{0,98}[\w.@+-]|\w")
AHEAD = 8  # submissions handed to the executor before the first comes back


@dataclass
class Outcome:
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


def grade(
    folder: Path,
    results: Path,
    seed: int,
    executor: Executor,
    only: list[str] | None = None,
    progress: bool = True,
    **how: Any,
) -> Outcome:
    """Mark what is in `folder/student/assignment` and not yet in `results`."""
    run, current = Outcome(), {}
    todo = []
    for name in only or names():
        assignment = load(name)
        (results / name).mkdir(parents=True, exist_ok=True)
        current[name] = {}
        for student in students(folder):
            if (folder / student / name).exists() or (folder / student / name).is_symlink():
                todo.append((assignment, student))
    with tqdm(total=len(todo), unit="submission", disable=not progress) as bar:
        for assignment, student, result, digest in _results(todo, folder, results, seed, executor, how):
            if isinstance(result, BaseException):
                run.faults[f"{student}/{assignment.name}"] = f"{type(result).__name__}: {result}"
            else:
                if result:
                    _write(results / assignment.name / f"{student}.{digest}.json", result)
                    run.marked += 1
                current[assignment.name][student] = digest
            bar.update()
    for name, digests in current.items():
        if not digests:
            continue
        _write(results / f"{name}.json", digests)
        run.results += len(digests)
    return run


def _results(
    todo: list[tuple[Assignment, str]],
    folder: Path,
    results: Path,
    seed: int,
    executor: Executor,
    how: dict[str, Any],
) -> Iterator[tuple[Assignment, str, Any, str]]:
    """Assignment, student, result (None where it is there already, or what was raised) and key."""
    running: dict[Future[Any], tuple[Assignment, str, str]] = {}

    def finished(most: int) -> Iterator[tuple[Assignment, str, Any, str]]:
        while len(running) > most:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                assignment, student, digest = running.pop(future)
                yield assignment, student, future.exception() or future.result(), digest

    for assignment, student in todo:
        digest, notes = "", []
        try:
            data, notes = submission.read(folder / student / assignment.name)
        except submission.Refused as why:
            digest = key(str(why).encode(), assignment, seed)
            yield assignment, student, refused(assignment, str(why)), digest
            continue
        digest = key(data, assignment, seed)
        if (results / assignment.name / f"{student}.{digest}.json").exists():
            yield assignment, student, None, digest
            continue
        try:
            running[executor.submit(_job, data, assignment, seed, notes, how)] = (assignment, student, digest)
        except (
            RuntimeError
        ) as broken:  # the pool has lost a process: what is missing is marked by the next run
            yield assignment, student, broken, digest
        yield from finished(AHEAD - 1)
    yield from finished(0)


def _job(
    data: bytes, assignment: Assignment, seed: int, notes: list[str], how: dict[str, Any]
) -> dict[str, Any]:
    result = mark(data, assignment, seed, **how)
    return {**result, "notes": notes + result["notes"]}


def read_results(results: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The current result of each student, by assignment."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for index in sorted(results.glob("*.json")):
        current = json.loads(index.read_text("utf-8"))
        found[index.stem] = {
            student: json.loads((results / index.stem / f"{student}.{digest}.json").read_text("utf-8"))
            for student, digest in sorted(current.items())
        }
    if not found:
        raise ValueError(f"expected results in {results}, found none. Run `grade` first.")
    return found


def _write(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))
