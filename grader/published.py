"""Where the project is published: nnlib's package, the book's site, the repository."""

import os
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).parents[1]
PACKAGE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]  # PyPI's nnlib is another's


def repository() -> str:
    """``https://github.com/owner/name``, or "" if it is not known; a fork's workflow names its own."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    text = os.environ.get("BOOK_REPOSITORY") or citation.get("repository-code", "")
    if text and not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", text):
        raise ValueError("the book's repository expected an address like https://github.com/owner/name, "
                         f"got {text!r}. Correct BOOK_REPOSITORY, or repository-code in CITATION.cff.")
    return text


def address(variable: str) -> str:
    """The address that this environment variable names, with a slash at the end; "" if it is unset."""
    text = os.environ.get(variable, "")
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc):
        raise ValueError(f"{variable} expected an address like https://example.org/book/, got {text!r}. "
                         "Correct it, or unset it.")
    return text and text.rstrip("/") + "/"
