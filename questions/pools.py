"""Pools of variants: the questions of chapters, drawn with the instructor's seed, and laid out for showing."""

from collections import Counter
from itertools import combinations, permutations, product
from string import ascii_lowercase

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from tqdm import tqdm

from nnlib.plot.style import Both, language

from . import bank
from .bank import Question

MOST_VARIANTS = 20  # variants; few questions have more numbers to draw
DRAWS = 10  # for each variant that is wanted; a question with few numbers draws some of them again
EDGE = 1e-7  # so that 0.211 is within 0.001 of 0.21 in binary numbers, too
Pool = list[Question]  # the variants of one question


def picture(figure: Figure, lang: str) -> bytes:
    for words in figure.findobj(Text):
        if isinstance(words.get_text(), Both):
            words.set_text(words.get_text().pair.read(lang))
    return bank.png(figure, 120)


def rights(whole: Question) -> list[str]:
    return [answer["say"] for answer in whole.get("answers", []) if "right" in answer]


def draws(question: Question) -> bool:
    """Whether values are drawn that change the right answer; without them a question has one variant."""
    return any(bank.VALUE.search(say) for say in rights(question))


def alike(one: Question, other: Question) -> bool:
    """Whether the right answer to one of two variants may earn points on the other; no pool holds two such.

    Letters of a figure are few, so where answers go by them, another arrangement of the letters is enough.
    """
    if one["kind"] == "number":
        apart = abs(float(rights(one)[0]) - float(rights(other)[0]))
        return apart <= 2 * (one.get("tolerance", 0) + EDGE)  # each may be off by the tolerance
    if bank.lettered(one):
        return [answer["say"] for answer in one["answers"]] == [answer["say"] for answer in other["answers"]]
    return rights(one) == rights(other)


def lay_out(whole: Question, seed: int, shown: list[int] | None = None) -> Question:
    """Letter the parts as they are shown; say which orders are right, and offer four of which one is."""
    shown, right, wrong = shown or bank.shuffled(whole, seed), bank.orders(whole), []
    parts = [part if isinstance(part, dict) else {"say": part} for part in bank.parts(whole)]
    parts = [{"right": False} | part | {"letter": ascii_lowercase[shown.index(i)]} for i, part in enumerate(parts)]
    for i, j in combinations(right[0], 2):
        wrong.append([*right[0]])
        wrong[-1][i], wrong[-1][j] = j, i
    rng = bank.source(whole, seed)
    wrong = [wrong[i] for i in rng.permutation(len(wrong)) if wrong[i] not in right][:3]
    offers = [[right[0], *wrong][i] for i in rng.permutation(1 + len(wrong))]
    counts = len(rights(whole)), len(parts) - len(rights(whole))  # a right part earns its share, a wrong one costs its
    return whole | {"parts": [parts[i] for i in shown], "lettered": bank.lettered(whole), "counts": counts,
                    "orders": [[parts[i] for i in order] for order in right],
                    "offers": [{"parts": [parts[i] for i in order], "right": order in right} for order in offers]}


def variants(question: Question, seed: int, most: int, lang: str) -> Pool:
    """Up to so many, with answers that neither the page nor another variant has; one, if nothing changes the answer."""
    used = [bank.drawn(question, bank.SEED)] if draws(question) else []
    pool: Pool = []
    for number in range(DRAWS * most if draws(question) else 1):
        if len(pool) == most:
            break
        whole = bank.drawn(question, seed + number)
        if any(alike(whole, one) for one in used):
            continue
        used.append(whole)
        figure = picture(whole["figure"], lang) if "figure" in whole else b""
        name = f"{question['id']}-{len(pool) + 1}"
        whole = whole | {"name": name, "figure": figure, "draws": draws(question)}
        pool.append(lay_out(whole, seed + number))
    return pool


def words(question: Question) -> dict[str, set[str]]:
    """The words that choose a question, by what they are about."""
    return {"place": {question["id"].partition("-")[0], question["section"], question["id"]},
            "kind": {question["kind"]}, "goal": {f"goal:{question['goal']}"}, "level": {f"level:{question['level']}"},
            "numbers": {"drawn"} if draws(question) else set()}


