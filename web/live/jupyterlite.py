"""JupyterLab without a server, under lite/: the notebooks and the assignments, with the pages' own Python."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grader import assignments

from ..extension.runnable import FOLDER

EXTENSIONS = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
WANTED = ["@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager"]  # and no others
# Of its settings: the kernel loads `packages` together when it starts, else one by one, or when nnlib asks; the
# extension that is disabled needs a server.
SETTINGS = Path(__file__).with_name("lite")


def build(folder: Path) -> None:
    """Fill this folder of the site (an absolute path) with all of it or nothing."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        source, made = Path(work) / "source", Path(work) / "lite"
        shutil.copytree(SETTINGS, source)
        shutil.copytree(folder.parent / FOLDER, source / "files" / FOLDER)
        (source / "files" / "assignments").mkdir()
        for name in assignments.names():
            shutil.copy(assignments.release(name, Path(work)), source / "files" / "assignments")
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", source, "--output-dir", made,
                   *(f"--LiteBuildConfig.federated_extensions={EXTENSIONS / name}" for name in WANTED)]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True)
        if done.returncode or not (made / "lab" / "index.html").is_file():
            sys.exit(f"JupyterLite was not built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        made.rename(folder)
