"""The script that splits a reader's question into words is there after every build."""

import pytest
from sphinx.application import Sphinx

from web.extension.search import SCRIPT, SearchChineseEnglish

PAGES = {"index": "# 书 | Book\n\n```{toctree}\npage\n```\n", "page": "# 一页 | A page\n"}


@pytest.fixture
def build(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name, text in PAGES.items():
        (source / f"{name}.md").write_text(text, "utf-8")
    settings = {"extensions": ["myst_nb", "web.extension"], "html_theme": "sphinx_book_theme", "language": "zh_CN"}

    def again(everything):
        SearchChineseEnglish.js_splitter_code = ""  # as in a process that has just started
        Sphinx(source, None, tmp_path / "html", tmp_path / "doctrees", "html", settings, None,
               None).build(force_all=everything)
        return (tmp_path / "html" / "_static" / "language_data.js").read_text("utf-8")

    return again


def test_pages_that_are_written_without_being_read_keep_their_search(build):
    script = SCRIPT.read_text("utf-8")
    assert script in build(everything=False)
    assert script in build(everything=True)
