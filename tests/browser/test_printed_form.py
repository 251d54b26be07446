"""A test from the question bank, as a browser prints it: what each sheet says, if the sheets get mixed up."""

import re
import subprocess

import pytest
from pypdf import PdfReader

from questions import export
from web.publish import chromium


def sheets(program, path, lang):
    """The pages of the printed file: their words, with the text in the margin, and their fonts."""
    export.write_bank(path / "test.html", 7, "print", lang, ["intro"], 3, 14)
    command = [program, *chromium.FLAGS, "--headless", "--no-pdf-header-footer",
               f"--print-to-pdf={path / 'test.pdf'}", (path / "test.html").as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = PdfReader(path / "test.pdf").pages
    fonts = {font.get_object().get("/BaseFont", "") for page in pages
             for font in page["/Resources"].get("/Font", {}).values()}
    return [page.extract_text() for page in pages], fonts


@pytest.mark.parametrize(("lang", "foot"), [
    ("en", r"(Form|Key to form) (\d) · page (\d)"),
    ("zh", r"试卷 (\d)( 的答案)? · 第 (\d) "),
    ("both", r"(答案，)?试卷 \| (?:Form|Key to form) (\d) · (\d)"),
])
def test_every_sheet_names_its_form_and_its_page(lang, foot, program, tmp_path):
    pages, fonts = sheets(program, tmp_path, lang)
    found = [re.findall(foot, page) for page in pages]
    assert all(len(one) == 1 for one in found), pages
    if lang == "zh":
        found = [[(key, form, page)] for ((form, key, page),) in found]
    told = [("Key" in key or "答案" in key, int(form), int(page)) for ((key, form, page),) in found]
    assert told == sorted(told), "each form's pages are counted from 1, and the keys come after all forms"
    for form in ((key, number) for key in (False, True) for number in (1, 2, 3)):
        numbers = [page for *which, page in told if (*which,) == form]
        assert numbers == [*range(1, len(numbers) + 1)]
        assert len(numbers) > 1
    for page, (key, _, number) in zip(pages, told, strict=True):
        assert any(word in page for word in ("Student number", "学号")) == (number == 1 and not key)
    if lang == "en":
        assert not any("CJK" in font for font in fonts), "its quotation marks would be as wide as a character"
