"""A release: nnlib's wheel and the pages as one archive, both checked, in _build/release/."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from ..project import OUT, ROOT

FOLDER = OUT / "release"
# Runs in an environment that holds only the wheel and its dependencies, outside this folder.
DOCTESTS = """
import doctest, importlib, pkgutil, nnlib
results = []
for module in pkgutil.walk_packages(nnlib.__path__, "nnlib.", lambda name: None):
    try:
        results.append(doctest.testmod(importlib.import_module(module.name)))
    except ModuleNotFoundError as missing:
        assert missing.name.split(".")[0] in {optional!r}, missing
failed, ran = map(sum, zip(*results))
print(f"{{ran}} examples of {{len(results)}} modules, {{failed}} failed")
raise SystemExit(failed > 0 or ran == 0)
"""


def run(*command: str | Path) -> None:
    if subprocess.run(command, cwd=FOLDER).returncode:
        sys.exit(f"The release was not made: {' '.join(map(str, command[:4]))} failed; see above.")


def check_wheel(wheel: Path, extras: str, optional: set[str]) -> None:
    """In an empty environment, install the wheel alone and run every example of its docstrings."""
    place = FOLDER / "empty"
    venv.create(place, clear=True, with_pip=True)
    python = place / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}{extras}")
    run(python, "-I", "-c", DOCTESTS.format(optional=optional))
    shutil.rmtree(place)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", ROOT)
    [wheel] = FOLDER.glob("*.whl")
    check_wheel(wheel, "", {"matplotlib", "ipywidgets", "pooch", "tqdm", "threadpoolctl"})
    check_wheel(wheel, "[data,plots,threads,panels]", set())
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ROOT / "tests/web", ROOT / "tests/chapters")
    site = shutil.make_archive(str(FOLDER / "site"), "zip", OUT / "html")
    print(f"The release: {wheel}\n             {site}")


if __name__ == "__main__":
    main()
