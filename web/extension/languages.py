"""Both languages on every page: in cells, titles and figure captions; static/language.js hides one of them.

* A box ``lang-zh`` or ``lang-en``, such as course.py puts around cells, becomes a ``<div lang>`` of that language.
* Titles, captions and the links made from them, written ``中文 | English``, become two ``<span lang>``.
* The theme's own words pair themselves: Sphinx's catalogue knows the Chinese for each English one.
* In attributes (alt, title, aria-label) and ``<title>`` both stay, joined by `` | ``; the script picks.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyObject
from sphinx.locale import translators
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from nnlib._common.pair import BAR, Pair

from ..project import LANGS

HEAD_SCRIPT = Path(__file__).with_name("head.js")  # stands inside <head> of every page
# A pair inside a longer text: in brackets, and without the blanks, so that the text is not split at its bar.
INSIDE = re.compile(r"\[\[([^\[\]|]+)\|([^\[\]|]+)\]\]")
RAW_TEXT = re.compile(r'="[^"]*"|<title>[^<]*</title>')  # where HTML allows no <span>
CJK = re.compile(r"[\u3400-\u9fff]")
CLOSING = tuple("，。；：？！、）」”,.;:?!)")
EXTRA_WORDS = {"Exercise": "练习", "Solution to": "解答"}
FIXED_WORDS = {"Skip to main content": "跳到正文", "Back to top": "回到顶部", "Main": "全书目录",
               "Toggle primary sidebar": "显示或隐藏目录", "Toggle secondary sidebar": "显示或隐藏本页目录",
               "Version warning": "版本提示", "previous page": "上一页", "next page": "下一页"}
FIXED = re.compile(rf"(?<=[\">])({'|'.join(FIXED_WORDS)})(?=[\"<])")  # the theme asks no catalogue for them
DOWNLOAD = 'class="btn btn-sm btn-download-source'
# axe finds the logo outside every landmark: pair_words gives it one
LOGO = re.compile(r'<div class="sidebar-primary-item">(\s*<a class="navbar-brand)')


def classes(key: str) -> list[str]:
    """Our class for the style sheet, and ``language-xx``, which docutils writes as the lang attribute."""
    return [f"lang-{key}", f"language-{LANGS[key]}"]


def upwards(node: nodes.Node | None) -> Iterator[nodes.Element]:
    """The node, if it is an element, and all that it stands in."""
    while node is not None:
        if isinstance(node, nodes.Element):
            yield node
        node = node.parent


def language_of(node: nodes.Node) -> str | None:
    return next((key for one in upwards(node) for key in LANGS if f"lang-{key}" in one.get("classes", ())), None)


def in_language(text: str, key: str) -> str:
    """``[[图|Figure]] 1`` and ``中文 | English`` as a reader of one language, or of both, sees them."""
    if key == "both":
        return INSIDE.sub(rf"\1{BAR}\2", text)
    return Pair.of(INSIDE.sub(lambda found: Pair(*found.groups()).read(key), text)).read(key)


# -- titles, captions, glossary: before Sphinx collects them for contents and index ------------------
def cased(zh: list[nodes.Node], en: list[nodes.Node]) -> list[nodes.Node]:
    """Two spans, one per language, with the bar between them."""
    left, right = (nodes.inline("", "", *half, classes=classes(key))
                   for key, half in zip(LANGS, (zh, en), strict=True))
    return [left, nodes.inline("", BAR, classes=["lang-sep"]), right]


def split(title: nodes.Element) -> None:
    """Split the children of a title ``中文 $x$ | English $x$`` at the bar into a span per language."""
    for i, child in enumerate(title.children):
        if isinstance(child, nodes.Text) and BAR in child:
            zh, en = map(nodes.Text, Pair.of(child))
            title[:] = cased([*title.children[:i], zh], [en, *title.children[i + 1:]])
            return


def split_columns(table: nodes.tgroup) -> None:
    """Mark the columns headed 中文 and English as their language; split heads ``中文 | English``."""
    head, *body = [row.children for row in table.findall(nodes.row)]
    for i, cell in enumerate(head):
        key = {"中文": "zh", "English": "en"}.get(cell.astext())
        if key:
            for row in (head, *body):
                row[i]["classes"] += classes(key)
        elif BAR in cell.astext():
            split(cell.next_node(nodes.paragraph))


def keep_commas(doc: nodes.document) -> None:
    """Put a short formula and the comma or full stop after it on one line."""
    for math in list(doc.findall(nodes.math)):
        text = math.next_node(descend=False, siblings=True)
        if isinstance(text, nodes.Text) and text[:1] in CLOSING and len(math.astext()) < 20:
            after = math.parent.index(math) + 1  # not the place of the text: an equal one may come before
            math.parent[after] = nodes.Text(text[1:])
            both = math.deepcopy(), nodes.Text(text[0])
            math.replace_self(nodes.inline("", "", *both, classes=["one-line"]))


def mark_parts(doc: nodes.document) -> None:
    """Mark the language of boxes, terms, definitions and docstrings."""
    for node in doc.findall(nodes.container):  # `:::{container} lang-zh`
        if key := next((k for k in LANGS if f"lang-{k}" in node["classes"]), None):
            slide = ["tag_slide"] if "slide" in node["classes"] else []  # as MyST-NB marks a code cell
            node["classes"] = classes(key) + slide
    for term in doc.findall(nodes.term):  # a glossary shows both terms
        term["classes"].append(f"language-{LANGS['zh' if CJK.search(term.astext()) else 'en']}")
    for glossary in doc.findall(addnodes.glossary):
        for definition in glossary.findall(nodes.definition):
            for key, paragraph in zip(LANGS, definition.children, strict=False):
                paragraph["classes"] += classes(key)
    for docstring in doc.findall(addnodes.desc):
        docstring["classes"].append(f"language-{LANGS['en']}")


class MarkLanguages(SphinxTransform):
    default_priority = 860

    def apply(self, **kwargs) -> None:
        keep_commas(self.document)
        for node in list(self.document.findall(nodes.TextElement)):
            paired = isinstance(node, nodes.paragraph) and any("paired" in above["classes"] for above in upwards(node))
            if paired or isinstance(node, nodes.title | nodes.subtitle | nodes.caption | nodes.rubric):
                split(node)
        for table in self.document.findall(nodes.tgroup):
            split_columns(table)
        mark_parts(self.document)


# -- links whose text Sphinx filled in from those titles ---------------------------------------------
class SplitReferences(SphinxPostTransform):
    default_priority = 400
    formats = ("html", "notebooks")

    def run(self, **kwargs) -> None:
        for ref in list(self.document.findall(nodes.reference)):
            here = language_of(ref)
            for text in [text for text in ref.findall(nodes.Text) if language_of(text) == here]:  # not yet split
                if here:
                    text.parent.replace(text, nodes.Text(in_language(text, here)))
                elif BAR in text:
                    text.parent.replace(text, cased(*([nodes.Text(half)] for half in Pair.of(text))))


# -- the theme's words, the switch and the assets ------------------------------------------------------
def spans(pair: Pair) -> str:
    """HTML of a pair: one span per language, and between them a bar for those who see both."""
    if pair.zh == pair.en:
        return pair.zh
    zh, en = (f'<span class="lang-{key}" lang="{code}">{half}</span>'
              for (key, code), half in zip(LANGS.items(), pair, strict=True))
    return f'{zh}<span class="lang-sep">{BAR}</span>{en}'


def pair_words(html: str) -> str:
    """The page with each pair in its spans; the theme's own words become pairs first."""
    landmark = 'role="navigation" aria-label="[[封面|Cover]]"'
    html = html.replace('role="doc-biblioentry"', 'role="listitem"')  # docutils writes a deprecated role
    html = html.replace(DOWNLOAD, f"download {DOWNLOAD}")  # else the browser may show the file
    html = LOGO.sub(rf'<div class="sidebar-primary-item" {landmark}>\1', html)
    html = FIXED.sub(lambda word: Pair(FIXED_WORDS[word[0]], word[0]).marked(), html)
    html = RAW_TEXT.sub(lambda text: INSIDE.sub(rf"\1{BAR}\2", text[0]), html)
    return INSIDE.sub(lambda pair: spans(Pair(*pair.groups())), html)


def pair_catalogues(app: Sphinx) -> None:
    """Let Sphinx translate each of its words into the pair of both languages."""
    for (area, _), table in translators.items():
        words = getattr(table, "_catalog", {}) if area == "general" else {}  # the others speak to the author
        known = {en: zh for en, zh in words.items() if isinstance(en, str) and en and CJK.search(zh)}
        for en, zh in (known | EXTRA_WORDS).items():
            if not re.search(r"[%|\[\]{}<>]", en + zh):  # a format or markup cannot stand twice
                words[en] = Pair(zh, en).marked()
                for field in PyObject.doc_field_types:  # Sphinx looked up their labels earlier
                    field.label = words[en] if field.label == zh else field.label


def pair_book_title(app: Sphinx, pagename, templatename, context, doctree) -> None:
    for name in ("docstitle", "root_title"):
        if BAR in context.get(name, ""):
            context[name] = Pair.of(context[name]).marked()
