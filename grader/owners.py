"""Whose a file is: by what an LMS puts in front of its name, never by the part that a student chooses."""

import re
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from .assignments import names as assignments

# An LMS writes in front, so each form is read from there; those that are hardest to mistake come first.
MOODLE = r"(?P<words>.*?)_(?P<student>\d+)_assignsubmission_(?:file|onlinetext)"
FILES = {
    "Moodle": rf"{MOODLE}_(?P<name>.+)",
    "Blackboard": r"(?P<words>.+)_(?P<student>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<name>.+)|\.\w+)",
    "Canvas": r"(?P<words>.*?)_(?:LATE_)?(?P<student>\d+)_(?P<upload>\d+)_(?P<name>.+)",
    "Canvas, anonymous": r"(?:LATE_)?(?P<student>anon_[^\W_]+)_(?P<upload>\d+)_(?P<name>.+)"}
FOLDERS = {"Moodle": rf"{MOODLE}_?", "Gradescope": r"submission_(?P<student>\d+)"}
# 学习通: 学号-姓名
NUMBER = r"(?:(?P<words>[^\W\d]\D*)[-_+ ])?(?P<student>\d{5,})(?:[-_+ ](?P<more>[^\W\d][^-_+.\d]*(?=[-_+]|$)))?"
MARK = r"(?:[ _]?[(（]\d+[)）]|[-_ ]+copy(?: ?\d+)?|[-_ 的]*(?:副本|复件)(?: ?\d+)?)"  # systems add it to a copy's name
COPY = rf"(?:-\d+|{MARK})*"  # Canvas also adds a number to a name that is taken
SMALL = r"(?<!\d)\d{1,4}(?!\d)"
NUMBERS = rf"{SMALL}(?:[-_ .]{SMALL})*{MARK}*\.\w+$"  # behind the assignment's name they are a copy's, or a date
# A name of such words alone says nothing about a person; a number alone may be a student's.
NOBODY = re.compile(
    rf"(?![-_+ .\d]*$)(?:[-_+ .()（）的我最终定稿版第次]|{SMALL}|{'|'.join(assignments())}|copy|of|checkpoint|final|"
    r"draft|my|new|latest|version|v(?=\d)|homework|hw|assignment|submissions?|answers?|solutions?|notebook|"
    r"untitled|副本|复件|修改|作业|答案|新建|未命名)+", re.IGNORECASE)


class Owner(NamedTuple):
    """A student's identity, all that stands in front, the attempt, the file's own name, and the LMS that named it."""

    student: str
    words: tuple[str, ...]
    attempt: tuple[str, str]  # at what, and when
    name: str
    lms: str = ""


def owners(names: Collection[str], voters: Collection[str], assignment: str, folders: bool) -> dict[str, Owner]:
    """The owners of the folders or files at the top of a class, in the one form that most of the `voters` have.

    It is one form for all, so that no student's choice of a file's name can make it another student's.
    """
    def read(pattern: str, some: Collection[str], lms: str = "") -> dict[str, Owner]:
        found = {name: re.fullmatch(pattern, name, re.DOTALL | re.IGNORECASE) for name in some}
        return {name: _owner(name, match.groupdict(default=""), assignment)._replace(lms=lms)
                for name, match in found.items() if match}

    def other(some: Collection[str]) -> dict[str, Owner]:
        named = {name: one for name, one in read(plain, some).items() if not NOBODY.fullmatch(one.student)}
        return named | (read(number, some) if one_each else {})

    number, plain = (NUMBER, r"(?P<student>.+)") if folders else (
        rf"{NUMBER}(?:[-_+ ].*)?\.\w+",
        rf"(?:copy[-_ ]of[-_ ])?(?:(?P<student>.+)[-_ ]{assignment}{COPY}|"
        rf"{assignment}[-_ ](?!{NUMBERS})(?P<last>.+?){MARK}*)\.(?:ipynb|zip)|(?P<stem>.+?){MARK}*\.zip")
    numbered = read(number, voters).values()
    one_each = len({one.student for one in numbered}) == len({one.words for one in numbered})  # or it is a date
    left, most, best = set(voters), 0, other
    for lms, form in (FOLDERS if folders else FILES).items():
        found = read(form, left)
        if len(found) > most:
            most, best = len(found), partial(read, form, lms=lms)
        left -= set(found)
    return (best if most >= len(other(left)) else other)(names)


def _owner(name: str, parts: dict[str, str], assignment: str) -> Owner:
    student = parts["student"] or parts.get("last") or parts.get("stem") or ""
    own = re.search(rf"(?:^|[-_ ]){assignment}{COPY}(\.ipynb.*)$", name, re.IGNORECASE)
    if not own and (parts.get("last") or name == f"{student}.ipynb"):  # the name says no more than whose it is
        own = re.search(r"(\.ipynb)$", name, re.IGNORECASE)
    words = (student, parts.get("words", ""), parts.get("more", ""))
    again = re.fullmatch(rf"{assignment}{COPY}(\.\w+)", parts.get("name", ""), re.IGNORECASE)
    attempt = (again[1], parts["upload"].zfill(20)) if again and "upload" in parts else ("", parts.get("time", ""))
    return Owner(student, words, attempt, parts.get("name") or (own and assignment + own[1]) or name)
