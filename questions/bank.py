"""The questions of all chapters, read and checked; one of them with the values that a seed draws."""

import importlib
import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import yaml
from jsonschema import Draft202012Validator
from matplotlib import rcParams
from matplotlib.figure import Figure

from nnlib.plot.style import SIZES

HERE = Path(__file__).parent
CHAPTERS = ("intro", "activations", "architecture", "overfitting")
SEED = 0  # of the numbers in the pages; a bank for an LMS has others
VALUE = re.compile(r"\[\[(\w+)\]\]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MINUS = re.compile(r"(?<![\w)])-(?=[\d.])")
LETTER = re.compile(r"[A-Z](?![A-Za-z0-9])")  # of a part of a figure, at the start of an answer
Question = dict[str, Any]  # as schema.yml says
rcParams.update(SIZES)  # a figure is the same in a page, in a notebook and in an LMS


class BadQuestion(ValueError):
    """A question that the schema does not allow, or that names a value which nobody draws."""


@cache
def schema() -> dict[str, Any]:
    return yaml.safe_load((HERE / "schema.yml").read_text("utf-8"))


def validated(data: Any, where: str, kind: str = "") -> Any:
    """The data, if the schema, or its definition of this kind, allows it.

    Raises
    ------
    BadQuestion
        Where it does not: which question, what the schema expects and what the file says.
    """
    rules = {"$defs": schema()["$defs"], "$ref": f"#/$defs/{kind}"} if kind else schema()
    for fault in Draft202012Validator(rules).iter_errors(data):
        first, *rest = [*fault.absolute_path, ""]
        name = data[first].get("id", first) if isinstance(data, list) and isinstance(first, int) else first
        got = ", ".join(fault.instance) if isinstance(fault.instance, dict) else repr(fault.instance)
        raise BadQuestion(f"{where}, {name} {' '.join(map(str, rest))}: expected {fault.validator} "
                          f"{fault.validator_value}, got {got:.200}. Correct it there.")
    return data


@cache
def questions(chapter: str) -> tuple[Question, ...]:
    """The questions of one chapter, in the order of the file."""
    path = HERE / f"{chapter}.yml"
    return tuple(validated(yaml.safe_load(path.read_text("utf-8")), path.name))


def drawing(question: Question) -> Callable[[np.random.Generator], dict[str, Any]] | None:
    """The function beside the questions that draws this one's values, if it has one."""
    chapter, _, name = question["id"].partition("-")
    return getattr(importlib.import_module(f"{__package__}.{chapter}"), name.replace("-", "_"), None)


def source(question: Question, seed: int) -> np.random.Generator:
    """What all chance in a question comes from; other seeds give it other numbers, and another order."""
    return np.random.default_rng([seed, crc32(question["id"].encode())])


def written(value: str, before: str, whole: str) -> str:
    """The value as it stands in a text: with a minus sign (U+2212), except in formulas and in code.

    A text that is nothing but the value stays as it is: programs read the number of an answer, and `spelled` shows it.
    """
    alone = VALUE.fullmatch(whole) or before.count("$") % 2 or before.count("`") % 2
    return value if alone else minus(value)


def minus(text: str) -> str:
    """The text with a minus sign in front of its negative numbers, where it had the hyphen of the keyboard."""
    return MINUS.sub("−", text)


def spelled(say: str) -> str:
    """An answer as readers see it: a number with a minus sign, anything else as it is."""
    return minus(say) if NUMBER.fullmatch(say) else say


def short(value: float, decimals: int = 4) -> str:
    """The value as a reader would type it: rounded, without a useless 0 or a sign before 0."""
    return f"{round(float(value), decimals) + 0.0:.{decimals}f}".rstrip("0").rstrip(".")


def filled(part: Any, values: dict[str, Any]) -> Any:
    """A part of a question with the values in place of their names."""
    if isinstance(part, str):
        return VALUE.sub(lambda found: written(f"{values[found[1]]}", part[:found.start()], part), part)
    if isinstance(part, list):
        return [filled(one, values) for one in part]
    return {key: filled(one, values) for key, one in part.items()} if isinstance(part, dict) else part


def drawn(question: Question, seed: int) -> Question:
    """The question with its values; under ``figure``, the figure that it asks about, if there is one."""
    draw = drawing(question)
    values = draw(source(question, seed)) if draw else {}
    figure = {"figure": values.pop("figure")} if "figure" in values else {}
    try:
        return filled(question, values) | figure
    except KeyError as name:
        raise BadQuestion(f"{question['id']}: expected a value for each [[name]], got none for {name}. Let its "
                          f"function in questions/{question['id'].split('-')[0]}.py return one.") from None


def parts(question: Question) -> list[Any]:
    """What is shown to the reader: answers, steps, or lines and what has no place among them."""
    return question.get("answers") or question.get("steps") or question["lines"] + question.get("distractors", [])


def orders(question: Question) -> list[list[int]]:
    """The right orders of steps or lines, first that of the file; where there are answers, it is empty."""
    return [[*range(len(question.get("steps") or question.get("lines") or []))], *question.get("also", [])]


def png(figure: Figure, dpi: int) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, bbox_inches="tight")
    return file.getvalue()


def letters(whole: Question) -> list[str]:
    """For each answer of a drawn question, the letter that names it, or "~", which follows all of them."""
    found = [LETTER.match(answer["say"]) for answer in whole.get("answers", [])]
    return [one[0] if one else "~" for one in found]


def lettered(whole: Question) -> bool:
    """Whether the answers of a drawn question go by the letters in its figure."""
    return len(letters(whole)) - letters(whole).count("~") > 1


def shuffled(whole: Question, seed: int) -> list[int]:
    """An order in which to show the parts of a drawn question.

    It is never that of the file where the order is asked for. Answers that a figure names by letters stand in the
    order of the letters, which were drawn: a reader looks for B between A and C.
    """
    rng, asked = source(whole, seed), whole["kind"] in ("order", "parsons")
    while (order := rng.permutation(len(parts(whole))).tolist()) == sorted(order) and asked:
        pass
    return sorted(order, key=letters(whole).__getitem__) if lettered(whole) else order
