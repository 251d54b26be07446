"""``python -m grader``: from the exercises to grades in the LMS."""

import argparse
import math
import sys
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path

FORMATS = {"csv": "a row per student and assignment", "canvas": "for Canvas's gradebook",
           "moodle": "Moodle's offline grading worksheet", "moodle-users": "Moodle's import by user name",
           "gradescope": "by student number or e-mail address", "sheets": "answers in words beside their rubric"}


def above_zero(kind: type, text: str) -> float:
    """The number in a flag, as an int or a float."""
    with suppress(ValueError):
        if 0 < (value := kind(text)) < math.inf:
            return value
    noun = "whole" if kind is int else "finite"
    raise argparse.ArgumentTypeError(f"expected a {noun} number above 0, got {text!r}. Give one such as 5.")


def release(args: argparse.Namespace) -> None:
    from . import assignments, seeds

    seed = args.seed_file and seeds.read(args.seed_file)
    if seed and not seeds.varied(args.seed_file):
        raise ValueError(f"expected a seed that chooses variants, got {args.seed_file}, which was made without. "
                         f"Make one: python -m grader seed --variants {args.seed_file}.new, or leave out --seed-file.")
    for name in assignments.names():
        asked = assignments.load(name, seed).variants if seed else {}
        print(assignments.release(name, args.out, seed, args.for_nbgrader), *(f"{id}={asked[id]}" for id in asked))


def seed(args: argparse.Namespace) -> None:
    from .seeds import create

    create(args.file, args.varied)
    print(f"{args.file} is a new seed. Keep it secret, and keep it: it decides tests{' and variants' * args.varied}.")


def collect(args: argparse.Namespace) -> bool:
    from .collect import collect

    done = collect(args.folder, args.out, args.assignment)
    print(f"{len(done.taken)} students in {args.out}")
    complain("please check:", done.guesses)
    names = Counter(one.parts[-1] or "an empty folder" for one in done.aside)
    complain("set aside", (f"{name!r}" + (f", {count} times" if count > 1 else "") for name, count in names.items()))
    complain("left out", (f"{one}: {one.why}" for one in done.left_out))
    complain("cannot be marked:", (f"{one}: {one.why}" for one in done.refused))
    lists = (done.taken, done.aside, done.left_out, done.junk)
    counts = [len({id(one.content) for one in some}) for some in lists]  # a group has one file
    print("{} files: {} taken, {} set aside, {} left out, {} of macOS, Windows or Jupyter".format(sum(counts), *counts))
    return bool(done.left_out or done.refused or not done.taken)


def grade(args: argparse.Namespace) -> int:
    from . import batch, seeds
    from .marking import Conditions
    from .sandbox import box

    conditions = Conditions(seeds.read(args.seed_file), args.seconds, args.sandboxed, seeds.varied(args.seed_file))
    if args.sandboxed and (why := box.missing()):
        raise ValueError(f"{why}. Student code is only run inside a sandbox. On Debian or Ubuntu: "
                         f"apt-get install {box.PACKAGES}. To run it without any protection, on a machine that "
                         "you can lose: --unsafe-no-sandbox")
    with batch.workers(args.workers) as pool:
        run = batch.grade(args.folder, args.out, conditions, pool)
    print(f"{run.results} results in {args.out}, {run.marked} of them new")
    complain("set aside", run.aside)
    complain("left out", run.left_out)
    complain("cannot be marked:", sorted(run.refused))
    complain("please check: not the section's variants in", sorted(run.others))
    complain("NOT MARKED", [f"{submission}: {why[:300]!r}" for submission, why in run.faults.items()][:20])
    complain("grader grade:", run.wrong)
    if run.faults:
        print(f"{len(run.faults)} were not marked, through no fault of the students. "
              "Run the same command again: it marks only what is missing.", file=sys.stderr)
    return 2 if run.wrong else bool(run.faults or run.left_out or run.refused)


def results_with_points(args: argparse.Namespace):
    """The results in a folder, with the points given by hand."""
    from .batch import read_results
    from .reports.manual import add_points

    results = read_results(args.results)
    encodings = add_points(results, *args.manual)
    complain("please check:", [f"{path} was read as {one}" for path, one in encodings.items() if one != "utf-8-sig"])
    return results


def feedback(args: argparse.Namespace) -> bool:
    from .reports.feedback import write_pages

    results = results_with_points(args)
    left_out = write_pages(results, args.results, args.out, args.zip)
    print(f"{sum(map(len, results.values())) - len(left_out)} pages in {args.out}")
    complain("left out, not from Moodle's or Canvas's download:", left_out)
    return bool(left_out)


