"""`nn.explore` in the published page: small pictures beside the page, which explorer.js shows.

Without JavaScript the page holds the view at the start and its line of text.
"""

import base64
import html
import io
import json

from bilingual import SEP, spans
from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util import logging

from nnlib.explore import MIME
from nnlib.files import write_whole

MAX_BYTES = 15_000  # a view: all of them are loaded when the panel comes near
COLORS = 64, 16  # as many as fit
LOG = logging.getLogger(__name__)
plain_mime = NbElementRenderer.render_mime_type


def small(picture: Image.Image) -> bytes:
    """Flat colours, WebP: a third of the PNG, and no blur around lines."""
    for colors in COLORS:
        flat = picture.quantize(colors, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        packed = io.BytesIO()
        flat.convert("RGB").save(packed, "WEBP", lossless=True, method=6)
        if packed.tell() <= MAX_BYTES:
            break
    return packed.getvalue()


def view(spec: dict, places: list[int]) -> dict:
    """What the panel shows while its controls are at these places; the last one changes fastest."""
    number = 0
    for control, place in zip(spec["controls"], places, strict=True):
        number = number * len(control["values"]) + place
    return spec["frames"][number]


def render_explorer(self: NbElementRenderer, data: MimeData) -> list[nodes.Element]:
    if data.mime_type != MIME:
        return plain_mime(self, data)
    spec, env = data.content, self.renderer.sphinx_env
    name = f"{env.docname}-{spec['name']}"
    up = "../" * env.docname.count("/")
    width = height = 0
    for number, frame in enumerate(spec["frames"]):
        png = frame.pop("image")
        if png is None:
            continue
        picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
        width, height = max(width, picture.width), max(height, picture.height)
        packed, path = small(picture), f"_images/{name}-{number}.webp"
        if len(packed) > MAX_BYTES:
            LOG.warning("explorer %s expected views of at most %d bytes, got %d. Draw it smaller or plainer.",
                        spec["name"], MAX_BYTES, len(packed), location=(env.docname, data.line))
        target = env.app.outdir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, lambda file, packed=packed: file.write(packed))
        frame["src"] = up + path
    first = view(spec, [control["start"] for control in spec["controls"]])
    halves = html.escape(first["text"]).split(SEP, 1)
    line = spans(*halves, SEP) if len(halves) == 2 else halves[0]
    alt = html.escape(data.cell_metadata.get("mystnb", {}).get("image", {}).get("alt", ""))
    image = (f'<img src="{first["src"]}" alt="{alt}" width="{width}" height="{height}" loading="lazy" '
             f'style="aspect-ratio: {width} / {height}">' if width else "")
    panel = (f'<div class="explorer" id="explorer-{spec["name"]}" '
             f'data-explorer="{html.escape(json.dumps(spec, ensure_ascii=False, sort_keys=True))}">'
             f'{image}<p class="explorer-text">{line}</p></div>')
    return [nodes.raw(text=panel, format="html")]


def setup(app: Sphinx) -> dict[str, object]:
    NbElementRenderer.render_mime_type = render_explorer
    app.add_js_file("explorer.js", loading_method="defer")
    app.add_css_file("explorer.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
