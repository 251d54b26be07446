"""Questions for an LMS and on paper, with other numbers than the pages; templates/ holds the four formats."""

import base64
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from jinja2 import Environment, FileSystemLoader
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import GroupStart, Quiz
from text2qti.xml_imsmanifest import imsmanifest

from nnlib._common.checks import counted
from nnlib._common.files import write_whole
from nnlib._common.pair import Pair

from .bank import HERE, Question, spelled
from .pools import EDGE, MOST_VARIANTS, Pool, chosen, draw, forms


def mathml(tex: str) -> str:
    """The formula for those who see it, and as TeX for those who have it read to them."""
    return convert(tex).replace("<math ", f'<math alttext="{escape(tex)}" ', 1)


def templates(lang: str, math: Callable[[str], str], mark: str = "lang") -> Environment:
    """The templates, and how they write a text: Markdown as HTML, each language under its mark."""
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.use(dollarmath_plugin, renderer=lambda tex, _: math(tex))

    def halves(text: str) -> list[str]:
        return [*dict.fromkeys(Pair.of(text))] if lang == "both" else [Pair.of(text).read(lang)]

    def html(text: str) -> Markup:
        inner = [markdown.renderInline(half) for half in halves(text)]
        spans = zip(Pair._fields, inner, strict=True) if len(inner) > 1 else ()
        return Markup("<br/>".join(f'<span {mark}="{key}">{half}</span>' for key, half in spans) or inner[0])

    env = Environment(loader=FileSystemLoader(HERE / "templates"), trim_blocks=True, lstrip_blocks=True,
                      autoescape=lambda name: not name.endswith(".txt"))
    # words: a heading or a description, which cannot mark a language inside; with both it is "中文 | English"
    env.filters |= {"html": html, "spelled": spelled, "halves": halves, "words": lambda text: Pair.of(text).read(lang),
                    "base64": lambda data: base64.b64encode(data).decode(),
                    "edge": lambda tolerance: f"{tolerance + EDGE:.7f}"}
    return env


def package(files: dict[str, str | bytes]) -> bytes:
    """A zip file that is the same on every day."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def qti(pools: list[Pool], lang: str) -> bytes:
    env = templates(lang, mathml, "xml:lang")
    items = [one for pool in pools for one in pool]
    files = {name: env.get_template(f"qti-{name}").render(pools=pools) for name in ("imsmanifest.xml", "test.xml")}
    files |= {f"items/{one['name']}.xml": env.get_template("qti-item.xml").render(q=one) for one in items}
    return package(files | {f"images/{one['name']}.png": one["figure"] for one in items if one["figure"]})


def moodle(pools: list[Pool], lang: str) -> bytes:
    return templates(lang, lambda tex: escape(rf"\({tex}\)")).get_template("moodle.xml").render(pools=pools).encode()


def canvas(pools: list[Pool], lang: str) -> bytes:
    """What text2qti makes of them; formulas stay as they are, because it reads Markdown itself."""
    with tempfile.TemporaryDirectory() as folder:
        for one in (one for pool in pools for one in pool if one["figure"]):
            Path(folder, f"{one['name']}.png").write_bytes(one["figure"])
        text = templates(lang, str).get_template("canvas.txt").render(pools=pools, folder=folder)
        quiz = Quiz(text, config=Config())
        groups = [one.group for one in quiz.questions_and_delims if isinstance(one, GroupStart)]
        for group, pool in zip(groups, pools, strict=True):
            group.title_xml = pool[0]["id"]  # its text format has no title for a group: each would be called "Group"
        made = QTI(quiz)
    manifest = imsmanifest(manifest_identifier=made.manifest_identifier, images=quiz.images, date="2000-01-01",
                           assessment_identifier=made.assessment_identifier,
                           dependency_identifier=made.dependency_identifier)  # else it would say today's
    folder = made.assessment_identifier
    return package({"imsmanifest.xml": manifest, "non_cc_assessments/": b"",
                    f"{folder}/assessment_meta.xml": made.assessment_meta, f"{folder}/{folder}.xml": made.assessment}
                   | {image.qti_zip_path: image.data for image in quiz.images.values()})


def paper(forms: list[list[Question]], lang: str) -> bytes:
    return templates(lang, mathml).get_template("print.html").render(forms=forms, lang=lang).encode()


WRITERS = {"qti": qti, "moodle": moodle, "canvas": canvas, "print": paper}


def summary(pools: list[Pool], form: str, most: int, path: Path) -> str:
    """What was written, and which questions have less to draw than was asked for."""
    other = counted(most, "form") if form == "print" else counted(sum(map(len, pools)), "variant")
    lines = [f"{counted(len(pools), 'question')}, {other} in {path}"]
    numbered = [pool for pool in pools if pool[0]["draws"]]
    if fixed := len(pools) - len(numbered):
        lines.append(f"{counted(fixed, 'question')} as in the pages, apart from the order of answers: "
                     "nothing is drawn that would change the right one")
    if short := [f"{pool[0]['id']} ({len(pool)})" for pool in numbered if len(pool) < most]:
        lines.append(f"fewer than {most} variants that differ enough: {', '.join(short)}")
    return "\n".join(lines)


def write_bank(path: Path, seed: int, form: str, lang: str, only: list[str], most: int, count: int | None) -> str:
    """Write a new file, and return a summary of it; a question that draws no numbers has one variant."""
    if path.exists():
        raise ValueError(f"expected a new file, got {path}, which exists. Give another name, or remove it.")
    if most > MOST_VARIANTS:
        raise ValueError(f"expected at most {MOST_VARIANTS} variants per question, got {most}: few questions "
                         f"draw so many different numbers. Give --variants {MOST_VARIANTS} or fewer.")
    pools: list[Pool] = []

    def fill(file: IO[bytes]) -> None:  # called only where the folder is there
        pools.extend(draw(chosen(only, count, seed), seed, most, lang))
        file.write(WRITERS[form](forms(pools, most, seed) if form == "print" else pools, lang))

    write_whole(path, fill)
    return summary(pools, form, most, path)
