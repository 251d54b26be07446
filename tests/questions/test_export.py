"""The question bank for an LMS and on paper: read again, it asks and judges what questions/ says."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import combinations, pairwise
from zipfile import ZipFile

import pytest
import xmlschema
from bs4 import BeautifulSoup
from lxml import etree

from nnlib.plot import style
from questions import bank, export, pools
from tests.questions import readers

READ = {"qti": readers.read_qti, "moodle": readers.read_moodle, "canvas": readers.read_canvas}
SEED, VARIANTS = int.from_bytes(b"a seed of an instructor"), 2
SCHEMAS = {name: bank.HERE.parent / "tests" / "questions" / f"{name}.xsd" for name in ("qti", "imscp")}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def drawn(seed=SEED, lang="both", only=(), count=None):
    return pools.draw(pools.chosen([*only], count, seed), seed, VARIANTS, lang)


@pytest.fixture(scope="module")
def whole():
    return drawn()


def written(form, found, lang, seed=SEED):
    return export.WRITERS[form](pools.forms(found, VARIANTS, seed) if form == "print" else found, lang)


@pytest.fixture(scope="module")
def files(whole):
    return {form: written(form, whole, "both") for form in export.WRITERS}


@pytest.fixture(scope="module", params=READ)
def both(request, whole, files):
    """Each variant as it was drawn, and as it is read again from one format."""
    found = READ[request.param](files[request.param])
    assert [[item.name for item in pool] for pool in found] == [[one["name"] for one in pool] for pool in whole]
    return request.param, [(one, item) for pool, again in zip(whole, found, strict=True)
                           for one, item in zip(pool, again, strict=True)]


def words(text):
    """A text of the bank as the readers give it, in both languages."""
    return readers.bare("".join(dict.fromkeys(text.split(" | "))))


def keys(item, says):
    """The keys of the choices that say this; lines of code say it with their indentation."""
    return tuple(next(key for key in item.choices if say == item.code[key] or words(say) == item.choices[key])
                 for say in says)


def answers(one, right):
    return [answer for answer in one["answers"] if right == ("right" in answer)]


def changing(question):
    """Whether another seed gives another right answer."""
    def rights(seed):
        return [answer["say"] for answer in bank.drawn(question, seed).get("answers", []) if "right" in answer]

    return bank.drawing(question) and any(rights(seed) != rights(bank.SEED) for seed in range(1, 12))


def of_kind(both, *kinds):
    form, pairs = both
    return form, [(one, item) for one, item in pairs if one["kind"] in kinds]


# -- what is asked ----------------------------------------------------------------------------------
def test_every_question_is_asked_in_both_languages(both):
    for one, item in both[1]:
        assert item.ask.startswith(words(one["ask"])), item.name


def test_figures_arrive_with_the_question(both):
    for one, item in both[1]:
        assert item.figures == [one["figure"]] * bool(one["figure"]), item.name
        assert all(figure.startswith(readers.IMAGE) for figure in item.figures)


def test_choices_say_what_the_bank_says(both):
    for one, item in of_kind(both, "single", "multiple")[1]:
        assert item.kind == one["kind"], item.name
        assert sorted(item.choices.values()) == sorted(words(answer["say"]) for answer in one["answers"]), item.name


def test_lines_keep_their_indentation(both):
    _, pairs = of_kind(both, "parsons")
    assert any(line.startswith("    ") for one, _ in pairs for line in one["lines"])
    for one, item in pairs:
        shown = [line for code in item.code.values() for line in code.rstrip("\n").split("\n")]
        assert {*one["lines"]} <= {*shown} <= {*one["lines"], *one.get("distractors", [])}, item.name
        if one.get("distractors"):
            assert ({*shown} == {*one["lines"]}) == ("areleftouthere" in item.ask)


def test_an_lms_keeps_answers_in_the_order_of_their_letters(whole, files):
    variants = {one["name"]: one["lettered"] for pool in whole for one in pool if one["kind"] in ("single", "multiple")}
    assert any(variants.values())
    moodle = BeautifulSoup(files["moodle"], "xml")
    shuffled = {one.find("name").get_text(strip=True): one.shuffleanswers.text for one in moodle.select("question")
                if one.shuffleanswers}
    archive = ZipFile(BytesIO(files["qti"]))
    for name, lettered in variants.items():
        choices = etree.fromstring(archive.read(f"items/{name}.xml")).find(".//{*}choiceInteraction")
        assert {shuffled[name], choices.get("shuffle")} == {"false" if lettered else "true"}, name


# -- what is right, and what one is told -------------------------------------------------------------
def test_a_choice_is_judged_and_told_why(both):
    for one, item in of_kind(both, "single")[1]:
        for answer in one["answers"]:
            points, told = item.judge(keys(item, [answer["say"]]))
            assert points == ("right" in answer), item.name
            assert words(answer["because"]) in told, item.name


def test_of_several_each_right_one_earns_its_share_and_each_wrong_one_costs_its_share(both):
    form, pairs = of_kind(both, "multiple")
    for one, item in pairs:
        right, wrong = ([answer["say"] for answer in answers(one, side)] for side in (True, False))
        costs = len(right if form == "canvas" else wrong)  # Canvas has its own rule for the wrong ones
        for many in range(1, len(item.choices) + 1):
            for says in combinations(right + wrong, many):
                hits = len({*says} & {*right})
                points, _ = item.judge(keys(item, says))
                assert points == pytest.approx(max(0, hits / len(right) - (many - hits) / costs), abs=1e-4), item.name
        _, told = item.judge(keys(item, right))
        assert all(words(answer["because"]) in told for answer in answers(one, True)), item.name


def test_a_number_counts_up_to_the_edge_of_its_tolerance(both):
    form, pairs = of_kind(both, "number")
    assert sum(item.kind == "textEntry" for _, item in pairs) > 0.9 * len(pairs)
    for one, item in pairs:
        if item.kind == "single":  # Canvas takes no number next to 0
            assert form == "canvas"
            assert item.judge(keys(item, [answers(one, True)[0]["say"]]))[0] == 1
            continue
        right, reach = Decimal(answers(one, True)[0]["say"]), Decimal(str(one.get("tolerance", 0)))
        for good in (right, right - reach, right + reach):
            points, told = item.judge(str(good))
            assert points == 1, (item.name, good)
            assert words(answers(one, True)[0]["because"]) in told
        for bad in (right - reach - Decimal("0.0001"), right + reach + Decimal("0.0001"), right + 1000):
            assert item.judge(str(bad))[0] == 0, (item.name, bad)
        for mistake in answers(one, False):
            points, told = item.judge(mistake["say"])
            assert points == 0
            assert words(mistake["because"]) in told, (item.name, mistake["say"])


def test_every_right_order_counts_and_no_other(both):
    form, pairs = of_kind(both, "order", "parsons")
    for one, item in pairs:
        parts = one.get("steps") or one["lines"]
        right = [[parts[i] for i in order] for order in [range(len(parts)), *one.get("also", [])]]
        if item.kind == "order":
            swapped = [parts[1], parts[0], *parts[2:]]
            given = [keys(item, order) for order in (*right, swapped)]
        else:  # one of four orders is to be chosen, and only one of them is right
            assert len(item.choices) == 4, item.name
            assert form == "canvas" or one.get("also")
            shown = item.code if one["kind"] == "parsons" else item.choices  # Canvas numbers the steps in a choice
            shown = {key: readers.bare(re.sub(r"\(\d\)", "", text)) for key, text in shown.items()}
            match = [readers.bare(re.sub(r"\(\d\)", "", "".join(order))) for order in right]
            good = [key for key, code in shown.items() if code in match]
            given = [(key,) for key in good + [key for key in item.choices if key not in good]]
            right = good
            assert len(good) == 1, (item.name, shown, match)
        for i, response in enumerate(given):
            points, told = item.judge(response)
            assert points == (i < len(right)), (item.name, response)
            assert words(one["because"]) in told


# -- the files ---------------------------------------------------------------------------------------
def test_the_package_follows_the_standard(files):
    archive = ZipFile(BytesIO(files["qti"]))
    quick = {name: etree.XMLSchema(etree.parse(path)) for name, path in SCHEMAS.items()}
    slow = {name: xmlschema.XMLSchema(path) for name, path in SCHEMAS.items()}
    for name in (name for name in archive.namelist() if name.endswith(".xml")):
        kind, root = "imscp" if name == "imsmanifest.xml" else "qti", etree.fromstring(archive.read(name))
        quick[kind].assertValid(root)
        slow[kind].validate(root)
        for formula in root.iter("{http://www.w3.org/1998/Math/MathML}math"):
            assert "\\" not in "".join(formula.itertext()), (name, formula.get("alttext"))  # a command left as it was


SPOILT = [("maxChoices", "many"), ("identifier", "1st"), ("cardinality", "some")]


@pytest.mark.parametrize(("attribute", "value"), SPOILT)
def test_the_schema_refuses_what_the_standard_refuses(files, attribute, value):
    archive = ZipFile(BytesIO(files["qti"]))
    name = next(name for name in archive.namelist() if f"{attribute}=" in archive.read(name).decode()
                and "choiceInteraction" in archive.read(name).decode())
    root = etree.fromstring(archive.read(name))
    next(one for one in root.iter("{*}*") if one.get(attribute) and one is not root).set(attribute, value)
    assert not etree.XMLSchema(etree.parse(SCHEMAS["qti"])).validate(root)
    assert not xmlschema.XMLSchema(SCHEMAS["qti"]).is_valid(root)


@pytest.mark.parametrize("form", READ)
def test_a_description_holds_no_formula(form, files):
    """It is read aloud as it stands."""
    files = [files[form]] if form == "moodle" else [
        ZipFile(BytesIO(files[form])).read(name) for name in ZipFile(BytesIO(files[form])).namelist() if ".xml" in name]
    said = [alt for data in files for alt in re.findall(r'alt="([^"]*)"', data.decode())]
    said += [alt for data in files for alt in re.findall(r'alt=&#34;(.*?)&#34;', data.decode())]
    assert any("λ" in alt for alt in said)
    assert not [alt for alt in said if "$" in alt]


def test_paper_has_forms_and_their_keys(whole, files):
    page = BeautifulSoup(files["print"], "html.parser")
    forms, answers_to = page.select("section.form"), page.select("section.key")
    assert len(forms) == len(answers_to) == VARIANTS
    assert page.select("section") == [*forms, *answers_to]  # no key before the last form
    variants = {one["name"]: one for pool in whole for one in pool}
    for number, (form, key) in enumerate(zip(forms, answers_to, strict=True), 1):
        assert form.h1.b.text.endswith(f"Form {number}")
        assert key.h1.b.text.endswith(f"Key to form {number}")
        assert f"{len(whole)} questions, 1 point each" in form.select_one(".rules").text
        names = [asked["data-question"] for asked in form.select("[data-question]")]
        assert sorted(variants[name]["id"] for name in names) == sorted(pool[0]["id"] for pool in whole)
        for name, asked, told in zip(names, form.select("[data-question]"), key.select("[data-key]"), strict=True):
            one = variants[name]
            assert told["data-key"] == name
            assert asked.select_one(".kind").text.endswith("1 point)")
            letters = [readers.plain(str(part)) for part in asked.select("ol.parts > li")]
            given = told.b.text.split()
            if one["kind"] == "number":
                reach = ["±", str(one["tolerance"])] if "tolerance" in one else []
                assert given == [answers(one, True)[0]["say"].replace("-", "−"), *reach]
            elif one["kind"] in ("single", "multiple"):
                assert {letters["abcde".index(letter)] for letter in given} == {
                    words(answer["say"]) for answer in answers(one, True)}
                shares = [len(answers(one, side)) for side in (True, False)]
                assert ("+1/{} each, −1/{} for a wrong one".format(*shares) in told.text) == (one["kind"] == "multiple")
            else:
                parts = one.get("steps") or one["lines"]
                first = " ".join(given).split(" / ")[0].split()
                assert [letters["abcdefghi".index(letter)] for letter in first] == [words(part) for part in parts]
            assert asked.img is not None or not one["figure"]


def shown(one):
    return [part["say"] for part in one["parts"]]


def key_of(one):
    orders = [[part["letter"] for part in order] for order in one["orders"] if order]
    return orders or [part["letter"] for part in one["parts"] if part["right"]]


def test_forms_differ_at_every_place_and_in_every_order(whole):
    forms = pools.forms(whole, 6, SEED)
    variants = {pool[0]["id"]: len(pool) for pool in whole}
    by_id = [{one["id"]: one for one in form} for form in forms]
    assert all(len(one) == len(form) == len(whole) for one, form in zip(by_id, forms, strict=True))
    for one, other in combinations(forms, 2):
        assert not [a["id"] for a, b in zip(one, other, strict=True) if a["id"] == b["id"]]
        follow = {(a["id"], b["id"]) for a, b in pairwise(one)} & {(a["id"], b["id"]) for a, b in pairwise(other)}
        assert len(follow) < 10, "no form is another one begun elsewhere"
    for id in by_id[0]:
        asked = [form[id] for form in by_id]
        if asked[0]["lettered"] or asked[0]["kind"] == "number":  # the order of the letters, or nothing to order
            names = [one["name"] for one in asked]
            assert all((a != b) == (variants[id] > 1) for a, b in pairwise(names)), id
            continue
        orders = [[[part["say"] for part in bank.parts(pool)].index(say) for say in shown(pool)] if not isinstance(
            bank.parts(pool)[0], str) else shown(pool) for pool in asked]
        assert all(a != b for a, b in combinations(orders, 2)), id
        assert asked[0]["kind"] == "multiple" or all(key_of(a) != key_of(b) for a, b in pairwise(asked)), id


@pytest.mark.parametrize("count", [1, 2, 3])
def test_with_more_forms_than_questions_a_place_has_another_order_or_other_numbers(count, whole):
    few = [pool for pool in whole if pool[0]["kind"] == "single" and not pool[0]["lettered"]]
    few = sorted(few, key=len, reverse=True)[:count]  # the first draws numbers
    assert len(few[0]) == VARIANTS
    forms = pools.forms(few, 12, SEED)
    for place in range(count):
        asked = [(form[place]["id"], shown(form[place])) for form in forms]
        assert len({one for one, _ in asked}) == count
        assert all(a != b for a, b in combinations(asked, 2))
    letters = next(pool for pool in whole if pool[0]["lettered"] and len(pool) == VARIANTS)
    assert len({form[0]["name"] for form in pools.forms([letters], 12, SEED)}) == VARIANTS  # there are no more


def test_the_parts_of_an_order_are_never_shown_in_it(whole):
    for form in pools.forms([pool for pool in whole if pool[0]["kind"] in ("order", "parsons")], 20, SEED):
        for one in form:
            assert shown(one) != [*(one.get("steps") or one["lines"]), *one.get("distractors", [])]


@pytest.mark.parametrize("seed", [1, SEED, SEED + 10**9], ids=["1", "secret", "another"])
@pytest.mark.parametrize("chapter", bank.CHAPTERS)
def test_no_answer_of_a_neighbour_or_of_the_page_earns_points(chapter, seed, monkeypatch):
    monkeypatch.setattr(pools, "picture", lambda figure, lang: b"")
    for question in bank.questions(chapter):
        if not changing(question):
            assert len(pools.variants(question, seed, 3, "en")) == 1
            continue
        pool = [bank.drawn(question, bank.SEED), *pools.variants(question, seed, 3, "en")]
        assert 2 <= len(pool) <= 4, question["id"]
        right = [answers(one, True)[0]["say"] for one in pool]
        for (a, one), (b, other) in combinations(zip(right, pool, strict=True), 2):
            if question["kind"] == "number":  # both may be off by the tolerance
                apart = abs(Decimal(a) - Decimal(b))
                assert apart > 2 * Decimal(str(question.get("tolerance", 0))), (question["id"], a, b)
            elif bank.lettered(one):  # there are no more letters, but they stand for other things
                assert [say["say"] for say in one["answers"]] != [say["say"] for say in other["answers"]]
                assert "alt" in question
            else:
                assert a != b, question["id"]


# -- which questions ---------------------------------------------------------------------------------
ALL = [one for chapter in bank.CHAPTERS for one in bank.questions(chapter)]


@pytest.mark.parametrize(("only", "holds"), [
    ("", lambda one: True),
    ("activations overfitting", lambda one: one["id"].startswith(("activations-", "overfitting-"))),
    ("sec-intro-linear sec-intro-sgd", lambda one: one["section"] in ("sec-intro-linear", "sec-intro-sgd")),
    ("intro-sgd-rates sec-intro-linear", lambda one: one["id"] == "intro-sgd-rates"
                                                     or one["section"] == "sec-intro-linear"),
    ("level:2 level:3", lambda one: one["level"] in (2, 3)),
    ("intro goal:2", lambda one: one["id"].startswith("intro-") and one["goal"] == 2),
    ("number single level:1", lambda one: one["kind"] in ("number", "single") and one["level"] == 1),
    ("drawn", changing),
    ("drawn overfitting level:2", lambda one: changing(one) and one["id"].startswith("overfitting-")
                                              and one["level"] == 2),
])
def test_words_choose_questions(only, holds):
    expected = [one["id"] for one in ALL if holds(one)]
    assert expected
    assert [one["id"] for one in pools.chosen(only.split(), None, SEED)] == expected
    few = [[one["id"] for one in pools.chosen(only.split(), 1, seed)] for seed in range(20)]
    assert all(len(one) == 1 and one[0] in expected for one in few)
    assert len({*map(tuple, few)}) > 1 or len(expected) == 1, "another seed draws another question"


def test_two_thirds_of_the_questions_draw_no_numbers():
    """As the page for instructors says."""
    page = (bank.HERE.parent / "chapters" / "instructors.md").read_text("utf-8")
    assert "三分之二的题没有数可抽" in page
    assert "Two thirds of the questions draw no numbers" in page
    assert sum(not changing(one) for one in ALL) / len(ALL) == pytest.approx(2 / 3, abs=0.04)


@pytest.mark.parametrize("form", export.WRITERS)
def test_a_seed_decides_every_byte(form):
    first, again, other = (written(form, drawn(seed, "en", ["activations"], 6), "en", seed)
                           for seed in (SEED, SEED, SEED + 10**6))
    assert first == again
    assert first != other
    if form in ("qti", "canvas"):  # nor does the day change it
        archive = ZipFile(BytesIO(first))
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert date.today().isoformat() not in archive.read("imsmanifest.xml").decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_language_alone(lang):
    few = drawn(lang=lang, only=["intro"])
    for form in export.WRITERS:
        data = written(form, few, lang)
        ask = READ[form](data)[0][0].ask if form in READ else BeautifulSoup(data, "html.parser").ol.text
        assert form in READ or BeautifulSoup(data, "html.parser").html["lang"] == lang
        assert bool(CHINESE.search(ask)) == (lang == "zh"), form


def test_without_a_chinese_font_there_is_english(monkeypatch):
    monkeypatch.setattr(style, "FONTS", ("No Such Font",))
    with pytest.raises(ValueError, match=r"expected a Chinese font .+ found none\. .+ Or give --lang en\."):
        drawn(lang="zh", only=["intro"])
    assert drawn(lang="en", only=["intro"])
