"""Where else a chapter runs: the menu that opens it on Binder, on Colab or in JupyterLite.

One line of CITATION.cff says where the project is public. Without it there is no button for Binder or Colab. Every
link, the download's too, ends in ``notebooks/zh/page.ipynb``: language.js puts the reader's language there. Binder
makes these notebooks from the branch main; Colab finds them on the branch notebooks, where publishing puts them.
"""

from sphinx.application import Sphinx
from sphinx.config import Config

from grader.published import repository

from . import live_cells, runnable

SERVICES = {"binderhub_url": "https://mybinder.org", "colab_url": "https://colab.research.google.com",
            "notebook_interface": "jupyterlab"}
NOTEBOOK = "[[下载这一章的笔记本|Download this chapter's notebook]]"
LITE = "[[在 JupyterLite 中打开|Open in JupyterLite]]"


def offer_services(app: Sphinx, config: Config) -> None:
    if address := repository():
        config.html_theme_options |= {"repository_url": address, "repository_branch": "main",
                                      "path_to_docs": "notebooks/zh", "launch_buttons": SERVICES}


def fill_menu(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Add both languages and JupyterLite to the theme's menu; live.css hides JupyterLite without a server."""
    if not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    notebook = f"{runnable.FOLDER}/zh/{pagename}.ipynb"
    for group in context["header_buttons"]:
        for button in group.get("buttons", ()):
            if button.get("label") == "download-source-button":
                button |= {"url": notebook, "tooltip": NOTEBOOK}
    menu = next((group for group in context["header_buttons"] if group.get("label") == "launch-buttons"),
                {"type": "group", "label": "launch-buttons", "icon": "fas fa-rocket", "buttons": []})
    menu["tooltip"] = "[[运行这一章|Run this chapter]]"
    for button in menu["buttons"]:
        button["url"] = button["url"].replace("/blob/main/notebooks/", "/blob/notebooks/")
        button["tooltip"] = f"[[在 {button['text']} 上运行|Run on {button['text']}]]"
    if live_cells.wanted():
        menu["buttons"].append({"type": "link", "label": "launch-lite", "icon": "fas fa-flask", "text": LITE,
                                "tooltip": LITE, "url": f"lite/lab/index.html?path={notebook}"})
    if menu["buttons"] and menu not in context["header_buttons"]:
        context["header_buttons"].insert(0, menu)
