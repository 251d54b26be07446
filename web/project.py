"""The book's parts: folders, pages in reading order, notebooks, languages."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
OUT = ROOT / "_build"
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
LANGS = {"zh": "zh-CN", "en": "en"}  # a reader's choice, and how HTML calls it; in the order of a Pair


def pages() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return [toc["root"], *(entry["file"] for entry in toc["chapters"])]
