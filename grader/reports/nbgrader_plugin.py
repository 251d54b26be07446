"""The plugin for nbgrader: its gradebook takes our marks, and students' code is not run a second time."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade, is_grade, is_solution
from traitlets import Unicode

from ..assignments import new_cell
from ..batch import read_results
from ..submission import VARIANT
from .feedback import rubric


class Marks(NbGraderPreprocessor):
    """Replaces the step in which nbgrader runs a notebook: the output of a test cell becomes causes and a number.

    nbgrader reads that number as the points of the cell.
    """

    results = Unicode(help="the folder that `python -m grader grade` wrote").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        name, student = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        folder = Path(self.results).expanduser()
        try:
            result = read_results(folder, name)[name][student]
        except (OSError, KeyError, ValueError):
            problem = f"expected a result of {student} for {name} in {folder}, found none. Run `grade` first."
            raise RuntimeError(problem) from None
        if result["status"] == "refused":
            raise RuntimeError(f"expected a notebook of {student} for {name}, got {result['notes'][0]}. Ask for it.")
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if is_grade(cell) and not is_solution(cell)}
        for id, exercise in result["exercises"].items():
            check = f"{id}-check"
            if check not in cells:  # the student has deleted it, or what marked it
                marks = {"grade_id": check, "grade": True, "points": exercise["max"], "cell_type": "code"}
                ours = f"# added by the grader, variant={result['variants'][id]}"  # for `with_rubric`
                cells[check] = from_dict(new_cell(f"{check}-added", ours, "code", **marks) | {"source": ours})
                nb.cells.append(cells[check])
            causes = "".join(f"{title}: {cause}\n" for title, cause in exercise["tests"].items() if cause)
            points = new_output("execute_result", {"text/plain": str(float(exercise["points"]))}, execution_count=1)
            cells[check].outputs = [new_output("stream", name="stdout", text=causes), points]
        total = sum(determine_grade(cell)[0] or 0 for cell in cells.values())
        if total != result["score"]:
            raise RuntimeError(f"expected the {result['score']} points of {student} for {name} in the gradebook, "
                               f"got {total} from the cells {', '.join(cells)}. "
                               "Write the assignment again with `release --for-nbgrader`.")
        return nb, resources


def with_rubric(nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
    """Show the rubric above each answer in nbgrader's form for marking; it is stored nowhere."""
    asked = {cell.metadata.nbgrader.grade_id.removesuffix("-check"): int(number) for cell in nb.cells
             if is_grade(cell) and not is_solution(cell) for number in VARIANT.findall(cell.source)}
    for cell in nb.cells if "submission_id" in resources else ():  # students' feedback has none
        if is_grade(cell) and is_solution(cell):
            cell.source = f"{rubric(cell.metadata.nbgrader.grade_id, asked)}\n\n{cell.source}"
    return nb, resources


def configure(config: Any, results: str) -> None:
    """Make nbgrader take its marks from `results`; ``nbgrader_config.py`` calls this."""
    config.Marks.results = results
    config.HTMLExporter.preprocessors = ["grader.reports.nbgrader_plugin.with_rubric"]
    after = ("IgnorePattern", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")
    config.Autograde.autograde_preprocessors = [
        "grader.reports.nbgrader_plugin.Marks", *(f"nbgrader.preprocessors.{name}" for name in after)]