def chosen(only: list[str], count: int | None, seed: int) -> list[Question]:
    """The questions that these words choose, in the order of the files; so many of them, drawn with the seed.

    Of words about the same thing one is enough, so that two sections give the questions of both; all else must hold.
    """
    found = [one for chapter in bank.CHAPTERS for one in bank.questions(chapter)]
    known = {about: set().union(*(words(one)[about] for one in found)) for about in words(found[0])}
    if unknown := {*only}.difference(*known.values()):
        raise ValueError(f"expected words that choose questions (a chapter: {', '.join(bank.CHAPTERS)}; a section or "
                         f"an id; {', '.join(sorted(known['kind']))}; {', '.join(sorted(known['level']))}; goal:1 and "
                         f"so on; drawn), got {min(unknown)!r}. Check the spelling.")
    for about, every in known.items():
        if asked := every & {*only}:
            found = [one for one in found if words(one)[about] & asked]
    if not found:
        raise ValueError(f"expected words that choose questions, got {' '.join(only)}: there is none for which all of "
                         "them hold. Leave one out.")
    if count and count > len(found):
        raise ValueError(f"expected a count of at most {len(found)}, all questions that are chosen from, got {count}. "
                         f"Give --count {len(found)} or less, or choose from more with other words after --only.")
    picked = np.random.default_rng(seed).permutation(len(found))[:count]
    return [found[i] for i in sorted(picked)]


def draw(questions: list[Question], seed: int, most: int, lang: str) -> list[Pool]:
    with plt.rc_context():
        if lang != "en":
            try:
                language("zh")
            except ValueError:
                raise ValueError("expected a Chinese font for the words in figures, found none. "
                                 "On Debian: apt-get install fonts-noto-cjk. Or give --lang en.") from None
        bar = tqdm(questions, unit="question", delay=2, leave=False, disable=None)  # None: a terminal
        return [variants(one, seed, most, lang) for one in bar]


def arrangements(whole: Question, seed: int) -> list[list[int]]:
    """Orders in which forms show the parts of a question; an empty one where there is no other than the usual.

    From one to the next all parts move on by one place, so that the letter of a right answer changes.
    """
    if whole["kind"] == "number" or bank.lettered(whole):
        return [[]]
    rng, count = bank.source(whole, seed), len(bank.parts(whole))
    first = next((i for i, answer in enumerate(whole.get("answers", [])) if "right" in answer), 0)
    others, turned = [*permutations({*range(count)} - {first})], rng.integers(count)
    found = [np.roll([first, *others[i]], turned + turn).tolist()
             for i in rng.permutation(len(others))[:MOST_VARIANTS] for turn in range(count)]
    asked = whole["kind"] in ("order", "parsons")
    return [order for order in found if not asked or order != sorted(order)][:MOST_VARIANTS]


def forms(pools: list[Pool], most: int, seed: int) -> list[list[Question]]:
    """So many tests with a variant of every question, in which questions and answers have orders of their own.

    Up to as many forms as there are questions, no two have the same question at one place. With more of them,
    the same stands there in other words, or with its answers in another order, as long as there is one.
    """
    count, rng = len(pools), np.random.default_rng([seed, most])
    asked, moved, turned = (rng.permutation(count) for _ in range(3))  # a Latin square without a visible pattern
    orders = [arrangements(pool[0], seed) for pool in pools]
    made: list[list[Question]] = []
    seen: Counter[tuple[object, ...]] = Counter()
    for form in range(most):
        made.append([])
        for place in range(count):
            which = asked[(moved[place] + turned[form % count]) % count]
            pool, shown = pools[which], orders[which]
            marks = {(order, variant): ((which, "here", place, order, variant), (which, "both", order, variant),
                                        (which, "order", order), (which, "variant", variant))
                     for order, variant in product(range(len(shown)), range(len(pool)))}
            order, variant = min(marks, key=lambda pair: [seen[mark] for mark in marks[pair]])  # the least used
            seen.update(marks[order, variant])
            made[-1].append(lay_out(pool[variant], seed + form, shown[order]))
    return made
