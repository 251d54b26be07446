"""Builds the book as Jupyter Book does, fails on any warning, checks that every page was written.

CONTRIBUTING.md lists the environment variables that the build reads, all optional, and those that it sets.
"""

import argparse
import hashlib
import os
import shutil
import sys

from . import licences, wheels
from .live import jupyterlite, pyodide_files
from .project import OUT, ROOT, pages
from .sphinx_builds import build

CODE = ["nnlib/**/*", "requirements.txt"]  # what a cell's result depends on besides the notebook
LOOK = [*CODE, "_config.yml", "_toc.yml", "CITATION.cff", "pyproject.toml", "chapters/*", "questions/*",  # pages link
        "assignments/**/*", "grader/*", "web/*", "web/notebooks/*", "web/extension/**/*", "web/live/**/*"]  # to pages
COMPILED = ["web/live/*", "requirements.txt"]  # they pin what is compiled


def digest(patterns: list[str]) -> str:
    """One hash of the content of these files and of the version of the Python that runs them."""
    total = hashlib.sha256(sys.version.encode())
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        if path.is_file() and path.suffix != ".pyc":
            total.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def forget_stale(name: str, patterns: list[str], folders: list[str], setting: str = "") -> None:
    """Delete these folders if anything changed since they were made: Jupyter Book notices notebooks alone."""
    stamp, now = OUT / f"{name}.sha256", digest(patterns) + setting
    if not stamp.exists() or stamp.read_text() != now:
        for folder in folders:
            shutil.rmtree(OUT / folder, ignore_errors=True)
        OUT.mkdir(exist_ok=True)
        stamp.write_text(now)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    forget_stale("code", CODE, [".jupyter_cache"])
    try:
        lock, files = pyodide_files.find()
        os.environ["NNLIB_LIVE"] = "1"
    except pyodide_files.Unavailable as fault:
        lock, missing_files = None, fault
    settings = " ".join(os.environ.get(name, "") for name in ("BOOK_URL", "BOOK_REPOSITORY", "NNLIB_LIVE"))
    forget_stale("look", LOOK, [".doctrees", "html"], settings)
    build("html", OUT / "html", OUT / ".doctrees")
    if missing := [page for page in pages() if not (OUT / "html" / f"{page}.html").is_file()]:
        sys.exit(f"The book lacks these pages: {', '.join(missing)}.")
    wheels.offer(OUT / "html" / "wheel")
    if lock is None:
        print(f"The cells will not run in the pages: {missing_files}")
    else:
        forget_stale("compiled", COMPILED, ["pyodide"])
        pyodide_files.publish(lock, pyodide_files.compiled(lock, files, OUT / "pyodide"), OUT / "html" / "pyodide")
        if not (OUT / "html" / "lite").is_dir():
            jupyterlite.build(OUT / "html" / "lite")
    licences.write(OUT / "html")
    print(f"The book, {len(pages())} pages: {OUT / 'html' / 'index.html'}")
