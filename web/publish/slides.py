"""`make slides`: a deck per chapter, cut from the cells tagged ``slide``; its other texts become speaker notes.

sphinx-revealjs writes the decks into the site, with reveal.js: a deck needs no network, and prints with ?print-pdf.
"""

import argparse
import os
import re
import shutil
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs.writers import RevealjsSlideTranslator

from nnlib._common.pair import Pair
from questions.bank import CHAPTERS

from ..extension import live_cells
from ..extension.languages import HEAD_SCRIPT, spans
from ..extension.quiz import QuestionBox, closing
from ..project import OUT, ROOT
from ..sphinx_builds import build

FOLDER = OUT / "html" / "slides"
TAG = "tag_slide"  # as MyST-NB calls a cell's tag in the classes of its box
LOOK = Path(__file__).with_name("slides.css")
SHEETS = ("katex.min.css", "pygments.css", "book.css", "explorer.css", "questions.css")
NOTES = {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"}
REVEAL = ("LICENSE", "dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js")  # what a deck needs of it
# scripts and sheets of pages
OTHERS = re.compile("togglebutton|clipboard|copybutton|book-theme|wide_boxes|sphinx_highlight|toggleHint|toggleOpen")
DEMONSTRATIONS = re.findall(r"^\| (\d+\. )<a (.*?</a>) .*`(sec-[\w-]+)` \|$",  # of the plans for lessons
                            (ROOT / "chapters" / "teaching.md").read_text("utf-8").replace(r"\|", "|"), re.MULTILINE)
ELSEWHERE = re.compile(r'href="(?=[\w-]+\.html)')  # from a deck to a page
# The speaker's window has no style sheet: notes keep what is to be read, and formulas as MathML.
SPEAKER = """addEventListener("load", () => document.querySelectorAll(`.notes :is(.katex-html, .live-bar),
  [data-lang=zh] .notes :is(.lang-en, .lang-sep), [data-lang=en] .notes :is(.lang-zh, .lang-sep)`)
  .forEach((part) => part.remove()));"""
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
        opening = last = next(slides(chapter))
        shown: list[nodes.section] = []
        for section in [one for one in chapter.children if isinstance(one, nodes.section)]:
            stack = []
            for slide in slides(section):
                if says(slide):
                    stack.append(last := slide)
                else:  # its notes are read before the next slide
                    last += slide.children[1:]
            if stack:
                section[:] = [*stack[0].children, *stack[1:]]
                last = section[-1] if stack[1:] else section
                shown.append(section)
        chapter[:] = [*opening.children, *shown]


def says(slide: nodes.section) -> bool:
    """Whether a slide holds more than its title and its notes."""
    return not all(isinstance(one, SpeakerNotes) for one in slide.children[1:])


def slides(section: nodes.section) -> Iterator[nodes.section]:
    """Texts and formulas together; cells, with what they ask, and questions each by itself; last, demonstrations."""
    def slide() -> nodes.section:
        return nodes.section("", section[0].deepcopy(), ids=[f"{section['ids'][0]}-{next(numbers)}"])

    numbers, below, full = count(), [], False
    tagged = any(TAG in child.get("classes", ()) for child in section.children)  # else formulas are notes, too
    current = slide()
    for before, child in pairwise(section.children):
        cell = child.get("nb_element") == "cell_code"
        alone = cell or isinstance(child, QuestionBox)
        if isinstance(child, nodes.section):
            below.append(child)
        elif TAG in child.get("classes", ()) or (tagged and isinstance(child, nodes.math_block)):
            if full or (alone and says(current)):
                yield current
                current = slide()
            together = [before, child] if "tag_predict" in child["classes"] else [child]
            current += [one.deepcopy() for one in together]
            full = alone
        elif cell or not alone:
            current += SpeakerNotes("", note := child.deepcopy())
            if cell:
                note[1:] = []  # its code runs before that of slides
    yield current
    if found := [f'<p>{spans(Pair("演示", "Demonstration"))} {number}<a target="_blank" {link}</p>'
                 for number, link, label in DEMONSTRATIONS if label in section["ids"]]:
        current = slide()
        current += nodes.raw("", "\n".join(found), format="html")
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
    config.revealjs_css_files += [*SHEETS, *(["live.css"] if live_cells.wanted() else [])]
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
    app.add_js_file(None, body=HEAD_SCRIPT.read_text("utf-8") + SPEAKER, priority=0)
    app.connect("config-inited", configure, priority=901)
    return {"parallel_read_safe": False}


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    if (OUT / "html" / "pyodide").is_dir():  # as the pages that were built
        os.environ["NNLIB_LIVE"] = "1"
    shutil.rmtree(FOLDER, ignore_errors=True)  # Sphinx would keep what another version of this file has cut
    build("revealjs", FOLDER, OUT / ".slides", "slides")
    reveal = FOLDER / "_static" / "revealjs"
    kept = {*(FOLDER / f"{name}.html" for name in CHAPTERS), *(reveal / name for name in REVEAL)}
    for path in {*FOLDER.glob("*.html"), *filter(Path.is_file, reveal.rglob("*"))} - kept:
        path.unlink()
    shutil.rmtree(FOLDER / "_sources")
    print(f"{len(CHAPTERS)} decks: {FOLDER}")
