"""The notebooks that readers run: they say what the page says, and hold the chapter's own cells."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import solution_node

from grader import guard
from tests.book import notebooks
from web.extension import math
from web.extension.languages import CJK
from web.extension.markdown import Markdown
from web.extension.runnable import FIRST_LINE, FOLDER, SETS, cells, in_its_language
from web.project import LANGS, ROOT

CODE_OR_MATH = re.compile(r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
EQUATION = re.compile(r"\\begin\{equation\*\}\n(.*?)(?: \\tag\{(\d+)\})?\n\\end\{equation\*\}", re.DOTALL)
READ = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
ASIDE = ".drawing, .headerlink, script, button, .katex-html, .cell_input, .cell_output pre, .explorer, " \
        ".predicted > summary, details.hide > summary"

both = pytest.mark.parametrize("key", SETS)
each = pytest.mark.parametrize("name", notebooks())


@pytest.fixture
def opened(site, name, key):
    return nbformat.read(site / FOLDER / key / f"{name}.ipynb", as_version=4)


@cache
def bibliography(site):
    """Where each entry is published, by the address that a citation of it has in the pages."""
    html = BeautifulSoup((site / "references.html").read_text("utf-8"), "html.parser")
    return {f"references.html#{entry['id']}": {link["href"] for link in entry.select("a.external")}
            for entry in html.select(".citation")}


def texts(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def squeezed(text):
    return "".join(text.split())


def shown(cell):
    """A cell's Markdown as any Jupyter renders it; a formula is its TeX, with its number before it."""
    html = BeautifulSoup(READ.render(cell.source), "html.parser")
    for formula in html.select("eq, .math"):
        if block := EQUATION.fullmatch(formula.get_text().strip()):
            formula.replace_with((f"({block[2]})" if block[2] else "") + block[1])
    if cell.id.endswith("-caption"):
        html.details.decompose()  # the page has these words as the picture's alt
    return html


@cache
def published(site, name, key):
    """The page's text in one language or both, without cells and what is only there for a screen."""
    html = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser").article
    others = [] if key == "both" else [".lang-sep", *(f".lang-{other}" for other in LANGS if other != key)]
    for tag in html.select(", ".join([ASIDE, *others])):
        tag.decompose()
    for formula in html.select(".katex"):
        formula.replace_with(formula.select_one("annotation").get_text())
    return html


@each
@both
def test_they_read_as_the_page_reads(site, opened, name, key):
    """Every word, number, citation and formula, in the page's order."""
    page = squeezed(published(site, name, key).get_text())
    assert squeezed("".join(shown(cell).get_text() for cell in texts(opened))) == page


def seen(source):
    """The words of a Markdown cell that a reader sees, without formulas."""
    html = BeautifulSoup(READ.render(source), "html.parser")
    for part in html.select(".math, code"):  # two stars of a code are no markup
        part.decompose()
    return html.get_text()


@each
@both
def test_no_markup_is_left(opened, left_of_markup):
    for cell in texts(opened):
        assert not left_of_markup(seen(cell.source)), cell.source


@pytest.mark.parametrize("source", [
    "see {term}`bias`", "{cite:t}`cybenko1989`", ":::{admonition} Hint", "(sec-linear)=\n## First",
    ":label: ex", ":class: dropdown", "[[图|Figure]] 9", "$$\n\\tag{1}", "5 $",
    "**“deep”**的", "``x", "]( x"])
def test_what_would_be_left_is_found(source, left_of_markup):
    assert left_of_markup(seen(source))


@each
@both
def test_code_is_the_chapters_own(opened, name, key):
    own, (first, *taken) = ([cell for cell in notebook.cells if cell.cell_type == "code"]
                            for notebook in (notebooks()[name], opened))
    assert first == opened.cells[0] == guard.cell(key) | {"source": guard.code(key)}
    for cell, copy in zip(own, taken, strict=True):
        folded = {name: value for name, value in copy.metadata.items() if guard.HIDDEN.get(name) == value}
        assert copy == {**cell, "metadata": {**cell.metadata, **folded}, "outputs": copy.outputs}
        assert key != "both" or copy.outputs == cell.outputs
    nbformat.validate(opened)


