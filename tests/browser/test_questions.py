"""Questions and predictions in Chromium: answered wrongly and rightly, by mouse and keys, remembered, forgotten."""

import json
import re

import pytest

from questions import bank

PAGES = pytest.mark.parametrize("chapter", bank.CHAPTERS)
SERVED = pytest.mark.parametrize("address", ["http"], indirect=True)
KEPT = "() => Object.keys(localStorage).filter(key => key.startsWith('book-question ')).map(key => key.slice(14))"
DONE = "() => [...document.querySelectorAll('[data-question]')].map(box => box.dataset.done ?? null)"
ANSWER_ALL = """() => [...document.querySelectorAll("[data-question]")].map(box => {
    const told = JSON.parse(box.dataset.question), inputs = [...box.querySelectorAll("input")];
    const check = () => [...box.querySelectorAll("button")].find(one => one.textContent.includes("检查")).click();
    const said = () => [...box.querySelectorAll(".question-said p")].map(line => line.textContent);
    const lines = [...box.querySelectorAll("li[draggable]")], list = lines.length && lines[0].parentElement;
    const press = (line, key) => line.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const choose = wanted => inputs.forEach((one, i) => {
        if (one.checked !== wanted.includes(i) && (wanted.includes(i) || one.type === "checkbox")) one.click(); });
    const others = (told.values || inputs).map((_, i) => i).filter(i => !(told.right || []).includes(i));
    if (told.kind === "number") inputs[0].value = others.length ? told.values[others[0]] : 1e9;
    else if (inputs.length) choose(others.length ? others.slice(0, 1) : told.right.slice(0, 1));
    check();
    const first = [box.dataset.done, said()];
    if (told.kind === "number") inputs[0].value = told.values[told.right[0]];
    else if (inputs.length) choose(told.right);
    else {
        const order = told.orders[0];
        order.forEach((i, place) => {
            while ([...list.children].indexOf(lines[i]) > place) press(lines[i], "ArrowUp");
            for (let by = 0; by < (told.indents || [])[i]; by += 1) press(lines[i], "ArrowRight");
        });
        lines.filter((_, i) => !order.includes(i)).forEach(line => press(line, "Delete"));
    }
    check();
    return [told, ...first, box.dataset.done];
})"""
NUMBER_LINES = "box => box.querySelectorAll('li[draggable]').forEach((line, i) => { line.dataset.i = i; })"
BUTTONS = {"ArrowUp": "上移|Up", "ArrowRight": "增加缩进|Indent more", "Delete": "不用|Leave out"}


class Asked:
    """One question of a page, and a reader who answers by keys or by mouse."""

    def __init__(self, box, by_keys):
        self.box, self.by_keys = box, by_keys
        self.told = json.loads(box.get_attribute("data-question"))
        self.inputs, self.lines = box.locator("input"), box.locator("li[draggable]")
        box.evaluate(NUMBER_LINES)

    @property
    def done(self):
        return self.box.get_attribute("data-done")

    def check(self):
        button = self.box.locator("> .question-button")
        if self.by_keys:
            button.press("Enter")
        else:
            button.click()
        return self.box.locator(".question-said").inner_text()

    def choose(self, wanted):
        for i in range(self.inputs.count()):
            if self.inputs.nth(i).is_checked() != (i in wanted) and (i in wanted or self.told["kind"] == "multiple"):
                if self.by_keys:
                    self.inputs.nth(i).press("Space")
                else:
                    self.inputs.nth(i).click()

    def press(self, line, key):
        if self.by_keys:
            line.locator("button").first.press(key)
        else:
            line.get_by_role("button", name=re.compile(f"^({BUTTONS[key]})")).click()

    def arrange(self):
        """Bring lines or steps into a right order, from the top, and leave out what has no place."""
        order = self.told["orders"][0]
        for place, i in enumerate(order):
            line = self.box.locator(f'li[data-i="{i}"]')
            now = [one.get_attribute("data-i") for one in self.lines.all()].index(str(i))
            for key in ["ArrowUp"] * (now - place) + ["ArrowRight"] * self.told.get("indents", [0] * 9)[i]:
                self.press(line, key)
        for line in self.lines.all()[len(order):]:
            self.press(line, "Delete")

    def answer_wrongly(self):
        """Lines and steps as they stand are wrong."""
        right = self.told.get("right", [])
        if self.told["kind"] == "number":
            wrong = [value for i, value in enumerate(self.told["values"]) if i not in right]
            self.inputs.fill(str((wrong or [1e9])[0]))
        elif right:
            self.choose([i for i in range(self.inputs.count()) if i not in right][:1] or right[:1])
        return self.check()

    def answer_rightly(self):
        if self.told["kind"] == "number":
            self.inputs.fill(str(self.told["values"][self.told["right"][0]]))
        elif "right" in self.told:
            self.choose(self.told["right"])
        else:
            self.arrange()
        return self.check()


