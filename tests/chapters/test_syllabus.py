"""Every teaching point of a chapter is explained in both languages and, where promised, shown by a cell."""

import pytest

from tests.book import notebooks

POINTS = {  # chapter: {point: what shows it}; "" is told in words alone
    "intro": {
        "I1": "shapes printed", "I2": "shapes printed", "I3": "two differences, two accuracies",
        "I4": "loss before and after", "I5": "factors by hand against nnlib",
        "I6": "error of the gradient check and its forward passes", "I7": "shapes, parameter count",
        "I8": "figure", "I9": "output for a fixed input", "I10": "accuracies and weight norms",
        "I11": "test accuracy",
    },
    "activations": {
        "A1": "figure", "A2": "slopes, gradient norms, saturated share", "A3": "share of one sign, figure",
        "A4": "deviation from the identity", "A5": "epochs to one training error", "A6": "time ratio",
        "A7": "dead share by learning rate", "A8": "dead share, learned slope", "A9": "deviation 0, counts",
        "A10": "", "A11": "table", "A12": "rows of that table",
    },
    "architecture": {
        "R1": "", "R2": "figure", "R3": "", "R4": "", "R5": "counts 26 and 41", "R6": "",
        "R7": "equality with nnlib", "R8": "equality with the loop", "R9": "largest error by units",
        "R10": "explorer",
    },
    "overfitting": {
        "O1": "figure", "O2": "accuracies over seeds", "O3": "gradient check, weight norms",
        "O4": "equal expectation, gap", "O5": "gap", "O6": "mean and spread by size",
        "O7": "figure", "O8": "", "O9": "validation curve, double descent",
    },
}
ROWS = [
    pytest.param(chapter, point, shown_by, id=point)
    for chapter, points in POINTS.items() for point, shown_by in points.items()
]


@pytest.mark.parametrize(("chapter", "point", "shown_by"), ROWS)
def test_point(chapter, point, shown_by):
    tagged = [cell for cell in notebooks()[chapter].cells if point in cell.metadata.get("tags", [])]
    for language in ("lang-zh", "lang-en"):
        assert any(language in cell.metadata.tags for cell in tagged), f"{point} is not told: {language}"
    shows = [cell for cell in tagged if cell.cell_type == "code" and cell.outputs]
    assert shows or not shown_by, f"{point} promises a cell that shows: {shown_by}"
    if shown_by == "figure":
        assert any("mystnb" in cell.metadata for cell in shows), f"{point} promises a figure"


def test_tags_are_known():
    """A tag with a typing error would hide a cell from the tests, or from nbval."""
    known = {"lang-zh", "lang-en", "nbval-ignore-output", "hide-input", "remove-input", "predict", "skip",
             "slide"}
    known |= {point for points in POINTS.values() for point in points}
    used = {tag for notebook in notebooks().values() for cell in notebook.cells
            for tag in cell.metadata.get("tags", [])}
    assert used <= known