@each
@pytest.mark.parametrize("key", ["en"])
def test_english_has_no_chinese(opened):
    for cell in texts(opened):
        assert not CJK.search(CODE_OR_MATH.sub("", cell.source)), cell.source


@each
@both
def test_links_lead_out_of_the_notebook(site, opened, name, key):
    """Each citation to its own paper, as the bibliography has it; any other to the published book."""
    book, papers = os.environ.get("BOOK_URL", "").rstrip("/"), bibliography(site)
    cited = [link for link in published(site, name, key).select("a") if link["href"] in papers]
    links = [link for cell in texts(opened) for link in shown(cell).select("a")]
    links = [link for link in links if not (book and link["href"].startswith(f"{book}/"))]
    for link, citation in zip(links, cited, strict=True):
        assert link.get_text() == citation.get_text()
        assert link["href"] in papers[citation["href"]]


@pytest.mark.parametrize("name", ["exercises"])
@both
def test_solutions_and_hints_are_folded(site, opened, name, key):
    page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
    answers = {box["id"].removeprefix("cell-") for box in page.select(".solution .cell")}
    folded = {cell.id for cell in opened.cells if guard.HIDDEN.items() <= cell.metadata.items()}
    assert folded == {guard.ID, *answers}
    hints = page.select(".admonition.dropdown:not(.solution)")
    own = "".join(cell.source for cell in texts(opened) if not cell.id.endswith("-caption"))
    assert own.count("<details>") == \
        len(hints) / (1 if key == "both" else 2)


