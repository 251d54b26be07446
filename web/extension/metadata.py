"""What search engines and messengers read: description, picture, address, sitemap, and the 404 page."""

import re
from collections.abc import Iterator
from itertools import accumulate
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from nnlib._common.pair import Pair

from ..project import LANGS
from .languages import HEAD_SCRIPT, language_of

LENGTH = {"zh": 90, "en": 170}  # characters that search engines show
SENTENCE = re.compile(r".+?(?:[。！？]|(?<!\.)[.!?](?= |$))")


def address(base: str, page: str) -> str:
    return base + ("" if page == "index" else f"{page}.html")


def summary(doctree: nodes.document, key: str) -> str:
    """The first sentences of the page in one language, as many as fit."""
    found = (text.astext() for text in doctree.findall(nodes.paragraph) if language_of(text) == key)
    words = re.sub(r"</?a\b[^>]*>|\\", "", " ".join(next(found, "").split()).replace(r"\cdot", "·"))
    beginnings = [*accumulate(SENTENCE.findall(words))] or [""]
    return max((text for text in beginnings if len(text) <= LENGTH[key]), key=len, default=beginnings[0]).strip()


def describe(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Fill the page's `<head>`, or keep search engines away from a page without text of its own (search)."""
    if doctree is None:
        context["metatags"] = context.get("metatags", "") + '<meta name="robots" content="noindex" />'
        return
    base = app.config.html_baseurl
    context["pageurl"] = address(base, pagename) if base else None
    title = " ".join(app.env.titles[pagename].astext().split())
    about = str(Pair(*(summary(doctree, key) for key in LANGS)))
    context["metatags"] += app.builder.templates.render(
        "description.html", {"title": title, "about": about, "base": base, "url": context["pageurl"]})


def not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, object], str]]:
    """404.html loads nothing: a server shows it under any address. Its links start at the book's root."""
    root = urlsplit(app.config.html_baseurl).path or "/"
    pages = [(f"{root}{name}.html", Pair.of(app.env.titles[name].astext()).marked())
             for name in app.env.toctree_includes["index"]]
    yield "404", {"root": root, "pages": pages, "script": HEAD_SCRIPT.read_text("utf-8")}, "404.html"


def write_sitemap(app: Sphinx) -> None:
    if base := app.config.html_baseurl:  # else web/build.py has deleted an earlier one
        addresses = [address(base, page) for page in sorted(app.env.found_docs)]
        sitemap = app.builder.templates.render("sitemap.xml", {"addresses": addresses})
        (app.outdir / "sitemap.xml").write_text(sitemap, "utf-8")
        (app.outdir / "robots.txt").write_text(f"Sitemap: {base}sitemap.xml\n", "utf-8")
