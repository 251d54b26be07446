"""A release: nnlib's wheel and the pages as one archive, both checked, in _build/release/."""

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

from ..project import OUT, ROOT

FOLDER = OUT / "release"


def run(*command: str | Path) -> None:
    if subprocess.run(command, cwd=FOLDER).returncode:
        sys.exit(f"The release was not made: {' '.join(map(str, command[:4]))} failed; see above.")


def check_wheel(wheel: Path, extras: str, *options: str) -> None:
    """In an environment that holds nothing but the wheel and pytest, run every example of its docstrings."""
    place = FOLDER / "empty"
    venv.create(place, clear=True, with_pip=True)
    python, pytest = place / "bin" / "python", f"pytest=={version('pytest')}"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}{extras}", pytest)
    run(python, "-I", "-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-q", "--doctest-modules",
        "--pyargs", "nnlib", *options)
    shutil.rmtree(place)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", ROOT)
    [wheel] = FOLDER.glob("*.whl")
    check_wheel(wheel, "", "--doctest-ignore-import-errors")  # of modules that need an extra
    check_wheel(wheel, "[data,plots,threads,panels]")
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ROOT / "tests/web", ROOT / "tests/chapters")
    site = shutil.make_archive(str(FOLDER / "site"), "zip", OUT / "html")
    print(f"The release: {wheel}\n             {site}")


if __name__ == "__main__":
    main()