def printed(notebook):
    """All that nnlib says in code cells, as one text."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())
               if "nn.exercises." in cell.source or "nn.explore(" in cell.source]
    return "\n".join(output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs)


@each
def test_what_is_stored_is_in_the_language_of_the_notebook(site, name):
    """As the cells print it once the first has run, which tells nnlib the language; nbval compares them."""
    zh, en, both = (printed(nbformat.read(site / FOLDER / key / f"{name}.ipynb", 4)) for key in SETS)
    assert not CJK.search(en)
    pairs = [line for line in both.splitlines() if CJK.search(line)]
    assert len([line for line in zh.splitlines() if CJK.search(line)]) == len(pairs) >= ("explore" in both)
    assert not [line for line in zh.splitlines() if CJK.search(line) and " | " in line]


@pytest.mark.parametrize(("line", "zh", "en"), [
    ("○ prelu: 还没有写 | not written yet", "○ prelu: 还没有写", "○ prelu: not written yet"),
    ("✓ l2-step: 通过 3/3 | 3/3 passed", "✓ l2-step: 通过 3/3", "✓ l2-step: 3/3 passed"),
    ("  ✗ 一步 | one step", "  ✗ 一步", "  ✗ one step"),
    ("  λ 大: 平 | λ large: flat", "  λ 大: 平", "  λ large: flat"),
    ("a | b", "a | b", "a | b"), ("loss: 0.5 | 0.6", "loss: 0.5 | 0.6", "loss: 0.5 | 0.6")])
def test_a_printed_pair(line, zh, en):
    for key, wanted in {"zh": zh, "en": en, "both": line}.items():
        for output in ({"text": f"1\n{line}\n2"}, {"data": {"text/plain": f"1\n{line}\n2", "text/html": line}}):
            markdown = Markdown(SimpleNamespace(toc_fignumbers={}, get_domain=lambda name: SimpleNamespace(
                citations=())), "page", key)
            found = in_its_language(nbformat.from_dict(output), markdown)
            assert found.get("text", found.get("data", {}).get("text/plain")) == f"1\n{wanted}\n2"
            assert found.get("data", {}).get("text/html", line) == line


# What VS Code's @vscode/markdown-it-katex 1.1 asks for, else a formula stands there as its source.
LONG_TAG, WORD = re.compile(r"<\w+.+[^/]>"), re.compile(r"\w", re.ASCII)


@each
@both
def test_vscode_draws_every_formula(opened):
    for inline in [token for cell in texts(opened) for token in READ.parse(cell.source) if token.type == "inline"]:
        for before, formula in pairwise(inline.children):
            if formula.type == "math_inline":
                assert not (before.type == "html_inline" and LONG_TAG.fullmatch(before.content)), inline.content
                assert not WORD.match(before.content[-1:]), inline.content
        for formula, after in pairwise(inline.children):
            assert formula.type != "math_inline" or not WORD.match(after.content[:1]), inline.content


def by_hand(*children):
    """The notebook in English of a chapter whose one cell is these nodes."""
    for child in nodes.section("", *children).findall(nodes.paragraph):
        child.line = FIRST_LINE + 2
    env = SimpleNamespace(toc_fignumbers={}, get_domain=lambda name: SimpleNamespace(citations=()))
    chapter = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("...")])
    return [cell.source for cell in cells(chapter, children[0].parent, Markdown(env, "page", "en"))]


def test_a_solution_in_words_is_folded():
    text = nodes.paragraph("", "Because 2 * 3 * 4 is 24.")
    assert by_hand(solution_node("", nodes.section("", text))) == \
        ["<details><summary><u>Solution</u></summary>\n\nBecause 2 \\* 3 \\* 4 is 24.\n\n</details>"]


def test_asterisks_beside_brackets_become_tags():
    text = nodes.paragraph("", "", nodes.strong("", "“深”"), nodes.Text("还是"), nodes.strong("", "宽"))
    assert by_hand(text) == ["<b>“深”</b>还是**宽**"]


@pytest.mark.parametrize(("key", "language"), [("zh", "?lang=zh"), ("en", "?lang=en"), ("both", "")])
def test_where_the_book_is_published_a_notebook_links_to_it(key, language):
    env = SimpleNamespace(toc_fignumbers={}, get_domain=lambda name: SimpleNamespace(citations=()),
                          config=SimpleNamespace(html_baseurl="https://example.org/book/"))
    link = nodes.reference("", "bias", internal=True, refuri="glossary.html#term-bias")
    shown = Markdown(env, "intro", key)(nodes.paragraph("", "", link))
    assert shown == f"[bias](https://example.org/book/glossary.html{language}#term-bias)"


def test_what_jupyter_cannot_show_ends_the_build():
    with pytest.raises(ExtensionError, match=r"page: expected .* got footnote: 'below'\. .* an of_footnote"):
        by_hand(nodes.paragraph("", "above"), nodes.footnote("", nodes.paragraph("", "below")))


def test_pages_alone_need_katex(monkeypatch, tmp_path):
    monkeypatch.setattr(math, "DIST", tmp_path / "missing")
    app = SimpleNamespace(builder=SimpleNamespace(format="notebooks"))
    math.require_katex(app)
    app.builder.format = "html"
    with pytest.raises(ExtensionError, match=r"KaTeX in web/node_modules, found none\. .*`make book`"):
        math.require_katex(app)


def test_binder_makes_the_same_without_executing_anything(site, tmp_path):
    """With what Binder has: the repository, and nothing from npm."""
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns("node_modules", "_build", ".*"))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run([clone / "postBuild"], cwd=clone, env=os.environ | {"PATH": path}, check=True)
    made = {path.relative_to(clone / FOLDER): path.read_bytes() for path in (clone / FOLDER).rglob("*.ipynb")}
    assert made == {path.relative_to(site / FOLDER): path.read_bytes()
                    for path in (site / FOLDER).rglob("*.ipynb")}
    assert len(made) == len(SETS) * len(notebooks())
