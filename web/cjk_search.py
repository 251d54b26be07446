"""The search index for Chinese and English: Chinese runs become characters and pairs of characters.

A word segmenter would hide compound terms (过拟合, 反向传播) that pairs of characters find.
"""

import re
from collections.abc import Iterator

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

PIECES = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


class SearchChineseEnglish(SearchEnglish):
    lang = "zh"
    language_name = "Chinese and English"
    js_splitter_code = r"""
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;  // no fetching there
var splitQuery = (query) => (query.match(/[\u3400-\u9fff]+|[^\P{L}\u3400-\u9fff]+|[\p{N}_]+/gu) || [])
  .flatMap((run) => {
    if (!/^[\u3400-\u9fff]{2,}$/.test(run)) return [run];
    return Array.from(run.slice(1)).map((character, i) => run[i] + character);
  });
"""

    def split(self, text: str) -> Iterator[str]:
        for run in PIECES.findall(text):
            if "\u3400" <= run[0] <= "\u9fff":
                yield from run
                yield from (run[i:i + 2] for i in range(len(run) - 1))
            else:
                yield run


def setup(app: Sphinx) -> dict[str, object]:
    app.add_search_language(SearchChineseEnglish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
