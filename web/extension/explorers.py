"""`nn.explore` in the published page: small pictures beside the page, which explorer.js shows.

Without JavaScript the page holds the view at the start and its line of text.
"""

import base64
import html
import io
import json

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util import logging

from nnlib._common.files import write_whole
from nnlib._common.pair import Pair
from nnlib.explorers.explorer import MIME

from .languages import spans

MAX_BYTES = 15_000  # per view: all views load when the panel comes near
COLORS = 64, 16  # palettes tried in turn: the first whose picture is within MAX_BYTES is used
LOG = logging.getLogger(__name__)
plain_mime = NbElementRenderer.render_mime_type


def small(picture: Image.Image) -> bytes:
    """Pack a picture as WebP with few colours: a third of the PNG, without blur around lines."""
    for colors in COLORS:
        flat = picture.quantize(colors, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        packed = io.BytesIO()
        flat.convert("RGB").save(packed, "WEBP", lossless=True, method=6)
        if packed.tell() <= MAX_BYTES:
            break
    return packed.getvalue()


def view(spec: dict, places: list[int]) -> dict:
    """Return the view for these positions of the controls; the last control changes fastest."""
    number = 0
    if spec["live"]:
        return spec["frames"][0]
    for control, place in zip(spec["controls"], places, strict=True):
        number = number * len(control["values"]) + place
    return spec["frames"][number]


def render_mime_type(self: NbElementRenderer, data: MimeData) -> list[nodes.Element]:
    if data.mime_type != MIME:
        return plain_mime(self, data)
    spec, env = data.content, self.renderer.sphinx_env
    width = height = 0
    pictures = {}
    for number, frame in enumerate(spec["frames"]):
        if (png := frame.pop("image")) is None:
            continue
        picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
        width, height = max(width, picture.width), max(height, picture.height)
        packed, path = small(picture), f"_images/{env.docname}-{spec['name']}-{number}.webp"
        if len(packed) > MAX_BYTES and not spec["live"]:
            LOG.warning("explorer %s expected views of at most %d bytes, got %d. Draw it smaller or plainer.",
                        spec["name"], MAX_BYTES, len(packed), location=(env.docname, data.line))
        pictures[path] = packed
        frame["src"] = path
    first = view(spec, [control["start"] for control in spec["controls"]])
    line = spans(Pair.of(html.escape(first["text"])))
    alt = html.escape(data.cell_metadata.get("mystnb", {}).get("image", {}).get("alt", ""))
    image = (f'<img src="{first["src"]}" alt="{alt}" width="{width}" height="{height}" loading="lazy" '
             f'style="aspect-ratio: {width} / {height}">' if width else "")
    panel = (f'<div class="explorer" id="explorer-{spec["name"]}" '
             f'data-explorer="{html.escape(json.dumps(spec, ensure_ascii=False, sort_keys=True))}">'
             f'{image}<p class="explorer-text">{line}</p></div>')
    return [nodes.raw(text=panel, format="html", views=pictures)]


def write_views(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Write the views of a page's explorers when the page itself is written."""
    for node in doctree.findall(nodes.raw) if doctree else ():
        for path, packed in node.get("views", {}).items():
            (app.outdir / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(app.outdir / path, lambda file, packed=packed: file.write(packed))
