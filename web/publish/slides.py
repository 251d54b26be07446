"""`make slides`: a deck for each chapter, cut from its tagged cells by sphinx-revealjs; prose becomes speaker notes."""

import os
import sys
import tempfile

from docutils import nodes
from jupyter_book.sphinx import build_sphinx
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from ..project import OUT, ROOT

FOLDER = OUT / "html" / "slides"


class CutSlides(SphinxPostTransform):
    default_priority = 950  # all is resolved: numbers, references, languages
    formats = ("html",)

    def run(self, **kwargs) -> None:
        pass


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinx_revealjs")
    app.add_post_transform(CutSlides)
    return {"parallel_read_safe": False}


def make() -> None:
    os.chdir(ROOT)  # _config.yml names web.extension from here
    settings = {"external_toc_path": str(ROOT / "_toc.yml"), "latex_individualpages": False}
    with tempfile.TemporaryDirectory() as scratch:
        if build_sphinx(ROOT / "chapters", FOLDER, noconfig=True, path_config=ROOT / "_config.yml", confoverrides=settings,
                        builder="revealjs", tags=["slides"], quiet=True, warningiserror=True, keep_going=True, doctreedir="/tmp/w/sl-doctrees"):
            sys.exit("The slides were not made; see above.")


if __name__ == "__main__":
    make()