def asked(page, by_keys=False, which="[data-question]"):
    return [Asked(box, by_keys) for box in page.locator(which).all()]


@PAGES
@SERVED
def test_every_question_says_what_is_wrong_and_what_is_right(open_page, chapter):
    """All of them, by events that the page cannot tell from a reader's; hands are tried below."""
    page = open_page(f"{chapter}.html?lang=zh", lazy=True)
    results = page.evaluate(ANSWER_ALL)
    for told, wrong, said, right in results:
        assert (wrong, right) == ("false", "true"), told
        assert said[0] == "✗ 还不对。 | ✗ Not yet.", told
        assert "".join(said[1:]).strip(), f"{told}: why?"
    done = f"这一页有 {len(results)} 个问题，答对了 {len(results)} 个"
    assert done in page.locator(".question-state").inner_text()
    assert page.locator("details.predicted:not([open])").count() == 0
    page.reload()
    assert page.evaluate(DONE) == ["true"] * len(results)
    assert len(page.evaluate(KEPT)) == len(results)
    page.get_by_role("button", name="忘掉这一页的回答").click()
    page.wait_for_load_state()
    assert page.evaluate(KEPT) == []
    assert {*page.evaluate(DONE)} == {None}


@pytest.mark.parametrize(("by_keys", "lang"), [(True, "zh"), (False, "en"), (True, "both")],
                         ids=["keys", "mouse on a phone", "keys, both languages"])
@SERVED
def test_a_question_of_each_kind_can_be_answered_by_hand(open_page, by_keys, lang):
    page = open_page(f"architecture.html?lang={lang}", **({} if by_keys else {"width": 390}))
    for kind in ("single", "multiple", "number", "order", "parsons", "predict"):
        question = asked(page, by_keys, f".question-{kind} >> nth=0")[0]
        said = question.answer_wrongly()
        assert question.done == "false", question.told
        assert ("还不对" in said, "Not yet" in said) == (lang != "en", lang != "zh")
        question.answer_rightly()
        assert question.done == "true", question.told


def test_the_output_is_folded_until_the_reader_predicts_or_opens_it(open_page):
    page = open_page("intro.html?lang=en")
    folds = page.locator("details.predicted")
    assert folds.count() >= 9
    assert not any(fold.get_attribute("open") for fold in folds.all())
    folds.nth(0).locator("summary").click()
    assert folds.nth(0).locator(".cell_output").is_visible()


@PAGES
@SERVED
def test_without_scripts_everything_is_there_and_answers_are_folded(open_page, chapter):
    page = open_page(f"{chapter}.html", java_script_enabled=False, lazy=True)
    for box in page.locator("[data-question]").all():
        assert box.locator("details.question-answer > :not(summary)").count()
        assert not box.locator("details.question-answer > :not(summary)").first.is_visible()
    page.locator("[data-question] > details > summary").first.click()
    assert page.locator("[data-question] > details > :not(summary)").first.is_visible()


def test_an_empty_answer_is_not_marked(open_page):
    page = open_page("intro.html?lang=zh", lazy=True)
    for kind, told in (("single", "先选一个答案"), ("number", "请写一个数")):
        question = asked(page, which=f".question-{kind} >> nth=0")[0]
        assert told in question.check()
        assert question.done is None
    assert page.evaluate(KEPT) == []


WAYS = (str, lambda number: f" {number} ", lambda number: f"+{number}", lambda number: f"{number}.0",
        lambda number: f"{number}.", lambda number: f"{number:,}", lambda number: f"{10 * number}/10",
        lambda number: f"{number / 1000}e3",
        lambda number: str(number).translate({ord(str(i)): chr(0xFF10 + i) for i in range(10)}),
        lambda number: f"{number:,}".replace(",", "，"), lambda number: f"x = {number}",
        lambda number: f"{number} 个。",
        lambda number: f"≈{number}%")
NO_NUMBERS = ("许多", "1/0/2", "--1", "1 2 x", "/", "28 8", "8×12×3", "1 1/2", "1/0")


@SERVED
def test_a_number_can_be_written_in_many_ways(open_page):
    page = open_page("intro.html?lang=zh", lazy=True)
    question = next(one for one in asked(page, which=".question-number")
                    if (value := one.told["values"][one.told["right"][0]]) == int(value) and value > 99)
    for way in WAYS:
        question.inputs.fill("0")
        question.check()
        assert question.done == "false"
        question.inputs.fill(written := way(int(question.told["values"][question.told["right"][0]])))
        question.check()
        assert question.done == "true", written


