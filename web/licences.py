"""Writes licences.txt into the site: what it ships of others, and under which terms."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import distribution, distributions
from pathlib import Path
from sysconfig import get_path

from .project import ROOT

# whose scripts, styles or modules lie in the site; those in wheels are found there
PYTHON = ["sphinx", "snowballstemmer", "pydata-sphinx-theme", "sphinx-book-theme", "sphinx-copybutton",
          "sphinx-togglebutton", "sphinx-exercise", "myst-nb", "ipython", "jupyterlite-core",
          "jupyterlite-pyodide-kernel", "jupyterlab-widgets"]
TERMS = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)


def parts(site: Path) -> Iterator[tuple[str, list[str]]]:
    """Each package with a line about it, and the texts that come with it."""
    yield "This book: code, text", [(ROOT / name).read_text("utf-8") for name in ("LICENSE", "LICENSE-TEXT")]
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    for place, package in sorted(lock["packages"].items()):
        if place and not package.get("dev"):
            name, folder = place.removeprefix("node_modules/"), ROOT / "web" / place
            yield (f"{name} {package['version']}, {package['license']}, https://www.npmjs.com/package/{name}",
                   [path.read_text("utf-8") for path in folder.iterdir() if TERMS.match(path.name)])
    yield "Python", [(Path(get_path("stdlib")) / "LICENSE.txt").read_text("utf-8")]
    packages = [(f"{name} {distribution(name).version}", distribution(name)) for name in PYTHON]
    packages += [(path.name, *distributions(path=[str(path)])) for path in sorted(site.glob("pyodide/*.whl"))]
    for name, package in packages:
        yield name, [file.locate().read_text(encoding="utf-8", errors="replace") for file in package.files or ()
                     if TERMS.match(file.name) and ".dist-info" in str(file)]
    for path in sorted(site.glob("_static/**/*LICENSE*")):
        yield str(path.relative_to(site)), [path.read_text("utf-8")]
    yield "JupyterLab: see lite/build/third-party-licenses.json", []


def write(site: Path) -> None:
    line = "=" * 78
    pieces = ["\n\n".join([f"{line}\n{name}\n{line}", *map(str.strip, texts)]) for name, texts in parts(site)]
    (site / "licences.txt").write_text("\n\n\n".join(pieces) + "\n", "utf-8")
