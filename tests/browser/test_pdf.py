"""The printed book: one PDF per language, with bookmarks, and with its letters inside."""

import io
import re
import signal
import subprocess

import pytest
from pypdf import PdfReader

from web.publish import chromium, pdf

PAGES = ["index", "notation"]  # printing the whole book takes a minute
OWN = {"zh": ("神经网络入门", "记号对照"), "en": ("Neural networks", "Notation")}


@pytest.fixture(scope="module", params=OWN)
def printed(request, program, site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "pages", lambda: PAGES)
        return request.param, PdfReader(pdf.print_book(site, folder, request.param))


def fonts(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def embedded(font):
    if font["/Subtype"] == "/Type3":  # its letters are drawings, and always inside
        return "/ToUnicode" in font
    [inner] = font["/DescendantFonts"]
    return "/FontFile2" in inner.get_object()["/FontDescriptor"].get_object()


def test_bookmarks_are_the_headings_of_this_language(printed):
    key, book = printed
    titles = [mark.title for mark in book.outline if not isinstance(mark, list)]
    assert titles == list(OWN[key])
    under = [mark.title for mark in book.outline[1]]
    assert len(under) > 1
    assert all(any("\u3400" <= letter <= "\u9fff" for letter in title) == (key == "zh") for title in under)


def test_only_one_language_is_printed(printed):
    key, book = printed
    text = "".join(page.extract_text() for page in book.pages[2:])  # after the cover and the contents
    other = OWN["en" if key == "zh" else "zh"][1]
    assert OWN[key][1] in text
    assert other not in text
    assert "${" not in text


def test_every_letter_is_inside_the_file(printed):
    assert all(embedded(font) for page in printed[1].pages for font in fonts(page))


def test_a_reader_is_told_who_wrote_it_and_in_which_language(printed):
    key, book = printed
    assert book.metadata.title == OWN[key][0]
    assert book.metadata.author
    assert book.root_object["/Lang"] == ("zh-CN" if key == "zh" else "en")


def test_links_between_pages_stay_inside_the_file(printed):
    addresses = [mark.get_object()["/A"].get("/URI", "") for page in printed[1].pages
                 for mark in page.get("/Annots", []) if "/A" in mark.get_object()]
    assert not [address for address in addresses if "notation.html" in address]


def test_all_pages_and_places_are_renamed(site):
    text, author = pdf.whole_book_html(site, "en")
    for name in pdf.pages():
        assert f'id="{name}"' in text
    assert author in text
    drawn = {use or clip for use, clip in re.findall(r'<use[^>]* href="#([^"]+)"|url\(#([^)"]+)\)', text)}
    assert len(drawn) > 100
    assert drawn <= {*re.findall(r' id="([^"]+)"', text)}
    assert "lang-zh" not in text
    assert 'loading="lazy"' not in text


@pytest.mark.parametrize("key", OWN)
def test_the_summary_prints_on_one_sheet(key, visiting, site):
    with visiting(site.as_uri()) as visit:
        margins = dict.fromkeys(("top", "bottom", "left", "right"), "0.4in")  # those of the browser's own dialogue
        sheet = PdfReader(io.BytesIO(visit.open(f"sheet.html?lang={key}").pdf(format="A4", margin=margins)))
    assert len(sheet.pages) == 1
    text = sheet.pages[0].extract_text()
    assert {"zh": "总结", "en": "One-page summary"}[key] in text  # 一 and 页 come back as radicals
    assert all(number in text for number in ("308,310", "97.1%", "0.030"))
    assert any("\u3400" <= letter <= "\u9fff" for letter in text) == (key == "zh")


def test_without_chromium_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    with pytest.raises(ValueError, match=r"expected Chromium or Chrome, found none .*apt-get install"):
        chromium.find()


def test_ctrl_c_ends_the_browser_too(site, tmp_path, monkeypatch):
    program, started, wait = tmp_path / "browser", [], subprocess.Popen.wait
    program.write_text("#!/bin/sh\nsleep 20\n")
    program.chmod(0o755)

    def interrupted(process, timeout=None):
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(pdf, "pages", lambda: PAGES)
    monkeypatch.setattr(chromium, "find", lambda: str(program))
    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pdf.print_book(site, tmp_path, "en")
    assert wait(started[0]) == -signal.SIGKILL


@pytest.mark.parametrize(("does", "got"), [("exit 1", "exit code 1"), ("sleep 100", "no end within 1 second")])
def test_a_failed_print_leaves_the_old_file(site, tmp_path, monkeypatch, does, got):
    program, old = tmp_path / "browser", tmp_path / "pdf" / pdf.FILES["en"]
    program.write_text(f"#!/bin/sh\n{does}\n")  # as Debian's: a script that starts the browser, and waits for it
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "pages", lambda: PAGES)
    monkeypatch.setattr(pdf, "SECONDS", 1)
    monkeypatch.setattr(chromium, "find", lambda: str(program))
    old.parent.mkdir()
    old.write_bytes(b"old")
    with pytest.raises(ValueError, match=rf"expected Chromium to print book.html, got {got}"):
        pdf.print_book(site, old.parent, "en")
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]