@SERVED
def test_what_is_no_number_is_asked_for_again(open_page):
    page = open_page("intro.html?lang=zh", lazy=True)
    question = asked(page, which=".question-number >> nth=0")[0]
    for text in NO_NUMBERS:
        question.inputs.fill(text)
        assert "请写一个数" in question.check(), text
        assert (question.done, page.evaluate(KEPT)) == (None, []), text


def test_lines_can_be_dragged(open_page):
    page = open_page("intro.html?lang=zh")
    question = asked(page, which=".question-order >> nth=0")[0]
    first, last = question.lines.first, question.lines.last
    moved = first.get_attribute("data-i")
    first.drag_to(last, target_position={"x": 60, "y": last.bounding_box()["height"] - 2})
    assert question.lines.last.get_attribute("data-i") == moved


def test_a_comma_before_decimals_is_a_decimal_point(open_page):
    page = open_page("overfitting.html?lang=zh")
    numbers = {one: one.told["values"][one.told["right"][0]] for one in asked(page, which=".question-number")}
    question = next(one for one, number in numbers.items() if 0 < number < 1)
    question.inputs.fill(str(numbers[question]).replace(".", ","))
    question.check()
    assert question.done == "true"


def test_the_next_chapter_asks_afresh(open_page):
    page = open_page("intro.html?lang=zh")
    again = next(question["id"] for question in bank.questions("intro") if "recall" in question)
    asked(page, which=f"#question-{again}")[0].answer_rightly()
    page.goto(page.url.replace("intro.html", "activations.html"))
    assert asked(page, which=f"#again-{again}")[0].done is None


def test_two_tabs_keep_their_answers(open_page):
    page = open_page("intro.html?lang=zh")
    other = page.context.new_page()
    other.goto(page.url)
    for tab, number in ((page, 0), (other, 1)):
        asked(tab, which=f".question-single >> nth={number}")[0].answer_rightly()
    page.reload()
    assert [asked(page, which=f".question-single >> nth={number}")[0].done for number in (0, 1)] == ["true"] * 2


@SERVED
@pytest.mark.parametrize("stored", ["5", "null", "{", "[]", '{"asked": QUESTION, "given": GIVEN}'])
def test_what_a_stranger_stored_harms_no_question(open_page, stored):
    page = open_page("intro.html?lang=zh", lazy=True)
    for given in ("null", "5", "[9]", "[[9, 0, false]]", "[null]", '"01"') if "GIVEN" in stored else ("",):
        page.evaluate("""([stored, given]) => document.querySelectorAll("[data-question]").forEach(box => {
            const asked = JSON.stringify(box.dataset.question);
            localStorage.setItem(`book-question ${box.id}`, stored.replace("QUESTION", asked).replace("GIVEN", given));
        })""", [stored, given])
        page.reload()
        boxes = page.locator("[data-question]").count()
        assert page.locator("[data-question] > .question-button").count() == boxes
        assert page.locator(".question-state").inner_text()


def test_another_choice_is_not_yet_marked(open_page):
    page = open_page("intro.html?lang=zh")
    question = asked(page, which=".question-single >> nth=0")[0]
    question.answer_rightly()
    question.inputs.nth(1 - question.told["right"][0] if question.told["right"][0] < 2 else 0).check()
    assert question.done is None
    assert not question.box.locator(".question-said").inner_text()


def test_enter_checks_a_number_and_the_browser_keeps_its_keys(open_page):
    page = open_page("intro.html?lang=zh")
    number = asked(page, which=".question-number >> nth=0")[0]
    number.inputs.fill(str(number.told["values"][number.told["right"][0]]))
    number.inputs.press("Enter")
    assert number.done == "true"
    lines = asked(page, which=".question-parsons >> nth=0")[0]
    before = lines.box.locator("li").all_inner_texts()
    lines.lines.nth(1).locator("button").first.press("Control+ArrowUp")
    assert lines.box.locator("li").all_inner_texts() == before


@SERVED
def test_answered_questions_have_no_barrier(open_page, barriers):
    page = open_page("intro.html?lang=both", color_scheme="light", reduced_motion="reduce")
    for kind in ("single", "multiple", "number", "order", "parsons", "predict"):
        asked(page, which=f".question-{kind} >> nth=0")[0].answer_rightly()
    page.evaluate("""() => document.querySelectorAll("article section > :not(section, [data-done], :has([data-done]))")
        .forEach(other => other.remove())""")  # which test_barriers sees
    answered = "[...document.querySelectorAll('[data-done]')]"
    assert barriers(page, answered) == []
    page.emulate_media(color_scheme="dark")  # which changes nothing but colours
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert barriers(page, answered, runOnly=["color-contrast", "link-in-text-block"]) == []
