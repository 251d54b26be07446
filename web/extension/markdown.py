"""A resolved page as Markdown that every Jupyter shows, in Chinese (zh), in English (en) or in both.

Numbers, citations and the words of links are those that Sphinx put into the page. Every other page is linked
where its published address is known; without one, a term or a chapter is its words.
"""

import re

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from grader.assignments import folded

from .languages import in_language, language_of, upwards
from .metadata import address

SPECIAL = re.compile(r"[\\`*_~<$]|\](?=\()")  # signs that would be markup; \\[ would be a formula somewhere


class Markdown:
    """Turns nodes of one page into Markdown; a kind of node without a method here ends the build."""

    def __init__(self, env: BuildEnvironment, page: str, key: str) -> None:
        self.env, self.page, self.key = env, page, key
        self.numbers = env.toc_fignumbers.get(page, {})
        self.sources = {one.citation_id: one.entry.fields for one in env.get_domain("cite").citations}

    def __call__(self, node: nodes.Node) -> str:
        kind = type(node).__name__
        if not hasattr(self, f"of_{kind}"):
            raise ExtensionError(f"{self.page}: expected nothing that Jupyter cannot show, "
                                 f"got {kind}: {node.astext()[:40]!r}. "
                                 f"Write it otherwise, or give Markdown an of_{kind}.")
        return "" if self.hidden(node) else getattr(self, f"of_{kind}")(node)

    def hidden(self, node: nodes.Node) -> bool:
        """Whether the node is in the other language, or the bar between two that are not both shown."""
        both = isinstance(node, nodes.Element) and "lang-sep" in node["classes"]
        return self.key != "both" and (both or language_of(node) not in (None, self.key))

    def inside(self, node: nodes.Element, between: str = "") -> str:
        return between.join(filter(None, map(self, node.children)))

    def blocks(self, node: nodes.Element, first: str = "", indent: str = "") -> str:
        """What is in a list's item or a box: a blank line between its parts, each line indented."""
        text = self.inside(node, "\n\n")
        return first + "\n".join(f"{indent}{line}".rstrip() for line in text.split("\n")).removeprefix(indent)

    def number(self, kind: str, node: nodes.Element) -> str:
        return ".".join(map(str, self.numbers[kind][node["ids"][0]]))

    def name(self, kind: str, node: nodes.Element) -> str:
        """``图 9`` or ``Figure 9``, as the page calls it."""
        return self.words(self.env.config.numfig_format[kind] % self.number(kind, node))

    def words(self, text: str) -> str:
        """The half of a pair in the language of the notebook."""
        return in_language(text, self.key)

    # -- within a line -----------------------------------------------------------------------------------
    def of_Text(self, node: nodes.Text) -> str:
        text = node.astext() if language_of(node) else self.words(node.astext())
        return SPECIAL.sub(r"\\\g<0>", text)

    of_inline = of_caption = of_paragraph = inside

    def of_math(self, node: nodes.math) -> str:
        return f"${node.astext().strip()}$"

    def of_literal(self, node: nodes.literal) -> str:
        return f"`{node.astext()}`"

    def of_emphasis(self, node: nodes.emphasis) -> str:
        return self.of_strong(node, "*", "em")

    def of_strong(self, node: nodes.Element, mark: str = "**", tag: str = "b") -> str:
        """Between asterisks, unless a bracket or a quotation mark beside them would make them plain signs.

        Then in a short tag: after ``<strong>`` VS Code draws no formula.
        """
        text = self.inside(node)
        return f"{mark}{text}{mark}" if text[0].isalnum() and text[-1].isalnum() else f"<{tag}>{text}</{tag}>"

    def of_reference(self, node: nodes.reference) -> str:
        text, url = self.inside(node), node.get("refuri", "")
        page, _, place = url.partition("#")
        if fields := self.sources.get(place):
            url = f"https://doi.org/{fields['doi']}" if "doi" in fields else fields.get("url", "")
        elif node.get("internal"):
            base, known = self.env.config.html_baseurl, page.removesuffix(".html")
            elsewhere = base and known not in ("", self.page)
            language = "" if self.key == "both" else f"?lang={self.key}"
            url = address(base, known) + language + (f"#{place}" if place else "") if elsewhere else ""
        return f"[{text}]({url})" if url else text

    of_number_reference = of_reference

    def of_raw(self, node: nodes.raw) -> str:
        """A figure of a question; Jupyter shows no SVG inside a text."""
        return f"![{self.words(node['alt'])}](data:image/png;base64,{node['png']})"

    # -- blocks --------------------------------------------------------------------------------------------
    def of_target(self, node: nodes.target) -> str:
        return ""

    def of_math_block(self, node: nodes.math_block) -> str:
        """The star is for Binder: its JupyterLab has MyST, which numbers any other formula a second time."""
        tag = f" \\tag{{{self.number('displaymath', node)}}}" if node["number"] else ""
        return f"$$\n\\begin{{equation*}}\n{node.astext().strip()}{tag}\n\\end{{equation*}}\n$$"

    def of_literal_block(self, node: nodes.literal_block) -> str:
        return f"```{node.get('language', '')}\n{node.astext()}\n```"

    def of_bullet_list(self, node: nodes.bullet_list) -> str:
        return "\n".join(self.blocks(item, "- ", "  ") for item in node.children)

    def of_enumerated_list(self, node: nodes.enumerated_list) -> str:
        return "\n".join(self.blocks(item, f"{i}. ", "   ") for i, item in enumerate(node.children, 1))

    def of_table(self, node: nodes.table) -> str:
        rows = [[self.inside(entry) for entry in row.children if not self.hidden(entry)]
                for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    of_QuestionBox = of_container = blocks

    def of_rubric(self, node: nodes.rubric) -> str:
        return f"**{self.inside(node)}**"

    def of_Fold(self, node: nodes.Element) -> str:
        return folded(self.words(node["summary"]), self.blocks(node))

    def of_admonition(self, node: nodes.Element) -> str:
        """A box folds where the page folds it."""
        title, *rest = node.children
        text = "\n\n".join(filter(None, map(self, rest)))
        if "dropdown" in node["classes"]:
            return folded(self.inside(title), text)
        return "\n".join(f"> {line}".rstrip() for line in f"**{self.inside(title)}**\n\n{text}".split("\n"))

    def of_title(self, node: nodes.title) -> str:
        """A heading; an exercise's has its number, one level below the section."""
        box = node.parent
        depth = sum(isinstance(above, nodes.section) for above in upwards(box))
        name = self.name("exercise", box) if box["ids"][0] in self.numbers.get("exercise", {}) else ""
        return f"{'#' * (depth + (not isinstance(box, nodes.section)))} {name}{self.inside(node)}"
