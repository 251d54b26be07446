"""A text in both languages, ``中文 | English``: only this module joins and splits it."""

from collections.abc import Callable
from typing import NamedTuple, Self

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
    def of(cls, text: str) -> Self:
        zh, bar, en = text.partition(BAR)
        return cls(zh, en if bar else zh)

    def map(self, change: Callable[[str], str]) -> Self:
        return type(self)(*map(change, self))

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else BAR.join(self)
