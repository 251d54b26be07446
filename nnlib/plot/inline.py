"""A figure as SVG that stands inside a page: its words are text in both languages, its colours the page's."""

import hashlib
import io
import re
from math import cos, radians, sin
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from .._common.checks import Array
from .._common.pair import BAR
from .style import COLORS, TINTS, Both

INK, PAPER = "currentColor", "var(--pst-color-background, #fff)"
MIXED = {to_hex((r, g, b)): color for (r, g, b), color in zip(TINTS, COLORS, strict=True)}
ANCHORS = {"left": (0.0, "start"), "center": (0.5, "middle"), "right": (1.0, "end")}
MANY = 1000  # points that are drawn one by one; more become one picture
SHARP = 160  # its pixels per inch
ID, USED = re.compile(r' id="([^"]+)"'), re.compile(r'(?:href="|url\()#([^")]+)')
NEEDLESS = re.compile(r"<!--.*?-->|\bxlink:(?=href=)|(?<=>)\s+(?=<)|(?<=base64,)\s+", re.DOTALL)


def themed(color: str) -> str:
    """Ink for black, paper for white, and between them greys and tints; other colours stay."""
    base, share = (MIXED[color], 0.35) if color in MIXED else (INK, 1 - to_rgb(color)[0])
    if base == INK and len({*to_rgb(color)}) > 1:
        return color
    return base if share == 1 else f"color-mix(in srgb, {base} {share:.0%}, {PAPER})" if share else PAPER


def without_white(image: Array) -> Array:
    """The same picture on a white ground, with as much of the ground showing through as can be."""
    covered = 255 - image[..., :3].min(axis=-1, keepdims=True).astype(float)
    colors = 255 - (255 - image[..., :3]) * (255 / np.maximum(covered, 1))
    return np.concatenate([colors, covered * image[..., 3:] / 255], axis=-1).round().astype(np.uint8)


class Renderer(RendererSVG):
    """Matplotlib's SVG without what would reach beyond the figure: a style for all elements, names, metadata."""

    right = 0.0  # how far the words reach where a page shows both languages, in points
    _write_metadata = _write_default_style = lambda *told: None  # type: ignore[assignment]

    def open_group(self, s: str, gid: str | None = None) -> None:
        self.writer.start("g")

    def _get_style_dict(self, gc: Any, rgbFace: Any) -> dict[str, str]:
        style = RendererSVG._get_style_dict(self, gc, rgbFace)
        return {key: themed(value) if value.startswith("#") else value for key, value in style.items()}

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        kind = transform and gc.get_gid()  # of points in one picture, and of photographs: none
        self.writer.start("g", attrib={"class": kind or ""})
        RendererSVG.draw_image(self, gc, x, y, without_white(im) if kind else im, transform)
        self.writer.end("g")

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
                  mtext: Any = None) -> Any:
        """Formulas become shapes, words stay text; both languages stand where the drawn one was laid out."""
        if ismath:
            return RendererSVG.draw_text(self, gc, x, y, s, prop, angle, ismath, mtext)
        share, anchor = ANCHORS[mtext.get_ha() if mtext and not angle else "center"]
        along = share * self.get_text_width_height_descent(s, prop, False)[0]
        x, y = x + along * cos(radians(angle)), y - along * sin(radians(angle))
        look = {"transform": f"translate({x:.1f} {y:.1f})" + f" rotate({-angle:g})" * bool(angle),
                "text-anchor": anchor, "font-size": f"{prop.get_size():g}", "fill": themed(to_hex(gc.get_rgb()))}
        if not isinstance(s, Both) or s.pair.zh == s.pair.en:
            return self.writer.element("text", s, attrib=look)
        ems = sum(1 if letter > "\u2e7f" else 0.6 for letter in "".join((s.pair.zh, BAR, s.pair.en)))
        self.right = max(self.right, x + (1 - share) * 0.8 * ems * prop.get_size() * (not angle))
        self.writer.start("text", attrib=look)
        for key, code, half in (("zh", "zh-CN", s.pair.zh), ("sep", "", BAR), ("en", "en", s.pair.en)):
            self.writer.element("tspan", half, attrib={"class": f"lang-{key}", "lang": code})
        self.writer.end("text")


def inline_svg(figure: Figure, tight: bool = True) -> str:
    """The figure as an ``<svg>`` element for the middle of a page, cut to what is drawn, or as large as the figure."""
    for patch in (figure.patch, *(ax.patch for ax in figure.axes)):
        if patch.get_facecolor()[:3] == (1, 1, 1):
            patch.set_facecolor("none")
    artists: dict[type, list[Any]] = {kind: figure.findobj(kind) for kind in (AxesImage, Collection, Line2D)}
    for picture in artists[AxesImage]:
        picture.set_interpolation("none")  # its own pixels, which the browser scales
        picture.set_gid(picture.get_gid() or "mapped" * (picture.get_array().ndim == 2))  # else a photograph
    for points in artists[Collection]:
        points.set_rasterized(points.get_rasterized() or len(points.get_offsets()) > MANY)
    for line in artists[Line2D]:
        marked = str(line.get_marker()).strip() not in ("", "None", "none") and line.get_markevery() is None
        line.set_rasterized(line.get_rasterized() or (marked and len(line.get_xdata()) > MANY))
    file, dpi, (width, height) = io.StringIO(), figure.dpi, figure.get_size_inches()
    try:
        figure.dpi = 72
        with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "", "svg.image_inline": True}):
            svg = Renderer(72 * width, 72 * height, file, image_dpi=SHARP)
            mixed = MixedModeRenderer(figure, width, height, SHARP, svg)
            figure.draw(mixed)  # type: ignore[arg-type]
            mixed.finalize()
            box = figure.get_tightbbox(svg).padded(0.1) if tight else figure.bbox_inches
    finally:
        figure.dpi = dpi
    body = NEEDLESS.sub("", file.getvalue().split("<svg", 1)[1].split(">", 1)[1])
    used, mark = set(USED.findall(body)), "f" + hashlib.sha256(body.encode()).hexdigest()[:8]
    body = ID.sub(lambda found: f' id="{mark}{found[1]}"' if found[1] in used else "", body)
    body = USED.sub(lambda found: found[0].replace("#", f"#{mark}"), body)
    over = max(svg.right / 72 - box.x1, 0)  # book.css leaves that much room
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" style="--over:{over / (box.width + over):.1%}" '
            f'width="{box.width * dpi:.0f}" height="{box.height * dpi:.0f}" viewBox="{72 * box.x0:.1f} '
            f'{72 * (height - box.y1):.1f} {72 * box.width:.1f} {72 * box.height:.1f}" fill="{INK}" '
            f'stroke-linejoin="round" stroke-linecap="butt">{body}')
