"""`make slides`: a deck per chapter, cut from the cells tagged ``slide``; its other texts become speaker notes.

sphinx-revealjs writes the decks into the site, with reveal.js: a deck needs no network, and prints with ?print-pdf.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from docutils import nodes
from jupyter_book.sphinx import build_sphinx
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs.writers import RevealjsSlideTranslator

from questions.bank import CHAPTERS

from ..extension.languages import HEAD_SCRIPT
from ..extension.quiz import QuestionBox, closing
from ..project import OUT, ROOT

FOLDER = OUT / "html" / "slides"
TAG = "tag_slide"  # as MyST-NB calls a cell's tag in the classes of its box
LOOK = Path(__file__).with_name("slides.css")
SHEETS = ("katex.min.css", "pygments.css", "book.css", "explorer.css", "questions.css", "live.css")
NOTES = {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"}
REVEAL = ("LICENSE", "dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js")  # what a deck needs of it
OTHERS = re.compile(r"thebe|design-tabs|togglebutton|clipboard|copybutton|book-theme|wide_boxes|search_marks|"
                    r"\bask\.js|THEBE|toggleHint|toggleOpen")  # scripts and sheets of pages
ELSEWHERE = re.compile(r'href="(?=[\w-]+\.html)')  # from a deck to a page
CONTROLS = {"hash": True, "slideNumber": "c/t", "width": 1200, "height": 800, "center": False, "transition": "none"}


class SpeakerNotes(nodes.General, nodes.Element):
    """What only the speaker sees, formulas included."""


class CutSlides(SphinxPostTransform):
    """Replace each chapter's sections by their slides."""

    default_priority = 950  # numbers, references and languages are in place
    formats = ("html",)

    def run(self, **kwargs) -> None:
        if self.env.docname not in CHAPTERS:
            return
        chapter = self.document.next_node(nodes.section)
        sections = [one for one in chapter.children if isinstance(one, nodes.section)]
        opening, *_ = slides(chapter)
        stacks = [[*slides(section)] for section in sections]
        for section, (first, *rest) in zip(sections, stacks, strict=True):
            section[:] = [*first.children, *rest]
        shown = [section for section, stack in zip(sections, stacks, strict=True) if any(map(says, stack))]
        chapter[:] = [*opening.children, *shown]


def says(slide: nodes.section) -> bool:
    """Whether a slide holds more than its title and its notes."""
    return len(slide.children) > 2


def slides(section: nodes.section) -> Iterator[nodes.section]:
    """First what stands before the code, then each cell and each question on a slide of its own."""
    def slide() -> nodes.section:
        return nodes.section("", section[0].deepcopy(), SpeakerNotes(), ids=[f"{section['ids'][0]}-{next(numbers)}"])

    numbers, below = count(), []
    current = slide()
    for child in section.children[1:]:
        alone = isinstance(child, QuestionBox) or child.get("nb_element") == "cell_code"
        if isinstance(child, nodes.section):
            below.append(child)
        elif TAG in child.get("classes", ()) or isinstance(child, nodes.math_block):
            if alone:
                yield current
                current = slide()
            current.insert(-1, child.deepcopy())
        elif not alone:
            current[-1] += child.deepcopy()
    yield current
    for one in below:
        yield from slides(one)


class DeckTranslator(RevealjsSlideTranslator):
    """Code is coloured when the deck is made, as on the pages."""

    visit_literal_block = HTML5Translator.visit_literal_block


def keep_ours(app: Sphinx, pagename, templatename, context, doctree) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [one for one in context[kind] if not OTHERS.search(f"{one} {getattr(one, 'attributes', '')}")]
    context["body"] = ELSEWHERE.sub('href="../', context.get("body", ""))


def open_notes(self, node: SpeakerNotes) -> None:
    self.body.append('<aside class="notes">')


def configure(app: Sphinx, config: Config) -> None:
    config.revealjs_static_path += [*config.html_static_path, str(LOOK)]
    config.revealjs_css_files += SHEETS
    config.revealjs_style_theme = LOOK.name
    config.revealjs_script_plugins = [NOTES]
    config.revealjs_script_conf = CONTROLS
    config.nb_mime_priority_overrides += [("revealjs", kind, place) for place, kind in enumerate(
        ("application/vnd.nnlib.explorer+json", "image/svg+xml", "text/html", "image/png", "text/plain"))]


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinx_revealjs")
    app.add_post_transform(CutSlides)
    app.add_node(SpeakerNotes, html=(open_notes, closing("aside")))
    app.set_translator("revealjs", DeckTranslator, override=True)
    app.connect("html-page-context", keep_ours, priority=901)  # after web.extension
    app.add_js_file(None, body=HEAD_SCRIPT.read_text("utf-8"), priority=0)
    app.connect("config-inited", configure, priority=901)
    return {"parallel_read_safe": False}


def make() -> None:
    os.chdir(ROOT)  # _config.yml names web.extension from here
    os.environ |= {"NNLIB_FRAMES": "1", "NNLIB_LANG": "page", "NNLIB_LIVE": "1"}
    settings = {"external_toc_path": str(ROOT / "_toc.yml"), "latex_individualpages": False,
                "nb_execution_cache_path": str(OUT / ".jupyter_cache")}
    if build_sphinx(ROOT / "chapters", FOLDER, noconfig=True, path_config=ROOT / "_config.yml", confoverrides=settings,
                    builder="revealjs", tags=["slides"], doctreedir=OUT / ".slides", quiet=True, warningiserror=True,
                    keep_going=True):
        sys.exit("The slides were not made; see above.")
    surplus = {*FOLDER.glob("*.html")} - {FOLDER / f"{name}.html" for name in CHAPTERS}
    reveal = FOLDER / "_static" / "revealjs"
    surplus |= {path for path in reveal.rglob("*") if path.is_file()} - {reveal / name for name in REVEAL}
    for path in surplus:
        path.unlink()
    shutil.rmtree(FOLDER / "_sources")
    print(f"{len(CHAPTERS)} decks: {FOLDER}")


if __name__ == "__main__":
    make()
