"""Prints the built book: one PDF per language, through a headless Chromium, into _build/pdf/."""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader, PdfWriter
from tqdm import tqdm

from grader.published import address
from nnlib._common.files import write_whole
from nnlib._common.pair import BAR, Pair

from ..project import LANGS, OUT, ROOT, pages
from . import chromium

FLAGS = (*chromium.FLAGS, "--headless", "--no-pdf-header-footer", "--generate-pdf-document-outline",
         "--allow-file-access-from-files", "--timeout=60000")
WORDS = {"zh": "目录", "en": "Contents"}
SECONDS = 300
FILES = {"zh": "neural-networks-zh.pdf", "en": "neural-networks-en.pdf"}
AWAY = ".headerlink, .katex-mathml, script, .btn, .toggle-button, .live-bar, .d-print-none, button"


def chapter(site: Path, name: str, key: str) -> Tag:
    """Return the text of a page in one language, with its ids renamed, so that all pages fit into one file."""
    article = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser").article
    other = next(language for language in LANGS if language != key)
    for tag in article.select(f".lang-{other}, .lang-sep, {AWAY}"):
        tag.decompose()
    for tag in article.find_all(True):
        for words in ("alt", "title", "aria-label"):
            if BAR in tag.get(words, ""):
                tag[words] = getattr(Pair.of(tag[words]), key)
        if tag.name == "details":
            tag["open"] = ""
        if tag.get("id"):
            tag["id"] = f"{name}--{tag['id']}"
        if tag.get("clip-path"):
            tag["clip-path"] = tag["clip-path"].replace("#", f"#{name}--")
        if tag.get("src"):
            tag["src"] = f"../html/{tag['src']}"
        page, _, place = tag.get("href", "").partition("#")
        if tag.get("href") and (target := page.removesuffix(".html") or name) in pages():
            tag["href"] = f"#{target}--{place}" if place else f"#{target}"
        elif tag.get("href") and not urlsplit(page).scheme:  # a file of the site: nnlib's wheel
            if base := address("BOOK_URL"):
                tag["href"] = base + tag["href"]
            else:
                del tag["href"]
    article.name, article["id"], article["class"] = "section", name, "bd-article chapter"
    article["style"] = f"page: {name}"
    return article


def whole_book_html(site: Path, key: str) -> tuple[str, str]:
    """The whole book in one language as one HTML text, and its author."""
    title = getattr(Pair.of(yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["title"]), key)
    author = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["authors"][0]["name"]
    chapters = [chapter(site, name, key) for name in tqdm(pages(), desc=f"{key}: pages", leave=False)]
    entries, runners = [], []
    for tag in (tag for part in chapters for tag in part.select("h1, h2")):
        place, heading = tag.find_parent("section", id=True)["id"], " ".join(tag.get_text().split())
        entries.append(f'<li class="{tag.name}"><a href="#{place}">{heading}</a></li>')
        if tag.name == "h1":
            quoted = heading.replace('"', r"\"")
            runners.append(f'@page {place.partition("--")[0]} {{ @top-center {{ content: "{quoted}" }} }}')
    sheet = re.search(r'href="(_static/book-[^"]+\.css)"', (site / "index.html").read_text("utf-8"))[1]
    own = Path(__file__).with_name("pdf.css").read_text("utf-8")
    return Path(__file__).with_name("pdf.html").read_text("utf-8").format(
        code=LANGS[key], key=key, title=title, author=author, sheet=sheet, rules=f"{own} {' '.join(runners)}",
        contents=WORDS[key], entries="".join(entries), chapters="".join(map(str, chapters))), author


def print_book(site: Path, folder: Path, key: str) -> Path:
    """Write the PDF of one language; if Chromium fails, write nothing."""
    program = chromium.find()
    text, author = whole_book_html(site, key)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=site.parent) as scratch:
        source, made = Path(scratch) / "book.html", Path(scratch) / "book.pdf"
        source.write_text(text, "utf-8")
        with open(f"{scratch}/said", "w+", encoding="utf-8") as said:  # a pipe would outlive a browser that hangs
            run = subprocess.Popen([program, *FLAGS, f"--user-data-dir={scratch}/profile", f"--print-to-pdf={made}",
                                    source.as_uri()], stdout=said, stderr=said, start_new_session=True)
            try:
                ended = f"exit code {run.wait(SECONDS)}"
            except subprocess.TimeoutExpired:
                ended = f"no end within {SECONDS} seconds"
            finally:
                if run.poll() is None:  # it is too slow, or Ctrl-C was pressed, which the browser does not hear
                    os.killpg(run.pid, signal.SIGKILL)
            said.seek(0)
            if run.wait() or not made.is_file():
                raise ValueError(f"make pdf expected Chromium to print {source.name}, got {ended}: "
                                 f"{said.read()[-500:]}. Try the program by hand: {program}")
        writer = PdfWriter(clone_from=PdfReader(made))
    writer.add_metadata({"/Author": author})
    write_whole(folder / FILES[key], writer.write)
    return folder / FILES[key]


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        for key in tqdm(LANGS, desc="PDF", unit="book"):
            tqdm.write(str(print_book(OUT / "html", OUT / "pdf", key)))
    except ValueError as error:
        sys.exit(str(error))
