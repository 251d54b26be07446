"""What a busy kernel sends in pieces is printed as one."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

CODE = """
import sys
pieces = (sys.stdout, "82 parameters,"), (sys.stdout, " 99% right\\n"), (sys.stderr, "oh\\n"), (sys.stdout, "b\\n")
for stream, words in pieces:
    stream.write(words)
    stream.flush()
""".strip()


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """What the page shows of a cell that writes its lines in pieces."""
    folder = tmp_path_factory.mktemp("streams")
    source = folder / "source"
    source.mkdir()
    (source / "index.md").write_text("# Book\n\n```{toctree}\npage\n```\n")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Page"), nbformat.v4.new_code_cell(CODE)])
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(page, source / "page.ipynb")
    settings = {"extensions": ["myst_nb", "sphinxcontrib.bibtex", "web.extension"], "bibtex_bibfiles": [],
                "html_theme": "sphinx_book_theme", "nb_execution_mode": "force", "nb_merge_streams": True}
    Sphinx(source, None, folder / "html", folder / "doctrees", "html", settings, None, None).build()
    html = BeautifulSoup((folder / "html" / "page.html").read_text("utf-8"), "html.parser")
    return [output.get_text().rstrip() for output in html.select(".cell_output > .output")]


def test_a_line_sent_in_pieces_stays_one_line_and_two_kinds_stay_apart(texts):
    assert texts == ["82 parameters, 99% right\nb", "oh"]
