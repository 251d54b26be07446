"""Every notebook, as it stands in the repository: two languages that agree, code cells one can read."""

import ast
import re
from collections import Counter

import nbformat
import pytest

from tests.book import notebooks
from tests.chapters.test_facts import in_digits
from web.notebooks.store_outputs import normalise

CJK = re.compile(r"[\u3400-\u9fff]")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$[^$]+\$", re.DOTALL)
ROLE = re.compile(r"\{(eq|numref|ref|doc|cite(?::\w+)?)\}`([^`]+)`")
TERM = re.compile(r"\{term\}`[^`]+`")
LABEL = re.compile(r"^\(([\w-]+)\)=|^:(?:label|name): (\S+)", re.MULTILINE)
LANGUAGES = {"lang-zh", "lang-en"}

pytestmark = pytest.mark.parametrize(
    "notebook", [pytest.param(notebook, id=name) for name, notebook in notebooks().items()])


def tags(cell):
    return set(cell.metadata.get("tags", []))


def prose(cell):
    """The text a reader reads: no code, no formulas, no roles."""
    return FORMULA.sub("", CODE.sub("", ROLE.sub("", cell.source)))


def cells(notebook, kind):
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def twins(notebook):
    zh = [i for i, cell in enumerate(notebook.cells) if "lang-zh" in tags(cell)]
    return [(notebook.cells[i], notebook.cells[i + 1]) for i in zh]


def without_words(formula):
    return re.sub(r"\s|\\text\{[^}]*\}", "", formula)


def halves(text):
    """Both sides of `中文 | English`, or None if it is no such text."""
    zh, bar, en = text.partition(" | ")
    good = bar and CJK.search(zh) and en.strip() and not CJK.search(en) and " | " not in en
    return (zh, en) if good else None


def test_every_chinese_cell_is_followed_by_its_english_twin(notebook):
    order = [tag for cell in notebook.cells for tag in sorted(tags(cell) & LANGUAGES) or ["both"]]
    assert not re.sub("lang-zh lang-en", "", " ".join(order)).count("lang-"), order


def test_twins_say_the_same(notebook):
    for zh, en in twins(notebook):
        assert tags(zh) - LANGUAGES == tags(en) - LANGUAGES, zh.source
        for pattern in (ROLE, LABEL):
            assert Counter(pattern.findall(zh.source)) == Counter(pattern.findall(en.source)), zh.source
        assert len(TERM.findall(zh.source)) == len(TERM.findall(en.source)), zh.source
        left, right = (Counter(map(without_words, FORMULA.findall(cell.source))) for cell in (zh, en))
        assert left == right, f"{zh.id}, {en.id}: only one of them has {[*(left - right), *(right - left)]}"


def test_twins_name_the_same_numbers(notebook):
    """Broken ones, and those from 13 up; a smaller one may be a word in one of the languages."""
    for zh, en in twins(notebook):
        told = [{value for value, _ in in_digits(ROLE.sub("", cell.source.replace("{,}", ",")))
                 if value > 12 or value % 1} for cell in (zh, en)]
        assert told[0] == told[1], f"{zh.id}, {en.id}: give {sorted(told[0] ^ told[1])} in both, and in digits"


def test_each_twin_is_in_its_language(notebook):
    for zh, en in twins(notebook):
        assert CJK.search(prose(zh)), zh.source
        assert not CJK.search(prose(en)), en.source
        halfwidth = re.search(r"[\u3400-\u9fff][,;:?!]", prose(zh))
        assert not halfwidth, f"Chinese takes ，；：？！, found {halfwidth}"


def test_headings_stand_alone_and_in_both_languages(notebook):
    for cell in cells(notebook, "markdown"):
        text = CODE.sub("", cell.source) if "```" in cell.source else cell.source
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        if tags(cell) & LANGUAGES:
            assert not headings, f"a heading in a one-language cell: {cell.source}"
        else:
            assert all(map(halves, headings)), headings
            rest = re.sub(r"^#+ .+$", "", FORMULA.sub("", text), flags=re.MULTILINE)
            assert not CJK.search(rest), f"prose in an untagged cell: {cell.source}"


def test_directive_titles_are_in_both_languages(notebook):
    for cell in cells(notebook, "markdown"):
        if not tags(cell) & LANGUAGES:
            titles = re.findall(r"^[`:]{3,}\{exercise-start\} (.+)$", cell.source, re.MULTILINE)
            assert all(map(halves, titles)), cell.source


def test_code_cells_are_short(notebook):
    for cell in cells(notebook, "code"):
        lines = cell.source.splitlines()
        assert 0 < len(lines) <= 15, cell.source
        assert max(map(len, lines)) <= 78, cell.source


def test_the_first_code_cell_imports(notebook):
    first = cells(notebook, "code")[0]
    assert re.search(r"^import nnlib as nn$", first.source, re.MULTILINE)


def test_outputs_are_those_of_one_run_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in cells(notebook, "code")]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


def test_outputs_are_text_without_errors_or_warnings(notebook):
    for cell in cells(notebook, "code"):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source
            assert not [kind for kind in output.get("data", {}) if kind.startswith("image/")]


def test_figures_have_words_and_a_number_in_both_languages(notebook):
    for cell in cells(notebook, "code"):
        shown = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        words = cell.metadata.get("mystnb", {})
        pictures = len(re.findall(r"<Figure|^explore ", shown, re.MULTILINE))
        if pictures or "image" in words or "figure" in words:
            assert pictures == 1, f"one picture per cell: {cell.source}"
            assert halves(words.get("image", {}).get("alt", "")), cell.source
            caption = words.get("figure", {}).get("caption")
            assert caption is None or halves(caption), caption
            printed = "".join(output.get("text", "") for output in cell.outputs)
            line = shown if "explore " in shown else printed  # an explorer's line of text is compared
            assert re.search(r"\d", line), f"nbval cannot see a picture; print a number: {cell.source}"


def test_every_explorer_comes_with_a_question(notebook):
    for cell in cells(notebook, "code"):
        if "nn.explore(" in cell.source:
            figure = f"{{numref}}`{cell.metadata.mystnb.figure.name}`"
            asked = [figure in zh.source and "？" in zh.source and "?" in en.source for zh, en in twins(notebook)]
            assert any(asked), f"say what to look for: {cell.source}"


def names(tree, kind):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}


def test_no_later_cell_changes_what_an_explorer_draws_with(notebook):
    """A reader moves a panel when the whole page has run."""
    trees = [ast.parse(cell.source) for cell in cells(notebook, "code")]
    functions = {one.name: one for tree in trees for one in tree.body if isinstance(one, ast.FunctionDef)}
    for i, tree in enumerate(trees):
        todo = [call.args[0].id for call in ast.walk(tree) if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute) and call.func.attr == "explore"]
        used = set(todo)
        while todo:
            if function := functions.get(todo.pop()):
                own = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
                own |= names(function, ast.Store)
                new = names(function, ast.Load) - own - used
                used |= new
                todo += new
        for later in trees[i + 1:]:
            changed = {name for line in later.body for name in names(line, ast.Store)
                       if not isinstance(line, ast.FunctionDef)}
            changed |= {line.name for line in later.body if isinstance(line, ast.FunctionDef)}
            assert not used & changed, ast.unparse(later)


def test_metadata_is_what_make_notebooks_writes(notebook):
    again = nbformat.from_dict(notebook)
    normalise(again)
    assert nbformat.writes(again) == nbformat.writes(notebook), "run `make notebooks`"
