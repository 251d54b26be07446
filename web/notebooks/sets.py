"""The notebooks to run, one folder per set, without the pages and without executing anything.

Binder and hubs make them when they are built (postBuild).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

from ..extension.runnable import FOLDER, NotebookBuilder
from ..project import ROOT

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "out"
        os.chdir(ROOT)  # _config.yml names web.extension from here
        settings = {"nb_execution_mode": "off", "external_toc_path": f"{ROOT}/_toc.yml", "latex_individualpages": False}
        if build_sphinx("chapters", made, noconfig=True, path_config="_config.yml", confoverrides=settings,
                        builder=NotebookBuilder.name, quiet=True, warningiserror=True, keep_going=True):
            sys.exit("The notebooks were not made; see above.")
        shutil.copytree(made / FOLDER, ROOT / FOLDER, dirs_exist_ok=True)
