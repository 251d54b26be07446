"""Docstrings: the sections that siblings have in common, and the one that has the same form everywhere."""

import inspect
import re
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def with_sections(sections: str) -> Callable[[T], T]:
    """Decorate a function or class: put more sections in front of the notes or examples of its docstring."""

    def complete(documented: T) -> T:
        doc = inspect.getdoc(documented) or ""  # none with python -OO
        documented.__doc__ = re.sub("^(?=(Notes|Examples)$)", lambda _: sections, doc, count=1, flags=re.MULTILINE)
        return documented

    return complete


def raises(when: str) -> Callable[[T], T]:
    """Decorate a class or function: its docstring says that it raises a ValueError, and when.

    For a function of nnlib's shelf it is called below that function, because mutmut breaks no decorated one.
    """
    return with_sections(f"Raises\n------\nValueError\n    If {when}.\n\n")
