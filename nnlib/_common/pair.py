"""A text in both languages, ``中文 | English``: only this module joins and splits it."""

import os
from collections.abc import Callable
from typing import NamedTuple, Self

BAR = " | "


class Pair(NamedTuple):
    """The Chinese and the English half of a text; they are equal where the text has no bar."""

    zh: str
    en: str

    @classmethod
    def of(cls, text: str) -> Self:
        zh, bar, en = text.partition(BAR)
        return cls(zh, en if bar else zh)

    def map(self, change: Callable[[str], str]) -> Self:
        return type(self)(*map(change, self))

    def read(self, key: str) -> str:
        """The half in one language, zh or en; for any other key, both."""
        return str(getattr(self, key)) if key in self._fields else str(self)

    def marked(self) -> str:
        """Both halves in brackets, by which a page finds a pair inside a longer text."""
        return f"[[{self.zh}|{self.en}]]" if self.zh != self.en else self.zh

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else BAR.join(self)


def spoken(text: str) -> str:
    """The text for this reader: the environment variable NNLIB_LANG is a language, or "page", whose reader chooses."""
    key, pair = os.environ.get("NNLIB_LANG", ""), Pair.of(text)
    return pair.marked() if key == "page" and not {*"[]|"} & {*text.replace(BAR, "")} else pair.read(key)
