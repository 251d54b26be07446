"""The search index for Chinese and English: Chinese runs become characters and pairs of characters.

A word segmenter would hide compound terms (过拟合, 反向传播) that pairs of characters find. For each
term of the glossary the index also knows its home, the chapter that speaks of it most, and its twin.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish

from questions.bank import CHAPTERS

PIECES = re.compile(r"[\u3400-\u9fff]+|\d+(?:\.\d+)+|[^\W\u3400-\u9fff]+(?:\+\+|#(?!\w))?")
SCRIPT = Path(__file__).with_name("search.js")


class SearchChineseEnglish(SearchEnglish):
    lang = "zh"
    language_name = "Chinese and English"

    def split(self, text: str) -> Iterator[str]:
        for run in PIECES.findall(text):
            if "\u3400" <= run[0] <= "\u9fff":
                yield from run
                yield from (run[i:i + 2] for i in range(len(run) - 1))
            else:
                yield run


def find_homes(app: Sphinx, env: BuildEnvironment) -> None:
    texts = {name: env.get_doctree(name).astext().lower() for name in CHAPTERS if name in env.found_docs}
    names = {name.lower() for _, name, kind, *_ in env.get_domain("std").get_objects() if kind == "term"}
    homes = {name: max(texts, key=lambda chapter, name=name: texts[chapter].count(name))
             for name in sorted(names) if any(name in text for text in texts.values())}
    entries = env.get_doctree("glossary").findall(nodes.definition_list_item) if "glossary" in env.found_docs else ()
    data = {"HOME": homes, "PAIRS": [[term.astext() for term in entry.findall(nodes.term)] for entry in entries]}
    words = "".join(f"const {name} = {json.dumps(data[name], ensure_ascii=False)};\n" for name in data)
    SearchChineseEnglish.js_splitter_code = words + SCRIPT.read_text("utf-8")
