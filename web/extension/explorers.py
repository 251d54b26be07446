"""`nn.explore` in the published page: drawings in a script beside the page, which explorer.js shows.

It is a script, because a page that is opened from disk may read no other file. Without JavaScript the page holds the
view at the start and its line of text.
"""

import gzip
import html
import json

import numpy as np
from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.util import logging

from nnlib._common.pair import Pair
from nnlib.explorers.explorer import MIME

from .languages import spans

MAX_BYTES = 15_000  # per view, gzipped: all views load when the panel comes near
LOG = logging.getLogger(__name__)
plain_mime = NbElementRenderer.render_mime_type


def view(spec: dict, places: list[int]) -> dict:
    """Return the view for these positions of the controls; the last control changes fastest."""
    sizes = [len(control["values"]) for control in spec["controls"]]
    return spec["frames"][0 if spec["live"] else np.ravel_multi_index(places, sizes)]


def render_mime_type(self: NbElementRenderer, data: MimeData) -> list[nodes.Element]:
    if data.mime_type != MIME:
        return plain_mime(self, data)
    spec, env = data.content, self.renderer.sphinx_env
    drawings: list[str] = []
    for frame in spec["frames"]:
        image = frame.pop("image") or ""
        if (size := len(gzip.compress(image.encode()))) > MAX_BYTES and not spec["live"]:
            LOG.warning("explorer %s expected views of at most %d bytes, got %d. Draw it smaller or plainer.",
                        spec["name"], MAX_BYTES, size, location=(env.docname, data.line))
        if image.startswith("<svg"):
            frame["drawing"] = len(drawings)
            drawings.append(image)
        elif image:
            frame["src"] = f"data:image/png;base64,{image}"
    script = f"_images/{env.docname}-{spec['name']}.js" if drawings else None
    first = view(spec, [control["start"] for control in spec["controls"]])
    panel = env.app.builder.templates.render("explorer.html", {
        "name": spec["name"], "line": spans(Pair.of(html.escape(first["text"]))), "src": first.get("src"),
        "drawing": drawings[first["drawing"]] if "drawing" in first else None,
        "alt": data.cell_metadata.get("mystnb", {}).get("image", {}).get("alt", ""),
        "description": json.dumps(spec | {"drawings": script}, ensure_ascii=False, sort_keys=True)})
    words = f"book.drawings.{spec['name']} = {json.dumps(drawings, ensure_ascii=False)};"
    return [nodes.raw(text=panel, format="html", scripts={script: words} if script else {})]


def write_drawings(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Write the drawings of a page's explorers when the page itself is written."""
    for node in doctree.findall(nodes.raw) if doctree else ():
        for path, words in node.get("scripts", {}).items():
            (app.outdir / path).parent.mkdir(parents=True, exist_ok=True)
            (app.outdir / path).write_text(words, "utf-8")
