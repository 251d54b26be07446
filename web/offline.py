"""Drops what Jupyter Book would load from other hosts, or load for nothing, on every page."""

import re

from sphinx.application import Sphinx

# FontAwesome's style sheet draws the icons: its script, half a page's weight, is not needed, and
# its preloading fails where a page is opened from disk.
NOT_NEEDED = re.compile(
    r'<script [^>]*/fontawesome/[^>]*></script>|<link rel="preload" as="font"[^>]*>'
    r'|<script type="text/x-thebe-config">.*?</script>', re.DOTALL)


def drop_thebe(app: Sphinx, pagename, templatename, context, doctree) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context[kind]
                         if "thebe" not in f"{asset.filename} {asset.attributes}".lower()]


def drop_fontawesome(app: Sphinx) -> None:
    if app.builder.format == "html":
        render = app.builder.templates.render
        app.builder.templates.render = lambda *page: NOT_NEEDED.sub("", render(*page))


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("builder-inited", drop_fontawesome, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
