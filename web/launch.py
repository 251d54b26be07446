"""The menu that opens a chapter on Binder or Colab: the theme's own, where the repository is known.

A reader of English opens the notebook whose English cells come first; language.js sees to that.
"""

import repository
from sphinx.application import Sphinx
from sphinx.config import Config

SERVICES = {"binderhub_url": "https://mybinder.org", "colab_url": "https://colab.research.google.com",
            "notebook_interface": "jupyterlab"}


def offer(app: Sphinx, config: Config) -> None:
    if address := repository.address():
        config.html_theme_options |= {"repository_url": address, "repository_branch": "main",
                                      "path_to_docs": "chapters", "launch_buttons": SERVICES}


def name_in_both_languages(app: Sphinx, pagename, templatename, context, doctree) -> None:
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            group["tooltip"] = "[[运行这一章|Run this chapter]]"
            for button in group["buttons"]:
                button["tooltip"] = f"[[在 {button['text']} 上运行|Run on {button['text']}]]"


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", offer)
    app.connect("html-page-context", name_in_both_languages, priority=700)  # after the theme made its menu
    return {"parallel_read_safe": True, "parallel_write_safe": True}
