"""A text in both languages, ``中文 | English``: only this module joins and splits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

BAR = " | "


class Pair(NamedTuple):
    """The Chinese and the English half of a text; they are equal where the text has no bar.

    Examples
    --------
    >>> figure = Pair.of("图 | figure")
    >>> figure.en
    'figure'
    >>> str(figure.map(lambda half: f"{half} 1"))
    '图 1 | figure 1'
    >>> str(Pair.of("nnlib"))
    'nnlib'
    """

    zh: str
    en: str

    @classmethod
    def of(cls, text: str) -> Pair:
        zh, bar, en = text.partition(BAR)
        return cls(zh, en if bar else zh)

    def map(self, change: Callable[[str], str]) -> Pair:
        return Pair(*map(change, self))

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else BAR.join(self)
