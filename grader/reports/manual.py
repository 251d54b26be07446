"""Points given by hand, from a table that any Excel has written."""

import codecs
import csv
import io
import re
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from unicodedata import normalize

from ..batch import Results

COLUMNS = ("student", "assignment", "part", "points")
ENCODINGS = ("utf-8-sig", "gb18030", "big5hkscs", "cp932", "cp949", *(f"cp125{n}" for n in (2, 0, 1, *range(3, 9))),
             "cp874", "mac_roman", "mac_latin2", "mac_cyrillic", "mac_greek", "mac_turkish")  # the Excels of the world
FORMULA = re.compile('="(.*)"')  # in which Excel keeps zeros in front of a number
REMEDY = "In Excel, save the table as “CSV UTF-8 (Comma delimited)”, with the columns " + ",".join(COLUMNS)


def add_points(results: Results, path: Path) -> str:
    """Add the points of each row to its pending part, at most what that is worth; return the file's encoding.

    Bytes do not tell Chinese encodings apart; the right one is that in which most students' names stand in the table.
    """
    data = path.read_bytes()
    students = {name: {normalize("NFC", student): result for student, result in by_student.items()}
                for name, by_student in results.items()}
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encodings = ("utf-16",) if marked else ("utf-16-le", "utf-16-be") if b"\0" in data else ENCODINGS
    texts = {}
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            texts[encoding] = normalize("NFC", data.decode(encoding))
    if not texts:
        raise ValueError(f"expected text in {path}, got bytes that no Excel writes. {REMEDY}.")
    known = {one: sum(name in text for name in set().union(*students.values())) for one, text in texts.items()}
    encoding = "utf-8-sig" if "utf-8-sig" in texts else max(texts, key=known.get)  # what is UTF-8 is nothing else
    for number, row in _rows(texts[encoding], path):
        if not row["points"]:
            continue  # not marked yet
        try:
            result = students[row["assignment"]][row["student"]]
            most, given = result["pending"][row["part"]], float(row["points"].replace(",", "."))
        except (KeyError, ValueError):
            raise ValueError(f"expected {','.join(COLUMNS)} of a pending part in {path} (read as {encoding}), got line "
                             f"{number}: {row}. Correct that line; if its signs are wrong: {REMEDY}.") from None
        if not 0 <= given <= most:
            raise ValueError(f"expected 0 to {most} points in {path}, line {number}, got {given:g}. Correct that line.")
        result["score"] += given
        result.setdefault("by_hand", {})[row["part"]] = (given, most)
        del result["pending"][row["part"]]
    return encoding


def _rows(text: str, path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each row that is not blank, with its line; the columns are found by name."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=lambda sign: sum(cell.strip(' "').lower() in COLUMNS for cell in header.split(sign)))
    if header[:4].lower() == "sep=":  # Excel's own first line
        separator, text = header[4:5] or ",", text.replace(header, "", 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    stripped = ([FORMULA.sub(r"\1", cell.strip()) for cell in cells] for cells in reader)
    try:
        rows = [(reader.line_num, cells) for cells in stripped if any(cells)]
    except csv.Error as problem:
        raise ValueError(f"expected a table in {path}, got line {reader.line_num}: {problem}. {REMEDY}.") from None
    (first, cells), *rows = rows or [(1, [])]
    columns = [cell.lower() for cell in cells]
    if wrong := [f"{name} {'twice' if name in columns else 'missing'}" for name in COLUMNS if columns.count(name) != 1]:
        raise ValueError(f"expected each of the columns {','.join(COLUMNS)} once in {path}, line {first}, "
                         f"got {cells}: {', '.join(wrong)}. {REMEDY}.")
    by_column = [(number, dict(zip_longest(columns, cells, fillvalue=""))) for number, cells in rows]
    return [(number, {name: row[name] for name in COLUMNS}) for number, row in by_column]
