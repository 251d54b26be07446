"""The notebooks to run, without the pages: Binder and hubs make them when they are built (postBuild)."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

from ..extension.runnable import FOLDER, NotebookBuilder
from ..project import ROOT


def make(folder: Path) -> None:
    """Fill the folder with one folder per set; nothing is executed."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "out"
        settings = {"nb_execution_mode": "off", "external_toc_path": str(ROOT / "_toc.yml"),
                    "latex_individualpages": False}
        os.chdir(ROOT)  # _config.yml names web.extension from here
        if build_sphinx(ROOT / "chapters", made, noconfig=True, path_config=ROOT / "_config.yml",
                        confoverrides=settings, builder=NotebookBuilder.name, quiet=True,
                        warningiserror=True, keep_going=True):
            sys.exit("The notebooks were not made; see above.")
        shutil.copytree(made / FOLDER, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    make(ROOT / FOLDER)
