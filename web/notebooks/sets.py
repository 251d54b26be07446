"""The notebooks to run, one folder per set, without the pages and without executing anything.

Binder and hubs make them when they are built (postBuild).
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from ..extension.runnable import FOLDER, NotebookBuilder
from ..project import ROOT
from ..sphinx_builds import build

if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "out"
        build(NotebookBuilder.name, made, Path(scratch) / "doctrees", nb_execution_mode="off")
        shutil.copytree(made / FOLDER, ROOT / FOLDER, dirs_exist_ok=True)
