"""Explorers: controls over a picture, live under a kernel and made ahead for a page."""

from .explorer import explore

__all__ = ["explore"]
