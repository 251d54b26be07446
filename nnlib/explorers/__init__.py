"""Explorers: controls over a picture, live under a kernel, and drawn in advance for a page."""

from .explorer import explore

__all__ = ["explore"]
