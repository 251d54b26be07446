"""Readers of the three formats, written after their standards and sharing nothing with the export.

Each gives, for every question in a file, what a student sees, and judges an answer as an LMS does.
"""

import base64
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from bs4 import BeautifulSoup
from lxml import etree

IMAGE = b"\x89PNG\r\n"
FORMULA = re.compile(r"\\\((.*?)\\\)", re.DOTALL)


@dataclass
class Item:
    """One question; `judge` takes the keys of choices, in order where that is asked, or a typed number."""

    name: str
    kind: str
    ask: str
    judge: Callable[[tuple[str, ...] | str], tuple[float, str]]  # points, and the feedback that is shown
    choices: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)  # the same with line breaks and blanks
    figures: list[bytes] = field(default_factory=list)


def plain(html: str) -> str:
    """The words, with formulas as TeX and without what differs between typographies."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.select("math, img"):
        tag.replace_with(tag.get("alttext") or tag.get("data-equation-content") or "")
    return bare(FORMULA.sub(r"\1", soup.get_text()))


def bare(text: str) -> str:
    return re.sub(r"[\s\"'“”‘’`*$]", "", text).replace("…", "...")


def inner(element: etree._Element | None) -> str:
    """HTML of what is inside an element of QTI."""
    if element is None:
        return ""
    html = (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", html)


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


# -- QTI 2.1 ----------------------------------------------------------------------------------------
def value(node: etree._Element, variables: dict) -> object:
    """An expression of responseProcessing."""
    inside = [value(child, variables) for child in node]
    match local(node):
        case "variable" | "correct" | "mapResponse":
            return variables[local(node), node.get("identifier")]
        case "baseValue":
            return float(node.text) if node.get("baseType") == "float" else node.text
        case "ordered":
            return tuple(inside)
        case "or":
            return any(inside)
        case "match":
            return inside[0] == inside[1]
        case "equal":
            low, high = map(float, node.get("tolerance").split())
            assert node.get("toleranceMode") == "absolute"
            return inside[1] - low <= inside[0] <= inside[1] + high


def qti_item(root: etree._Element, files: dict[str, bytes]) -> Item:
    declared = root.find("{*}responseDeclaration")
    cast = {"single": lambda keys: keys[0], "multiple": frozenset, "ordered": tuple}[declared.get("cardinality")]
    if declared.get("baseType") == "float":
        cast = float if declared.get("cardinality") == "single" else None
    right = [one.text for one in declared.findall("{*}correctResponse/{*}value")]
    mapping = declared.find("{*}mapping")

    def mapped(response):
        points = {one.get("mapKey"): float(one.get("mappedValue")) for one in mapping}
        total = sum(points.get(key, float(mapping.get("defaultValue"))) for key in {*response})
        return min(max(total, float(mapping.get("lowerBound"))), float(mapping.get("upperBound")))

    def judge(response):
        variables = {("correct", "RESPONSE"): cast(right if cast is not float else right[0]),
                     ("variable", "RESPONSE"): cast(response)}
        if mapping is not None:
            variables["mapResponse", "RESPONSE"] = mapped(response)
        outcome = {one.get("identifier"): one.findtext("{*}defaultValue/{*}value")
                   for one in root.findall("{*}outcomeDeclaration")}
        for step in root.find("{*}responseProcessing"):
            branches = [step] if local(step) == "setOutcomeValue" else next(
                (one[1:] for one in step if value(one[0], variables)), [])
            outcome |= {one.get("identifier"): value(one[0], variables) for one in branches}
        shown = outcome["FEEDBACK"] if isinstance(outcome["FEEDBACK"], frozenset) else {outcome["FEEDBACK"]}
        told = [inner(one) for one in root.findall("{*}modalFeedback") if one.get("identifier") in shown]
        return float(outcome["SCORE"]), plain(" ".join(told))

    body = root.find("{*}itemBody")
    interaction = next(one for one in body.iter() if local(one).endswith("Interaction"))
    kind = local(interaction).removesuffix("Interaction")
    choices = {one.get("identifier"): one for one in interaction.findall("{*}simpleChoice")}
    if kind == "order" and len(right) < len(choices):
        assert interaction.get("minChoices") == interaction.get("maxChoices") == str(len(right))
    if kind == "choice":
        kind = {"1": "single", "0": "multiple"}[interaction.get("maxChoices")]
    return Item(root.get("identifier"), kind, plain(" ".join(inner(one) for one in body.findall("{*}p"))), judge,
                {key: plain(inner(one)) for key, one in choices.items()},
                {key: "".join(one.itertext()) for key, one in choices.items()},
                [files[one.get("src").removeprefix("../")] for one in body.iter("{*}img")])


def read_qti(data: bytes) -> list[list[Item]]:
    """The pools of a package: its sections of which one item is to be selected."""
    archive = zipfile.ZipFile(BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    manifest = etree.fromstring(files["imsmanifest.xml"])
    test, *items = manifest.iter("{*}resource")
    assert {one.get("href") for one in manifest.iter("{*}file")} == {*files} - {"imsmanifest.xml"}
    assert {one.get("identifierref") for one in test} - {None} == {one.get("identifier") for one in items}
    sections = [one for one in etree.fromstring(files[test.get("href")]).iter("{*}assessmentSection")
                if one.find("{*}selection") is not None]
    assert all(one.find("{*}selection").get("select") == "1" for one in sections)
    return [[qti_item(etree.fromstring(files[one.get("href")]), files) for one in section.iter("{*}assessmentItemRef")]
            for section in sections]


# -- Moodle XML -------------------------------------------------------------------------------------
def moodle_item(question: etree._Element) -> Item:
    kind, answers = question.get("type"), question.findall("answer")
    keys = [f"{i}" for i in range(len(answers))]
    told = [plain(one.findtext("feedback/text", "")) for one in answers]
    fractions = [float(one.get("fraction")) / 100 for one in answers]

    def judge(response):
        if kind == "ordering":
            right = [given == key for given, key in zip(response, keys, strict=True)]
            points = {"ALL_OR_NOTHING": float(all(right)), "ABSOLUTE_POSITION": sum(right) / len(right)}
            return points[question.findtext("gradingtype")], plain(question.findtext("generalfeedback/text"))
        if kind == "numerical":  # the first answer whose range holds the number, as qtype_numerical does
            for one, fraction, words in zip(answers, fractions, told, strict=True):
                middle, reach = float(one.findtext("text")), float(one.findtext("tolerance"))
                if middle - reach <= float(response) <= middle + reach:
                    return fraction, words
            return 0.0, ""
        general = plain(question.findtext("generalfeedback/text"))
        points = max(0, sum(fractions[int(key)] for key in response))
        return points, "".join(told[int(key)] for key in response) + general

    files = {one.get("name"): base64.b64decode(one.text) for one in question.findall("questiontext/file")}
    html = question.findtext("questiontext/text")
    used = re.findall(r'src="@@PLUGINFILE@@/([^"]+)"', html)
    assert used == [*files]
    choices = {} if kind == "numerical" else {key: one.findtext("text") for key, one in zip(keys, answers, strict=True)}
    if kind == "multichoice":
        kind = {"true": "single", "false": "multiple"}[question.findtext("single")]
    return Item(question.findtext("name/text"), {"ordering": "order", "numerical": "textEntry"}.get(kind, kind),
                plain(html), judge, {key: plain(one) for key, one in choices.items()},
                {key: BeautifulSoup(one, "html.parser").get_text() for key, one in choices.items()}, [*files.values()])


def read_moodle(data: bytes) -> list[list[Item]]:
    """The pools: each category with its questions."""
    pools: dict[str, list[Item]] = {}
    for question in etree.fromstring(data):
        if question.get("type") == "category":
            pool = pools[question.findtext("category/text")] = []
        else:
            pool.append(moodle_item(question))
    return [*pools.values()]


# -- QTI 1.2 as Canvas takes it ---------------------------------------------------------------------
def holds(condition: etree._Element, response: tuple[str, ...] | str) -> bool:
    match local(condition):
        case "conditionvar" | "and":
            return all(holds(one, response) for one in condition)
        case "or":
            return any(holds(one, response) for one in condition)
        case "not":
            return not holds(condition[0], response)
        case "other":
            return True
        case "varequal":
            chosen = isinstance(response, tuple)
            return condition.text in response if chosen else float(condition.text) == float(response)
        case "vargte":
            return float(response) >= float(condition.text)
        case "varlte":
            return float(response) <= float(condition.text)


def canvas_item(item: etree._Element, files: dict[str, bytes]) -> Item:
    fields = dict(zip(*([one.text for one in item.iter(f"{{*}}{tag}")] for tag in ("fieldlabel", "fieldentry")),
                      strict=True))
    texts = {one.get("ident"): plain(one.findtext(".//{*}mattext")) for one in item.iter("{*}itemfeedback")}

    def judge(response):
        points, told = 0.0, []
        for rule in item.iter("{*}respcondition"):
            if holds(rule.find("{*}conditionvar"), response):
                points = max([points] + [float(one.text) / 100 for one in rule.findall("{*}setvar")])
                told += [texts[one.get("linkrefid")] for one in rule.findall("{*}displayfeedback")]
                if rule.get("continue") == "No":
                    break
        if fields["question_type"] == "multiple_answers_question":  # Canvas reads which are right, and has its own rule
            wrong = {one.text for one in item.iterfind(".//{*}not/{*}varequal")}
            right = {one.text for one in item.iterfind(".//{*}and/{*}varequal")}
            points = max(0, len(right & {*response}) - len(wrong & {*response})) / len(right)
        return points, "".join(told)

    html = item.findtext("{*}presentation/{*}material/{*}mattext")
    choices = {one.get("ident"): one.findtext(".//{*}mattext") for one in item.iter("{*}response_label") if len(one)}
    kinds = {"multiple_choice_question": "single", "multiple_answers_question": "multiple",
             "numerical_question": "textEntry"}
    return Item(item.get("title"), kinds[fields["question_type"]], plain(html), judge,
                {key: plain(one) for key, one in choices.items()},
                {key: BeautifulSoup(one, "html.parser").get_text() for key, one in choices.items()},
                [files[f"images/{name}"] for name in re.findall(r'src="%24IMS-CC-FILEBASE%24/images/([^"]+)"', html)])


def read_canvas(data: bytes) -> list[list[Item]]:
    """The pools: groups of which one question is to be picked, which are named after it."""
    archive = zipfile.ZipFile(BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    manifest = etree.fromstring(files["imsmanifest.xml"])
    place = next(one for one in manifest.iter("{*}resource") if one.get("type") == "imsqti_xmlv1p2")[0].get("href")
    groups = [one for one in etree.fromstring(files[place]).iter("{*}section") if one.get("ident") != "root_section"]
    assert {one.findtext(".//{*}selection_number") for one in groups} == {"1"}
    for group in groups:
        assert {one.get("title").rpartition("-")[0] for one in group.iter("{*}item")} == {group.get("title")}
    return [[canvas_item(one, files) for one in group.iter("{*}item")] for group in groups]
