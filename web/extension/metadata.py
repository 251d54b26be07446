"""What search engines and messengers read: description, picture, address, sitemap, and the 404 page.

The environment variable BOOK_URL says where the book is published (the publishing workflow sets it).
Without it no absolute address is written: no canonical address, no sitemap, no picture for messengers.
"""

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import accumulate
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from nnlib._common.pair import Pair

from ..project import LANGS
from .languages import HEAD_SCRIPT

LENGTH = {"zh": 90, "en": 170}  # characters that search engines show
SENTENCE = re.compile(r".+?(?:[。！？]|[.!?](?= |$))")
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}
</urlset>
"""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def address(base: str, page: str) -> str:
    return base + ("" if page == "index" else f"{page}.html")


def summary(doctree: nodes.document, key: str) -> str:
    """The first sentences of the page in one language, as many as fit."""
    boxes = (node for node in doctree.findall(nodes.Element) if f"lang-{key}" in node.get("classes", ()))
    found = (text.astext() for box in boxes for text in box.findall(nodes.paragraph))
    words = " ".join(next(found, "").split()).replace(r"\cdot", "·").replace("\\", "")
    beginnings = [*accumulate(SENTENCE.findall(words))] or [""]
    return max((text for text in beginnings if len(text) <= LENGTH[key]), key=len, default=beginnings[0]).strip()


def describe(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Fill the page's `<head>`, or keep search engines away from a page without text of its own (search)."""
    if doctree is None:
        context["metatags"] = context.get("metatags", "") + '<meta name="robots" content="noindex" />'
        return
    base = app.config.html_baseurl
    title = " ".join(app.env.titles[pagename].astext().split())
    about = str(Pair(*(summary(doctree, key) for key in LANGS)))
    tags = {"description": about, "og:type": "article", "og:title": title, "og:description": about,
            "og:locale": "zh_CN", "og:locale:alternate": "en_US", "twitter:card": "summary_large_image"}
    if base:
        context["pageurl"] = address(base, pagename)
        tags |= {"og:url": context["pageurl"], "og:image": f"{base}_images/spirals.png"}  # all others are SVG
    data = json.dumps({"@context": "https://schema.org", "@type": "LearningResource", "name": title,
                       "description": about, "inLanguage": list(LANGS.values()), "license": LICENCE,
                       "isAccessibleForFree": True} | ({"url": context["pageurl"]} if base else {}),
                      ensure_ascii=False).replace("<", r"\u003c")
    context["metatags"] += "\n    ".join([
        "", *(f'<meta {"property" if "og:" in name else "name"}="{name}" content="{escape(text)}" />'
              for name, text in tags.items()),
        f'<script type="application/ld+json">{data}</script>'])


def not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, object], str]]:
    """404.html loads nothing: a server shows it under any address. Its links start at the book's root."""
    root = urlsplit(app.config.html_baseurl).path or "/"
    pages = [(f"{root}{name}.html", Pair.of(app.env.titles[name].astext()).marked())
             for name in app.env.toctree_includes["index"]]
    script = HEAD_SCRIPT.read_text("utf-8")
    yield "404", {"root": root, "pages": pages, "script": script}, "404.html"


def write_sitemap(app: Sphinx) -> None:
    base = app.config.html_baseurl
    robots = "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")
    (app.outdir / "robots.txt").write_text(robots, "utf-8")
    if base:  # else web/build.py has deleted an earlier one
        urls = (f"\n<url><loc>{address(base, page)}</loc></url>" for page in sorted(app.env.found_docs))
        (app.outdir / "sitemap.xml").write_text(SITEMAP.format("".join(urls)), "utf-8")
