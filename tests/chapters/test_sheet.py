"""The one-page summary: each of its numbers is a cell's output, and both languages say the same."""

import re

import pytest

from tests.book import notebooks
from web.project import ROOT

PAGE = (ROOT / "chapters" / "sheet.md").read_text("utf-8")
SHEET = {key: "\n".join(re.findall(rf"^:::\{{container\}} lang-{key}\n(.*?)^:::$", PAGE, re.DOTALL | re.MULTILINE))
         for key in ("zh", "en")}
FORMULA = re.compile(r"\$[^$]+\$")
NUMBER = re.compile(r"(?<![A-Za-z\d.,])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?%?(?![\d%]|[A-Za-z])")
OUTPUTS = {cell.id: [line for output in cell.outputs for line in output.get("text", "").splitlines()]
           for notebook in notebooks().values() for cell in notebook.cells if cell.cell_type == "code"}
QUOTED = [  # in the sheet's order: the number, the cell that prints it, what else stands on that line of its output
    ("100", "intro-i7-hyperparameters", "(100,)"),
    ("308,310", "intro-i7-hyperparameters", "(100,)"),
    ("-0.170", "activations-a12-figure", " gelu:"),
    ("-0.278", "activations-a12-figure", " silu:"),
    ("0.24", "activations-a2-depth-figure", "Sigmoid:"),
    ("1.02", "activations-a2-depth-figure", "Tanh:"),
    ("1.03", "activations-a2-depth-figure", "ReLU:"),
    ("0.3", "activations-a7-figure", " 0.3:   3%,  95%"),
    ("3%", "activations-a7-figure", " 0.3:   3%,  95%"),
    ("1.2", "activations-a7-figure", " 1.2:  44%,"),
    ("44%", "activations-a7-figure", " 1.2:  44%,"),
    ("2.0", "activations-a7-figure", " 2.0:  96%,"),
    ("96%", "activations-a7-figure", " 2.0:  96%,"),
    ("93.7%", "activations-a11-table", " Sigmoid "),
    ("96.4%", "activations-a11-table", " GELU "),
    ("97.1%", "activations-a11-table", " Maxout "),
    ("0.97", "activations-init-figure", "ReLU, He:"),
    ("0.69", "activations-init-figure", "ReLU, Xavier:"),
    ("20", "overfitting-o1-table", "   20      3.8   100%   78%"),
    ("100%", "overfitting-o1-table", "   20      3.8   100%   78%"),
    ("78%", "overfitting-o1-table", "   20      3.8   100%   78%"),
    ("0.01", "overfitting-o7-rough", "0.01        1.7      84%   83%"),
    ("84%", "overfitting-o7-rough", "0.01        1.7      84%   83%"),
    ("83%", "overfitting-o7-rough", "0.01        1.7      84%   83%"),
    ("40", "overfitting-o4-gap", "dropout, 40 units: 84%, 83%"),
    ("84%", "overfitting-o4-gap", "dropout, 40 units: 84%, 83%"),
    ("83%", "overfitting-o4-gap", "dropout, 40 units: 84%, 83%"),
    ("0.4", "overfitting-o5-gap", "input noise 0.4: 85%, 85%"),
    ("85%", "overfitting-o5-gap", "input noise 0.4: 85%, 85%"),
    ("85%", "overfitting-o5-gap", "input noise 0.4: 85%, 85%"),
    ("78%", "overfitting-o9-stop", "1000 epochs, test:"),
    ("85%", "overfitting-o9-stop", "stopped early, test:"),
    ("50", "overfitting-o2-contest", "50 + L2"),
    ("85%", "overfitting-o2-contest", "50 + L2"),
    ("0.006", "overfitting-o2-contest", "50 + L2"),
    ("3", "overfitting-o2-contest", "      3       81%    0.030"),
    ("81%", "overfitting-o2-contest", "      3       81%    0.030"),
    ("0.030", "overfitting-o2-contest", "      3       81%    0.030"),
    ("2.3", "overfitting-o9-trained", "loss of blind guessing:"),
    ("1e-7", "intro-i6-check", "relative error below 1e-7: True"),
    ("3%", "activations-a7-figure", "dead before training:"),
    ("0.03", "activations-a7-figure", "0.03:   3%,  80%"),
    ("80%", "activations-a7-figure", "0.03:   3%,  80%"),
    ("0.3", "activations-a7-figure", " 0.3:   3%,  95%"),
    ("95%", "activations-a7-figure", " 0.3:   3%,  95%"),
    ("1.4", "activations-a7-figure", " 1.4:  73%,  69%"),
    ("69%", "activations-a7-figure", " 1.4:  73%,  69%"),
    ("73%", "activations-a7-figure", " 1.4:  73%,  69%"),
    ("84%", "overfitting-o9-curve", "84%, 78%, 84%"),
    ("78%", "overfitting-o9-curve", "84%, 78%, 84%"),
]
SETTINGS = {"0", "5"}  # where biases start, epochs of training


def numbers(text):
    """The numbers of a text as a reader meets them: not those of a formula, a link, a name, or before an item."""
    shown = FORMULA.sub(lambda formula: formula[0] if "-0." in formula[0] else " ", text)  # measured ends of a range
    shown = re.sub(r"\{\w+\}`[^`]*`|`[^`]*`|^\d\. |A4|L2|float64", " ", shown, flags=re.MULTILINE)
    return [number for number in NUMBER.findall(shown) if number not in SETTINGS]


@pytest.mark.parametrize(("number", "cell", "beside"), QUOTED)
def test_number_is_in_the_output_of_its_cell(number, cell, beside):
    lines = [line for line in OUTPUTS[cell] if beside in line]
    assert len(lines) == 1, f"{cell} prints {len(lines)} lines with {beside!r}"
    assert number in NUMBER.findall(lines[0])


@pytest.mark.parametrize("key", SHEET)
def test_the_sheet_says_these_numbers_and_no_other(key):
    assert numbers(SHEET[key]) == [number for number, *_ in QUOTED]


def test_both_languages_have_the_same_formulas_and_links():
    zh, en = (FORMULA.findall(text) for text in SHEET.values())
    assert zh == en
    zh, en = (re.findall(r"<(sec-[\w-]+)>|\{doc\}`(\w+)`|^\|", text, re.MULTILINE) for text in SHEET.values())
    assert zh == en


def test_the_links_lead_to_the_chapters_of_the_cells():
    chapters = {"intro": "intro", "act": "activations", "arch": "architecture", "overfitting": "overfitting"}
    linked = {chapters[name] for name in re.findall(r"<sec-(\w+)-", PAGE)}
    assert linked == {cell.partition("-")[0] for _, cell, _ in QUOTED}
