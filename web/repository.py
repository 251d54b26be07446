"""Where the project is public: one line of CITATION.cff, on which everything rests that leaves the book.

Without it the pages show no button for Binder or Colab, and the notebooks carry no cell that installs nnlib.
"""

import os
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
GITHUB = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")


def address() -> str:
    """``https://github.com/owner/name``, or "" if it is not known; a fork's workflow names its own."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    text = os.environ.get("BOOK_REPOSITORY") or citation.get("repository-code", "")
    if text and not GITHUB.fullmatch(text):
        raise ValueError("the book's repository expected an address like https://github.com/owner/name, "
                         f"got {text!r}. Correct BOOK_REPOSITORY, or repository-code in CITATION.cff.")
    return text


def wheel() -> str:
    """Where the release workflow puts this version's nnlib; "" if the repository is not known."""
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)[1]
    return address() and f"{address()}/releases/download/v{version}/nnlib-{version}-py3-none-any.whl"
