"""Marks a whole class: one result file per student and submission, so that a run can be resumed."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from pathlib import Path
from threading import Thread
from typing import Any
from unicodedata import category

from tqdm import tqdm

from .assignments import Assignment, load, names
from .marking import Conditions, key, mark, refused
from .output import tidied, write_json
from .submission import Refused, read

FIELDS = {"assignment", "status", "exercises", "notes", "score", "max", "pending"}  # of a whole result
CLAIMS = "folders.json"  # in a results folder: from where each assignment was marked
MAX_NAME = 200  # bytes, of the 255 that a file system allows for a result's name
JOINERS = "\u200c\u200d"  # which join letters in Persian and Indian names
AHEAD = 64  # submissions handed to the executor before the first comes back: a few for each worker


@dataclass
class Run:
    """How a run went: how many results there are, how many of them are new, and whom the grader failed.

    What else lies in the folder is `left_out` if somebody may miss it, otherwise `aside`.
    """

    results: int = 0
    marked: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """One submission after a run: a new `result`, a `fault` of the grader, or neither if it was there."""

    assignment: str
    student: str
    key: str
    result: dict[str, Any] | None = None
    fault: BaseException | None = None


def why_no_name(student: str) -> str:
    """Why `student` cannot be a file's name and a cell of a table; a name of any script can.

    A spreadsheet takes what begins with = + - @ for a formula; signs that cannot be seen hide what a name is.
    """
    unseen = any(category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in JOINERS for sign in student)
    fits = 0 < len(student.encode(errors="replace")) <= MAX_NAME and student == student.strip() and "/" not in student
    return "" if fits and not unseen and student[0] not in "=+-@." else (
        f"expected a name of at most {MAX_NAME} bytes, with no = + - @ . or blank in front, none behind, and no sign that cannot be seen, "
        f"got {student!r}. Rename it")


@contextmanager
def workers(count: int) -> Iterator[Executor]:
    """Processes that mark. Ctrl-C, which the caller blocks, never reaches them; they also end when this one is gone."""
    resource_tracker.ensure_running()  # or its start would end the caller's block of Ctrl-C
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_follow)
    for _ in range(count):
        pool.submit(int)  # starts one of them
    try:
        yield pool
    except BaseException:
        for process in active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)  # what has not begun is left for the next run


def _follow() -> None:
    """End this process when the one that started it ends; a queue whose writer it holds itself would not tell."""

    def end() -> None:
        parent_process().join()
        os._exit(1)

    Thread(target=end, daemon=True).start()


def grade(folder: Path, results: Path, conditions: Conditions, executor: Executor) -> Run:
    """Mark what is in `folder/student/assignment` and not yet in `results`."""
    run, index = Run(), {}
    submitted = _submitted(folder, results, run)
    _claim(results, folder, {assignment.name for assignment, _ in submitted})
    with tidied(results), tqdm(total=len(submitted), unit="submission", disable=None) as bar:  # None: only in a terminal
        for outcome in _outcomes(submitted, folder, results, conditions, executor):
            if outcome.fault:
                run.faults[f"{outcome.student}/{outcome.assignment}"] = f"{type(outcome.fault).__name__}: {outcome.fault}"
            else:
                if outcome.result:
                    write_json(_path(results, outcome.assignment, outcome.student, outcome.key), outcome.result)
                    run.marked += 1
                index.setdefault(outcome.assignment, {})[outcome.student] = outcome.key
                run.results += 1
            bar.update()
    for name, keys in index.items():
        missing = sorted(set(_object(results / f"{name}.json") or ()) - {one for _, one in submitted})
        run.aside += [f"{student!r}: handed in {name} before, and is no longer in {folder}" for student in missing]
        write_json(results / f"{name}.json", keys)
    return run


def _submitted(folder: Path, results: Path, run: Run) -> list[tuple[Assignment, str]]:
    """What there is to mark; `run` gets a line for everything else in the folder."""
    if not folder.is_dir():
        raise ValueError(f"expected a folder with one folder per student, got {folder}. Run `collect` first.")
    assignments, found = {name: load(name) for name in names()}, {}
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        try:
            inside = sorted(os.listdir(path))
        except OSError as problem:  # a file, or a folder that cannot be read
            aside = path.is_file() and path.suffix.lower() not in (".ipynb", ".zip")
            (run.aside if aside else run.left_out).append(f"{path.name!r}: {problem.strerror}")
            continue
        mine = [name for name in inside if name in assignments]
        other = f"{path.name!r}: {[name for name in inside if name not in assignments][:5]} is no assignment"
        if os.path.realpath(path) == os.path.realpath(results) or any(f"{name}.json" in inside for name in assignments):
            run.aside.append(f"{path.name!r}: results of the grader")
        elif why := why_no_name(path.name):
            run.left_out.append(f"{path.name!r}: {why}")
        elif not mine:
            run.left_out.append(f"{other}, and {', '.join(assignments)} are missing")
        else:
            found[path.name] = mine
            run.aside += [other] if len(mine) < len(inside) else []
    submitted = [(one, student) for name, one in assignments.items() for student in found if name in found[student]]
    if submitted:
        return submitted
    raise ValueError(f"expected folders student/assignment in {folder}, found none: {'; '.join(run.left_out[:5]) or 'nothing'}. "
                     "Name the folder that `collect` wrote.")


def _claim(results: Path, folder: Path, assignments: set[str]) -> None:
    """Refuse results that were made from another folder: there, somebody else may have the same name."""
    here, claims = str(folder.resolve()), _object(results / CLAIMS) or {}
    for other in (claims[name] for name in sorted(assignments) if claims.get(name, here) != here):
        raise ValueError(f"expected the folder whose results are in {results} ({other}), got {folder}. Choose another --out; if that "
                         f"folder has moved, or has been merged into this one, delete {results / CLAIMS}.")
    write_json(results / CLAIMS, {**claims, **dict.fromkeys(sorted(assignments), here)})


def _outcomes(submitted: list[tuple[Assignment, str]], folder: Path, results: Path, conditions: Conditions,
              executor: Executor) -> Iterator[Outcome]:
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
        except OSError as problem:  # a folder or a disk that cannot be read
            yield Outcome(assignment.name, student, "", fault=problem)
            continue
        outcome = Outcome(assignment.name, student, key(data, assignment, conditions, notes))
        if _result(_path(results, assignment.name, student, outcome.key)):  # a damaged one is made again
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


def read_results(results: Path, assignment: str = "*") -> dict[str, dict[str, dict[str, Any]]]:
    """The current result of each student, by assignment."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for index in sorted(set(results.glob(f"{assignment}.json")) - {results / CLAIMS}):
        keys = _object(index)
        if keys is None or not all(isinstance(key, str) for key in keys.values()):
            raise ValueError(f"expected results in {results}, got a foreign file {index.name}. Name the folder that `grade` wrote.")
        found[index.stem] = {}
        for student in sorted(keys):
            path = _path(results, index.stem, student, keys[student])
            if not (result := _result(path)):
                raise ValueError(f"expected a result in {path}, got a damaged file or none. Run `grade` again: it makes that result anew.")
            found[index.stem][student] = result
    if not found:
        raise ValueError(f"expected results in {results}, found none. Run `grade` first.")
    return found


def _result(path: Path) -> dict[str, Any] | None:
    """The result in a file, if it is whole."""
    result = _object(path)
    return result if result and result.keys() >= FIELDS else None


def _object(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file, or None if there is no such file or it is damaged."""
    with suppress(FileNotFoundError, ValueError):
        content = json.loads(path.read_text("utf-8"))
        return content if isinstance(content, dict) else None
    return None
