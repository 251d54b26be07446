"""Docstrings: the sections that siblings have in common, and the one that has the same form everywhere."""

import inspect
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def with_sections(sections: str) -> Callable[[T], T]:
    """Decorate a function or class: put more sections in front of the examples of its docstring, or at its end."""

    def complete(documented: T) -> T:
        text, heading, examples = (inspect.getdoc(documented) or "").partition("Examples\n")  # none with python -OO
        documented.__doc__ = f"{text.rstrip()}\n\n{sections}{heading}{examples}".strip()
        return documented

    return complete


def raises(when: str) -> Callable[[T], T]:
    """Decorate a class or function: its docstring says that it raises a ValueError, and when.

    For a function of nnlib's shelf it is called below that function, because mutmut breaks no decorated one.
    """
    return with_sections(f"Raises\n------\nValueError\n    If {when}.\n\n")
