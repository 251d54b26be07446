"""Questions for an LMS and on paper: pools of variants, with other numbers than the pages, in four formats."""

import base64
import io
import tempfile
import zipfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import IO

import matplotlib.pyplot as plt
import numpy as np
from jinja2 import Environment, FileSystemLoader
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from matplotlib.figure import Figure
from matplotlib.text import Text
from mdit_py_plugins.dollarmath import dollarmath_plugin
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz
from text2qti.xml_imsmanifest import imsmanifest
from tqdm import tqdm

from nnlib._common.files import write_whole
from nnlib._common.pair import Pair
from nnlib.plot.style import Both, language

from . import bank
from .bank import Question

LETTERS = "abcdefghi"
DRAWS = 10  # for each variant that is wanted; a question with few numbers draws some of them again
EDGE = 1e-7  # so that 0.211 is within 0.001 of 0.21 in binary numbers, too
Pool = list[Question]  # the variants of one question


def picture(figure: Figure, lang: str) -> bytes:
    for words in figure.findobj(Text):
        if isinstance(words.get_text(), Both):
            words.set_text(words.get_text().pair.read(lang))
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120, bbox_inches="tight")
    return file.getvalue()


def numbers(whole: Question) -> object:
    """What two variants must not share: the number that is asked for, or else some word of the text."""
    if whole["kind"] != "number":
        return whole
    return next(answer["say"] for answer in whole["answers"] if "right" in answer)


def lay_out(question: Question, whole: Question, seed: int) -> Question:
    """Letter the parts as they are shown; say which orders are right, and offer four of which one is."""
    shown, lines = bank.shuffled(question, seed), whole.get("steps") or whole.get("lines") or []
    parts = whole.get("answers") or [{"say": line} for line in [*lines, *whole.get("distractors", [])]]
    parts = [{"right": False} | part | {"letter": LETTERS[shown.index(i)]} for i, part in enumerate(parts)]
    right, wrong = [[*range(len(lines))], *question.get("also", [])], []
    for i, j in combinations(right[0], 2):
        wrong.append([*right[0]])
        wrong[-1][i], wrong[-1][j] = j, i
    rng = bank.source(question, seed)
    wrong = [wrong[i] for i in rng.permutation(len(wrong)) if wrong[i] not in right][:3]
    offers = [[right[0], *wrong][i] for i in rng.permutation(1 + len(wrong))]
    return whole | {"parts": [parts[i] for i in shown], "orders": [[parts[i] for i in order] for order in right],
                    "offers": [{"parts": [parts[i] for i in order], "right": order in right} for order in offers]}


def variants(question: Question, seed: int, most: int, lang: str) -> Pool:
    """Up to so many, with numbers that neither the page nor another variant has; one, if the question draws none."""
    draws = bank.drawing(question) is not None
    used = [numbers(bank.drawn(question, bank.SEED) | {"figure": 0})] if draws else []
    pool: Pool = []
    for number in range(DRAWS * most if draws else 1):
        if len(pool) == most:
            break
        whole = bank.drawn(question, seed + number)
        figure, whole["figure"] = whole.get("figure"), 0
        if (own := numbers(whole)) not in used:
            used.append(own)
            whole |= {"name": f"{question['id']}-{len(pool) + 1}", "figure": figure and picture(figure, lang)}
            pool.append(lay_out(question, whole, seed + number))
    return pool


def chosen(chapters: list[str], count: int | None, seed: int) -> list[Question]:
    """So many questions of these chapters, drawn with the seed, in the order of the files; without a count, all."""
    if unknown := {*chapters} - {*bank.CHAPTERS}:
        raise ValueError(f"expected chapters ({', '.join(bank.CHAPTERS)}), got {min(unknown)!r}. Check the spelling.")
    found = [one for chapter in bank.CHAPTERS if chapter in (chapters or bank.CHAPTERS)
             for one in bank.questions(chapter)]
    if count and count > len(found):
        raise ValueError(f"expected at most {len(found)} questions from these chapters, got {count}. "
                         f"Give --count {len(found)}, or more chapters.")
    picked = np.random.default_rng(seed).permutation(len(found))[:count]
    return [found[i] for i in sorted(picked)]


def draw(questions: list[Question], seed: int, most: int, lang: str) -> list[Pool]:
    with plt.rc_context():
        if lang != "en":
            try:
                language("zh")
            except ValueError:
                raise ValueError("expected a Chinese font for the words in figures, found none. "
                                 "On Debian: apt-get install fonts-noto-cjk. Or give --lang en.") from None
        pools = [variants(one, seed, most, lang) for one in tqdm(questions, desc="questions", delay=2, leave=False)]
    if (largest := max(map(len, pools))) < most:
        raise ValueError(f"expected at most {largest} variants per question, got {most}: none of these questions "
                         f"draws more. Give --variants {largest}, or other chapters.")
    return pools


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

    env = Environment(loader=FileSystemLoader(bank.HERE / "templates"), trim_blocks=True, lstrip_blocks=True,
                      autoescape=lambda name: not name.endswith(".txt"))
    env.filters |= {"html": html, "halves": halves, "words": lambda text: Pair.of(text).read(lang),
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
    env = templates(lang, convert, "xml:lang")
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
        made = QTI(quiz := Quiz(text, config=Config()))
    manifest = imsmanifest(manifest_identifier=made.manifest_identifier, images=quiz.images, date="2000-01-01",
                           assessment_identifier=made.assessment_identifier,
                           dependency_identifier=made.dependency_identifier)  # else it would say today's
    folder = made.assessment_identifier
    return package({"imsmanifest.xml": manifest, "non_cc_assessments/": b"",
                    f"{folder}/assessment_meta.xml": made.assessment_meta, f"{folder}/{folder}.xml": made.assessment}
                   | {image.qti_zip_path: image.data for image in quiz.images.values()})


def paper(pools: list[Pool], lang: str) -> bytes:
    forms = [[pool[form % len(pool)] for pool in pools] for form in range(max(map(len, pools)))]
    return templates(lang, convert).get_template("print.html").render(forms=forms).encode()


FORMATS = {"qti": qti, "moodle": moodle, "canvas": canvas, "print": paper}


def write(path: Path, form: str, lang: str, seed: int, chapters: list[str], most: int, count: int | None) -> list[Pool]:
    """Write a new file; how many variants each question has, by its id."""
    if path.exists():
        raise ValueError(f"expected a new file, got {path}, which exists. Give another name, or remove it.")
    pools: list[Pool] = []

    def fill(file: IO[bytes]) -> None:  # called only where the folder is there
        pools.extend(draw(chosen(chapters, count, seed), seed, most, lang))
        file.write(FORMATS[form](pools, lang))

    write_whole(path, fill)
    return pools