def export(args: argparse.Namespace) -> None:
    from .reports.export import write_grades
    from .reports.feedback import write_sheets

    found, only = results_with_points(args), args.assignment
    if only and only not in found:
        raise ValueError(f"expected an assignment with results ({', '.join(found)}), got {only!r}. Check the spelling.")
    results = {only: found[only]} if only else found
    if args.format == "sheets":
        return print(f"{write_sheets(results, args.results, args.out)} pages for markers in {args.out}")
    count, waiting, checks, refused = write_grades(results, args.results, args.format, args.out)
    print(f"{count} grades in {args.out}")
    complain("please check:", checks)
    complain("no grade:", refused)
    if waiting:
        print(f"{waiting} of them have parts in words that are not marked yet and count as 0 so far: "
              "give their points with --manual FILE (student,assignment,part,points).", file=sys.stderr)


def questions(args: argparse.Namespace) -> None:
    from questions.export import write_bank as write  # imports matplotlib

    from . import seeds

    print(write(args.out, seeds.read(args.seed_file), args.format, args.lang, args.only, args.variants, args.count))


def complain(words, lines):
    for line in lines:
        print(f"{words} {line}", file=sys.stderr)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m grader", description="From the exercises to grades in the LMS.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(act, help, *arguments):
        sub = verbs.add_parser(act.__name__, help=help, description=f"{help[0].upper()}{help[1:]}.")
        sub.set_defaults(act=act)
        for flag, help, options in arguments:
            sub.add_argument(flag, help=help, **options)

    path, named, file = {"type": Path}, {"metavar": "NAME"}, {"type": Path, "metavar": "FILE"}
    out = {"type": Path, "metavar": "PATH", "required": True}
    marked = ("results", "the folder that the verb grade wrote", path)
    manual = ("--manual", "a table of points given by hand: student,assignment,part,points; may be given again",
              {**file, "action": "append", "default": []})
    verb(release, "write the notebooks that students get, without solutions", ("--out", "a folder for them", out),
         ("--seed-file", "what `seed --variants` made, for the variants of a section", file),
         ("--for-nbgrader", "with solutions, for nbgrader's folder source", {"action": "store_true"}))
    verb(seed, "make a secret seed", ("file", "a new file for it", path),
         ("--variants", "let it choose a variant of each exercise, too", {"dest": "varied", "action": "store_true"}))
    verb(collect, "sort an LMS's download into one folder per student",
         ("folder", "the download: a folder or a zip file", path),
         ("--assignment", "what was handed in, such as activations", {**named, "required": True}),
         ("--out", "a folder for the students' folders", out))
    verb(grade, "mark what was collected; run it again to mark what is missing",
         ("folder", "the folder that the verb collect wrote", path),
         ("--seed-file", "what the verb seed made", {**file, "required": True}),
         ("--out", "a folder for the results", out),
         ("--workers", "processes that mark (2)", {"type": partial(above_zero, int), "default": 2}),
         ("--seconds", "limit for one call of a student's function (2); another limit marks all anew",
          {"type": partial(above_zero, float), "default": 2.0}),
         ("--unsafe-no-sandbox", "run student code with your own rights",
          {"dest": "sandboxed", "action": "store_false"}))
    verb(feedback, "write one page per student", marked, ("--out", "a folder for the pages", out), manual,
         ("--zip", "one zip per assignment to upload to Moodle or Canvas, with the names of its download",
          {"action": "store_true"}))
    verb(export, "write the grades", marked, ("--out", "a file for the table", out),
         ("--format", "; ".join(map(": ".join, FORMATS.items())), {"choices": FORMATS, "default": "csv"}),
         ("--assignment", "the only one to export (an LMS takes one at a time)", named), manual)
    verb(questions, "write the questions of the pages, with other numbers, for an LMS or on paper",
         ("--format", "of an LMS, or to print", {"choices": ("qti", "moodle", "canvas", "print"), "required": True}),
         ("--lang", "the language of the texts (both)", {"choices": ("zh", "en", "both"), "default": "both"}),
         ("--seed-file", "what the verb seed made", {**file, "required": True}), ("--out", "a new file", out),
         ("--only", "which questions to take: a chapter, section, id or kind, level:2, goal:1, drawn (all)",
          {"metavar": "WORD", "nargs": "+", "default": []}),
         ("--variants", "variants per question, or forms (3)", {"type": partial(above_zero, int), "default": 3}),
         ("--count", "how many of them to draw at random (all)", {"type": partial(above_zero, int)}))
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    args = arguments(argv)
    if sys.stderr.isatty():
        print(f"grader {args.verb} ...", file=sys.stderr)  # before NumPy and the exercises are imported
    try:
        return int(args.act(args) or 0)
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again: it marks only what is missing.", file=sys.stderr)
        return 130
    except (OSError, ValueError) as problem:
        if isinstance(problem, OSError):
            problem = f"expected paths to read and write, got {problem}. Correct the path, or make room for it."
        print(f"grader {args.verb}: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
