"""Sorts what an LMS hands out, or a folder of notebooks, into one folder per student and assignment."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unicodedata import normalize

import yaml

from .archive import File, files
from .assignments import load, names
from .batch import CLAIMS, why_no_name
from .output import read_sealed, write_file, write_sealed
from .owners import COPY, FOLDERS, MARK, Owner, owners
from .submission import Refused, parse

JUNK = re.compile(r"__MACOSX|\._.*|\.DS_Store|\.ipynb_checkpoints|Thumbs\.db|desktop\.ini", re.DOTALL)
# Here a number may end a student's name, or an underscore stand in a login.
UNSURE = re.compile(r".*?_\d+_\d+_\d+_|.*_.*_[^_]+_attempt_\d", re.DOTALL)
COPIED = re.compile(rf".*{MARK}$", re.DOTALL | re.IGNORECASE)  # a folder's name: another student, or the same one?
UNIQUE = re.compile(r"\d{4}|@|anon_")  # what a student is called by in one class alone
RECORD = ".collected.json"  # in the folder for the students' folders: whose work that is, and where it came from
METADATA = "submission_metadata.yml"  # Gradescope's list of who handed in what


@dataclass
class Collected:
    """Every file of a download: taken (one per student), set aside, left out with a reason (to act upon), or junk."""

    taken: list[File] = field(default_factory=list)
    aside: list[File] = field(default_factory=list)
    left_out: list[File] = field(default_factory=list)
    junk: list[File] = field(default_factory=list)
    refused: list[File] = field(default_factory=list)  # of those taken, which cannot be marked
    guesses: list[str] = field(default_factory=list)

    def lose(self, some: Iterable[File], why: str) -> None:
        self.left_out += [replace(one, why=one.why or why) for one in some]


def collect(source: Path, target: Path, assignment: str) -> Collected:
    """Copy every student's notebook to ``target/student/assignment``, and say what became of each file.

    `source` is a folder or a zip: an LMS's download, one folder or zip per student, nbgrader's ``student/assignment``,
    or ``student_assignment.ipynb``. A student's earlier files are replaced as a whole.
    """
    marked = load(assignment)
    if target.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"expected --out outside of {source}, got {target}. Name another folder.")
    done, found = Collected(), []
    for one in files(source):
        (done.junk if any(map(JUNK.fullmatch, one.parts)) else found).append(one)
    for one in {one.encoding: one for one in reversed(found) if one.encoding}.values():
        done.guesses.append(f"names that are not UTF-8 were read as {one.encoding}, for instance {one}")
    depth = _class_depth(found, assignment, done)
    top: dict[str, list[File]] = defaultdict(list)
    done.lose((one for one in found if len(one.parts) <= depth), "it lies beside the folder of the class")
    for one in found:
        if len(one.parts) > depth:
            top[one.parts[depth]].append(one)
    for one in [one for one in done.junk if len(one.parts) > depth + 1 and one.parts[depth] not in top]:
        if not any(map(JUNK.fullmatch, one.parts[: depth + 1])):  # all that this student handed in
            done.junk.remove(one)
            done.lose([one], "no notebook lies beside it")
    record = read_sealed(target / RECORD) or {}
    earlier, origin = record.setdefault(assignment, {}), str(source.resolve())
    by_student = _by_student(top, depth, assignment, done)
    if gone := {path.parent.name for path in target.glob(f"*/{assignment}")} - set(by_student):
        done.guesses.append(f"{len(gone)} students were collected before and are not in {source}, for instance "
                            f"{min(gone)!r}. They stay in {target}: delete the folders of those who have left")
    for student, handed_in in sorted(by_student.items()):
        folder = target / student / assignment
        try:
            name, book = _pick(handed_in, student, assignment, done)
            data = book.read()  # may fail, and then nothing is replaced
            now = {"source": origin, "content": sha256(data).hexdigest(), "top": book.parts[depth],
                   "lms": book.owner.lms if student == book.owner.student else "",  # Gradescope's list has real names
                   "words": [student, *filter(None, book.owner.words[1:])]}
            if folder.exists() and _of_another(earlier.get(student, now), now):
                raise ValueError(f"{folder} holds other work of this name, from {earlier[student]['source']}. If it is "
                                 "the same student's, delete it and collect again; otherwise name another --out")
        except Exception as problem:  # one student's file, of which zipfile may say almost anything
            done.lose(handed_in, f"{student}: {problem}")
            continue
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        write_file(folder / name, data)
        earlier[student] = now
        done.taken.append(book)
        try:
            parse(data, marked)
        except Refused as why:
            done.refused.append(replace(book, why=str(why)))
        done.aside += [one for one in handed_in if one is not book and not one.why]
        done.lose((one for one in handed_in if one is not book and one.why), "")
    write_sealed(target / RECORD, record)
    return done


def origins(results: Path, assignment: str) -> dict[str, dict[str, Any]]:
    """What `collect` noted of each student whose work has these results, such as the LMS and the name that it gave."""
    folder = (read_sealed(results / CLAIMS) or {}).get(assignment, results)
    return (read_sealed(Path(folder) / RECORD) or {}).get(assignment, {})


def _of_another(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether a student's earlier work may be somebody else's, of another class."""
    one, other = set(before["words"]), set(now["words"])
    name_alone = len(one | other) == 1 and not UNIQUE.search(*one) and before["source"] != now["source"]
    return before["content"] != now["content"] and (name_alone or not (one <= other or other <= one))


