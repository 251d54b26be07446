"""Docstrings of siblings: the sections that they have in common are written once."""

import inspect
import re


def with_sections(documented: object, sections: str) -> str:
    """The docstring of an object, with more sections in front of its notes or examples."""
    doc = inspect.getdoc(documented) or ""  # none with python -OO
    return re.sub("^(Notes|Examples)$", lambda found: sections + found[0], doc, count=1, flags=re.MULTILINE)
