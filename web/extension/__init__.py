"""The Sphinx extension. `setup` lists all that we change in a page, in the order in which it happens."""

from functools import cache, partial
from pathlib import Path

from docutils import nodes
from jupyter_cache.executors import utils as executors
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment

from grader.published import address, repository

from . import explorers, languages, launch_menu, light_pages, live_cells, math, metadata, quiz, runnable, search
from .course_map import CourseMap

HERE = Path(__file__).parent
RESOLVE_NUMBER, PAGE_AS_READ = StandardDomain._resolve_numref_xref, cache(BuildEnvironment.get_doctree)
OURS = 900  # later than any handler of Sphinx and the theme; ours run in the order of the list

PAGES_ALONE = (  # slides lack a menu and what search engines read
    ("html-collect-pages", metadata.not_found),
    ("html-page-context", launch_menu.fill_menu),
    ("html-page-context", languages.pair_book_title),
    ("html-page-context", runnable.write_notebooks),
    ("html-page-context", metadata.describe),
)


def setup(app: Sphinx) -> dict[str, object]:
    # These functions of other packages offer no hook, so ours replace them, and call them.
    # Join text that a busy kernel sent in pieces; myst-nb would break the line between them.
    executors.executenb = partial(executors.executenb, coalesce_streams=True)
    render.NbElementRenderer.render_mime_type = explorers.render_mime_type
    StandardDomain._resolve_numref_xref = resolve_number

    app.setup_extension("sphinxcontrib.katex")
    app.add_search_language(search.SearchChineseEnglish)
    app.add_directive("course-map", CourseMap)
    app.add_directive("question", quiz.AskQuestion)
    app.add_node(quiz.QuestionBox, html=(quiz.open_question, quiz.closing("div")))
    app.add_node(quiz.Fold, html=(quiz.open_fold, quiz.closing("details")))
    app.add_transform(languages.MarkLanguages)  # each page, once it is read
    app.add_post_transform(languages.SplitReferences)  # each page, once all are read
    for event, handler in (
        # before Sphinx reads a page
        ("config-inited", configure),
        ("config-inited", math.configure),
        ("config-inited", launch_menu.offer_services),
        ("builder-inited", math.require_katex),
        ("builder-inited", languages.pair_catalogues),
        ("builder-inited", live_cells.bundle_editor),
        ("builder-inited", render_pages),
        # as pages are read
        ("source-read", quiz.enrich),
        ("doctree-read", quiz.fold_predicted),
        ("doctree-read", live_cells.name_cells),
        ("env-updated", search.find_homes),
        ("env-updated", math.draw),
        # as pages are written
        ("html-page-context", live_cells.add_scripts),
        ("html-page-context", explorers.write_drawings),
        # when all pages are written
        ("build-finished", finish_site),
        *(PAGES_ALONE if "slides" not in app.tags else ()),
    ):
        app.connect(event, handler, priority=OURS)
    app.add_builder(runnable.NotebookBuilder)
    if "slides" in app.tags:
        app.setup_extension("web.publish.slides")
    for script in ("language.js", "wide_boxes.js", "explorer.js", "questions.js"):
        app.add_js_file(script, loading_method="defer")
    if (place := repository()) and "slides" not in app.tags:
        app.add_js_file("ask.js", loading_method="defer", **{"data-repository": place})
    for sheet in ("book.css", "explorer.css", "questions.css"):
        app.add_css_file(sheet)
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # light_pages collects from all pages


def resolve_number(domain: StandardDomain, env: BuildEnvironment, *reference: object) -> nodes.Element | None:
    """Resolve a reference to a number; for each, Sphinx alone would load a whole page: half of a build's time."""
    env.get_doctree = partial(PAGE_AS_READ, env)
    try:
        return RESOLVE_NUMBER(domain, env, *reference)
    finally:
        del env.get_doctree


def configure(app: Sphinx, config: Config) -> None:
    """Say where the book is published and where our files are."""
    config.html_baseurl = address("BOOK_URL")
    config.templates_path += [str(HERE / "templates")]
    config.html_static_path += map(str, [HERE / "static", *(live_cells.FILES if live_cells.wanted() else ())])


def render_pages(app: Sphinx) -> None:
    """Give what the theme renders its words in both languages, and remove what its pages do not need."""
    if app.builder.format != "html":
        return
    theme, app.builder.joined_sheets = app.builder.templates.render, {}

    def rendered(template: str, context: dict[str, object]) -> str:
        html = languages.pair_words(theme(template, context))
        if "slides" in app.tags:
            return light_pages.place_pictures(app, html)
        whole = template in ("page.html", "search.html")  # else a part, or ours
        return light_pages.lighten(app, html) if whole else html

    app.builder.templates.render = rendered


def finish_site(app: Sphinx, failure: Exception | None) -> None:
    """Add what depends on all pages, if there are pages and none of them failed."""
    if app.builder.format == "html" and not failure:
        alone = (metadata.write_sitemap, light_pages.measure_once, light_pages.write_sheets)
        for step in (math.copy_fonts, *(alone if "slides" not in app.tags else ())):
            step(app)