def _class_depth(found: list[File], assignment: str, done: Collected) -> int:
    """How many folders stand around the class: each is the only one, and students are in it."""
    depth = 0
    while True:
        inside = [one.parts[depth:] for one in found if len(one.parts) > depth + 1]
        here = {parts[0] for parts in inside}
        if len(here) != 1 or any(_notebook(one.parts[-1]) for one in found if len(one.parts) == depth + 1):
            return depth
        (folder,) = here
        loose = [parts[1] for parts in inside if len(parts) == 2 and _notebook(parts[1])]
        some = loose or {parts[1] for parts in inside if len(parts) > 2}
        of_lms = any(re.fullmatch(form, folder) for form in FOLDERS.values())
        if of_lms or not owners(some, some, assignment, not loose):
            if len(loose) > 1 and not of_lms:
                done.guesses.append(f"{folder!r} was read as a student, not as the folder of a class")
            return depth
        depth += 1
        done.guesses.append(f"{folder!r} was read as the folder of the class, not of a student")


def _by_student(top: dict[str, list[File]], depth: int, assignment: str, done: Collected) -> dict[str, list[File]]:
    """The files of each student; each names its owner, and the student's own part of its path."""
    folders = [name for name in top if len(top[name][0].parts) > depth + 1 and not name.lower().endswith(".zip")]
    loose = [name for name in top if name not in folders]
    known: dict[str, Owner] = {}
    for some in (folders, loose):
        voters = [name for name in some if any(_notebook(one.parts[-1]) for one in top[name])] or some
        known |= owners(some, voters, assignment, some is folders)
    if unsure := [name for name in known if (UNSURE if name in loose else COPIED).match(name)]:
        example = f"{unsure[0]!r} as {known[unsure[0]].student}'s"
        done.guesses.append(f"{len(unsure)} names can be read in two ways, for instance {example}")
    others = re.compile(rf".+[-_ ](?:{'|'.join(set(names()) - {assignment})})\.ipynb")
    submitters = _submitters(top, done)
    by_student: dict[str, list[File]] = defaultdict(list)
    for name, inside in top.items():
        owner = known.get(name) or Owner("", (name,), ("", ""), name)
        students = submitters.get(name) or [owner.student] * bool(owner.student)
        if name == METADATA or (not students and others.fullmatch(name)):
            done.aside += inside
        elif not students:
            done.lose(inside, "its name does not say whose it is. Put it into late/STUDENT, and collect late, too")
        handed_in = [replace(one, owner=owner, own=one.parts[depth + 1 :] or (owner.name,)) for one in inside]
        for student in (normalize("NFC", student) for student in students):
            if why := why_no_name(student):
                done.lose(inside, why)
            else:
                by_student[student] += handed_in
    for student, handed_in in by_student.items():
        last = dict(sorted(one.owner.attempt for one in handed_in)).items()
        by_student[student] = [one for one in handed_in if one.owner.attempt in last]
        done.aside += [one for one in handed_in if one.owner.attempt not in last]
        if len({one.owner.words for one in handed_in}) > 1:
            done.lose(by_student[student], f"others would be {student}, too")
            by_student[student] = []
    return by_student


def _submitters(top: dict[str, list[File]], done: Collected) -> dict[str, list[str]]:
    """The students of each folder of a download from Gradescope, by student number, else by e-mail address."""
    Loader = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})  # the C one reads 10 MB in seconds
    Loader.add_multi_constructor("!", lambda *_: None)  # classes of Gradescope's own program
    try:
        listed = yaml.load(top[METADATA][0].read(), Loader).items() if METADATA in top else ()
        return {name: [str(one.get(":sid") or one.get(":email") or name) for one in entry[":submitters"]]
                for name, entry in listed}
    except (yaml.YAMLError, AttributeError, LookupError, TypeError, ValueError) as problem:
        done.guesses.append(f"students are called by the numbers of their submissions: {METADATA}: {problem}")
        return {}


def _pick(handed_in: list[File], student: str, assignment: str, done: Collected) -> tuple[str, File]:
    """The notebook to be marked and the name that it gets back; an error if that cannot be told."""
    others = set(names()) - {assignment}
    by_place = defaultdict(list)  # by the folders around them, without those that every student may have
    for one in handed_in:
        *folders, name = one.own
        if _notebook(name) and others.isdisjoint([*folders, name[:-6].lower()]):
            place = [part for part in folders if part.lower() != assignment and not part.lower().endswith(".zip")]
            by_place[*place].append(one)
    if not by_place:
        raise ValueError(f"no notebook for {assignment}. Ask for a file {assignment}.ipynb")
    place, *more = sorted(by_place, key=len)
    if more and len(more[0]) == len(place):
        raise ValueError("is this one student, or a class? Give `collect` the folder in which each student has one")
    right, called = f"{assignment}.ipynb", {one.own[-1] for one in by_place[place]}
    same = called & {right} or {name for name in called if re.fullmatch(rf"{assignment}{COPY}\.ipynb", name)}
    if len(called) > 1 and len(same) != 1:
        raise ValueError(f"{len(called)} notebooks, none called {right}. If they are several students', give `collect` "
                         "the folder in which they lie; otherwise rename the one to be marked")
    (name,) = same or called
    copies = [one for one in by_place[place] if one.own[-1] == name]
    if len({sha256(one.read()).digest() for one in copies}) > 1:  # one of them is in memory at a time
        raise ValueError(f"different files are called {name}. Keep one")
    plain = student in copies[0].parts and not student.isdecimal()  # no LMS says that this folder is a student's
    if place or (plain and student.casefold() not in name.casefold() and owners([name], [name], assignment, False)):
        done.guesses.append(f"{copies[0]} was read as the work of {student}")
    return right if same else name[-50:], copies[0]  # a file system takes no name of any length


def _notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")
