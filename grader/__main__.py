"""``python -m grader``: from the exercises to grades in the LMS."""

import argparse
import math
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from zipfile import BadZipFile

from . import assignments, batch, collect, seeds
from .marking import Conditions
from .reports import export, feedback
from .sandbox import box


def above_zero(kind: type, text: str) -> float:
    """The number in a flag, as an int or a float."""
    with suppress(ValueError):
        if 0 < (value := kind(text)) < math.inf:
            return value
    noun = "whole" if kind is int else "finite"
    raise argparse.ArgumentTypeError(f"expected a {noun} number above 0, got {text!r}. Give one such as 5.")


def grade(args: argparse.Namespace) -> int:
    conditions = Conditions(seeds.read(args.seed_file), args.seconds, args.sandboxed)
    if args.sandboxed and (why := box.missing()):
        raise ValueError(
            f"{why}. Student code is only run inside a sandbox. On Debian or Ubuntu: "
            "apt-get install bubblewrap. To run it without any protection, on a machine that you can lose: "
            "--unsafe-no-sandbox"
        )
    pool = ProcessPoolExecutor(args.workers, mp_context=get_context("spawn"))
    try:
        run = batch.grade(args.folder, args.out, conditions, pool)
    finally:
        pool.shutdown(cancel_futures=True)  # what has not begun is left for the next run
    print(f"{run.results} results in {args.out}, {run.marked} of them new")
    for submission, why in list(run.faults.items())[:20]:
        print(f"NOT MARKED {submission}: {why[:300]!r}", file=sys.stderr)
    if run.faults:
        print(
            f"{len(run.faults)} were not marked, through no fault of the students. "
            "Run the same command again: it marks only what is missing.",
            file=sys.stderr,
        )
    return 1 if run.faults else 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m grader", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, help, *arguments):
        sub = verbs.add_parser(name, help=help, description=help)
        for flag, options in arguments:
            sub.add_argument(flag, **options)

    out = ("--out", {"type": Path, "required": True, "metavar": "PATH"})
    results = ("results", {"type": Path, "help": "the folder that `grade` wrote"})
    verb("source", "make the notebooks in assignments/source from the exercises page and the solutions")
    verb("release", "write the notebooks that students get, without solutions", out)
    verb("seed", "make a secret seed", ("file", {"type": Path}))
    verb(
        "collect",
        "sort an LMS's download into one folder per student",
        ("folder", {"type": Path, "help": "a folder or a zip file"}),
        ("--assignment", {"required": True}),
        out,
    )
    verb(
        "grade",
        "mark what was collected; run it again to mark what is missing",
        ("folder", {"type": Path, "help": "the folder that `collect` wrote"}),
        ("--seed-file", {"type": Path, "required": True}),
        out,
        ("--workers", {"type": partial(above_zero, int), "default": 2, "help": "processes that mark"}),
        ("--seconds", {"type": partial(above_zero, float), "default": 5.0,
                       "help": "limit for one call of a student's function; another limit marks all anew"}),
        ("--unsafe-no-sandbox", {"dest": "sandboxed", "action": "store_false",
                                 "help": "run student code with your own rights"}),
    )
    manual = ("--manual", {"type": Path, "help": "CSV with student,assignment,part,points"})
    verb("feedback", "write one page per student", results, out, manual)
    verb(
        "export",
        "write the grades",
        results,
        out,
        ("--format", {"choices": export.FORMATS, "default": "csv"}),
        manual,
    )
    args = parser.parse_args(argv)
    try:
        return run(args)
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again: it marks only what is missing.", file=sys.stderr)
        return 130
    except OSError as problem:
        print(
            f"grader {args.verb}: expected paths to read and write, got {problem}. "
            "Correct the path, or make room for it.",
            file=sys.stderr,
        )
        return 2
    except (ValueError, BadZipFile) as problem:
        print(f"grader {args.verb}: {problem}", file=sys.stderr)
        return 2


def run(args: argparse.Namespace) -> int:
    if args.verb == "source":
        from . import sources  # imports nbformat, which the processes that mark do without

        for path in sources.write_all():
            print(path)
    elif args.verb == "release":
        for name in assignments.names():
            print(assignments.release(name, args.out))
    elif args.verb == "seed":
        seeds.create(args.file)
        print(f"A new seed is in {args.file}. Keep it secret, and keep it: it decides the tests.")
    elif args.verb == "collect":
        taken, left_out = collect.collect(args.folder, args.out, args.assignment)
        print(f"{len(taken)} students in {args.out}")
        for line in left_out:
            print(f"left out {line}", file=sys.stderr)
    elif args.verb == "grade":
        return grade(args)
    elif args.verb == "feedback":
        found = batch.read_results(args.results)
        if args.manual:
            export.add_points(found, args.manual)
        print(f"{len(feedback.write_pages(found, args.out))} pages in {args.out}")
    elif args.verb == "export":
        count, waiting = export.write_grades(args.results, args.format, args.out, args.manual)
        print(f"{count} grades in {args.out}")
        if waiting:
            print(
                f"{waiting} of them have parts in words that are not marked yet and count as 0 so far: "
                "give their points with --manual FILE (student,assignment,part,points).",
                file=sys.stderr,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
