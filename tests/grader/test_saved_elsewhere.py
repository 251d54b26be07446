"""An assignment as other programs save it: it still runs, `collect` takes it, and it is marked the same."""

import json

import nbformat
import pytest

from grader import assignments, collect, submission
from grader.marking import Conditions, mark

NAME = "activations"
pytestmark = pytest.mark.filterwarnings("ignore::nbformat.warnings.MissingIDFieldWarning")  # VS Code's
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "version": "3.11.7"}


def as_jupyter(notebook):
    """What JupyterLab 4.4.10 and 4.6.6 and Notebook 7.4.7 did when an assignment was run and saved there."""
    notebook["metadata"] = {"language_info": LANGUAGE, "kernelspec": {
        "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, 1):
        output = {"name": "stdout", "output_type": "stream", "text": ["passed\n"]}
        cell |= {"execution_count": count, "outputs": [output]}
    return notebook


def as_vscode(notebook):
    """Cells keep metadata and id (vscode, extensions/ipynb/src/serializers.ts); a new one has no id
    (vscode-jupyter, issue 14652)."""
    notebook = as_jupyter(notebook)
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    empty = {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    notebook["cells"].append(empty)
    return notebook


def as_colab(notebook):
    """Format 4.0, so no ids but Colab's own in the metadata (colabtools, issues 581 and 625)."""
    notebook = as_jupyter(notebook)
    notebook |= {"nbformat_minor": 0, "metadata": {
        "colab": {"provenance": [], "toc_visible": True}, "language_info": {"name": "python"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"}}}
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] |= {"id": f"wArRwBZc{number:04}", "outputId": "33379337-b179-461a-ee55-a70353965b96",
                             "colab": {"base_uri": "https://localhost:8080/", "height": 51}}
    return notebook


def as_copied_by_hand(notebook):
    """Pasted cell by cell into a new notebook, or cleaned by an editor: only the text is left."""
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"] = {}
    return notebook | {"metadata": {}, "nbformat_minor": 4}


@pytest.fixture
def collected(request, notebook, tmp_path):
    """The solved assignment, and what the grader finds after one of these programs has saved it."""
    solved = nbformat.writes(notebook(NAME))
    place = tmp_path / "download" / "s1" / f"{NAME}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(request.param(json.loads(solved))), "utf-8")
    nbformat.validate(nbformat.read(place, as_version=4))
    done = collect.collect(tmp_path / "download", tmp_path / "submitted", NAME)
    assert (len(done.taken), done.left_out) == (1, [])
    data, notes = submission.read(tmp_path / "submitted" / "s1" / NAME)
    assert notes == []
    return solved.encode(), data


@pytest.mark.parametrize("collected", [as_jupyter, as_vscode, as_colab], indirect=True)
def test_the_grader_reads_it_as_if_no_program_had_saved_it(collected):
    solved, saved = (submission.parse(data, assignments.load(NAME)) for data in collected)
    assert saved == solved


@pytest.mark.parametrize("collected", [as_copied_by_hand], indirect=True)
def test_without_metadata_it_earns_the_same(sandboxed, collected):
    solved, saved = (mark(data, assignments.load(NAME), Conditions(5)) for data in collected)
    assert (saved["exercises"], saved["pending"]) == (solved["exercises"], solved["pending"])


@pytest.mark.parametrize("collected", [as_jupyter, as_vscode, as_colab, as_copied_by_hand], indirect=True)
def test_it_still_runs(collected, capsys):
    names = {}
    for cell in nbformat.reads(collected[1].decode(), 4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert capsys.readouterr().out.count("✓") > 3
