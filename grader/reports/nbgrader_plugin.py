"""The plugin for nbgrader: its gradebook takes our marks, and students' code is not run a second time."""

import json
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from ..batch import current

AFTER = ("IgnorePattern", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")


class Marks(NbGraderPreprocessor):
    """Replaces the step in which nbgrader runs a notebook: writes each test cell's points into its output.

    nbgrader reads an error as no points, a number as partial credit and no output as full points.
    """

    results = Unicode(help="the folder that `python -m grader grade` wrote").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        name, student = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        folder = Path(self.results).expanduser()
        try:
            result = json.loads(current(folder, name)[student].read_text("utf-8"))
        except (OSError, KeyError):
            message = f"expected a result of {student} for {name} in {folder}, found none. Run `grade` first."
            raise RuntimeError(message) from None
        for cell in nb.cells:
            mark = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code":
                cell.outputs = []
                if mark.get("grade") and not mark.get("solution"):
                    cell.outputs = outputs(result["exercises"][mark["grade_id"].removesuffix("-check")])
        return nb, resources


def outputs(exercise: dict[str, Any]) -> list[NotebookNode]:
    """The outputs from which nbgrader reads these points; they also name the cause of each failed test."""
    failed = {title: cause for title, cause in exercise["tests"].items() if cause}
    text = "".join(f"{title}: {cause}\n" for title, cause in failed.items())
    if not exercise["points"]:
        return [new_output("error", ename="NoPoints", evalue="", traceback=[text])]
    if not failed:
        return []
    points = new_output("execute_result", {"text/plain": str(float(exercise["points"]))}, execution_count=1)
    return [new_output("stream", name="stdout", text=text), points]


def configure(config: Any, results: str) -> None:
    """Make nbgrader take its marks from `results`; ``nbgrader_config.py`` calls this."""
    config.Marks.results = results
    config.Autograde.autograde_preprocessors = [
        "grader.reports.nbgrader_plugin.Marks",
        *(f"nbgrader.preprocessors.{name}" for name in AFTER),
    ]
