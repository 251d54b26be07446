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
STEP = 0.5  # half points between two anchors of the rubric
FORMULA = re.compile('="(.*)"')  # in which Excel keeps zeros in front of a number
REMEDY = "In Excel, save the table as “CSV UTF-8 (Comma delimited)”, with the columns " + ",".join(COLUMNS)


def add_points(results: Results, *paths: Path) -> dict[Path, str]:
    """Add the points of each row to its pending part, at most what that is worth; return each file's encoding."""
    students = {name: {normalize("NFC", student): result for student, result in by_student.items()}
                for name, by_student in results.items()}
    texts = {table: _text(table, set().union(*students.values())) for table in paths}
    places: dict[tuple[str, ...], str] = {}  # where each part of each student has got its points
    for path, number, row in [(table, *line) for table in paths for line in _rows(texts[table][1], table)]:
        if not row["points"]:
            continue  # not marked yet
        name, student, part = key = row["assignment"], row["student"], row["part"]
        place, encoding = f"{path}, line {number}", texts[path][0]
        if key in places:
            raise ValueError(f"expected points for {part} of {student} once, got {row['points']} in {place}, after "
                             f"those in {places[key]}. Delete one of the two lines.")
        try:
            result = students[name][student]
            most, given = result["pending"][part], float(row["points"].replace(",", "."))
        except (KeyError, ValueError):
            raise ValueError(f"expected {','.join(COLUMNS)} of a pending part in {path} (read as {encoding}), got line "
                             f"{number}: {row}. Correct that line; if its signs are wrong: {REMEDY}.") from None
        if not 0 <= given <= most or given % STEP:
            raise ValueError(f"expected 0 to {most} points in steps of {STEP} in {place}, got {given:g}. "
                             "Correct that line.")
        result["score"] += given
        result.setdefault("by_hand", {})[part] = (given, most)
        del result["pending"][part]
        places[key] = place
    return {path: encoding for path, (encoding, _) in texts.items()}


def _text(path: Path, students: set[str]) -> tuple[str, str]:
    """A table's encoding and text; where bytes tell no encoding, the one in which most students' names stand in it."""
    data, texts = path.read_bytes(), {}
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-16-le", "utf-16-be") if b"\0" in data else ENCODINGS:
        with suppress(UnicodeDecodeError):
            texts[encoding] = normalize("NFC", data.decode(encoding))
    if not texts:
        raise ValueError(f"expected text in {path}, got bytes that no Excel writes. {REMEDY}.")
    if "utf-8-sig" in texts:  # what is UTF-8 is nothing else
        return "utf-8-sig", texts["utf-8-sig"]
    return max(texts.items(), key=lambda one: sum(name in one[1] for name in students))


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
    for number, cells in rows:
        if any(cell and not name for name, cell in zip_longest(columns, cells, fillvalue="")):  # the 5 of a bare 2,5
            raise ValueError(f"expected no more than {','.join(filter(None, columns))} in {path}, line {number}, got "
                             f'{cells}. Write 2.5, or put a cell that has a comma between quotes, such as "2,5", or '
                             "separate all cells by semicolons.")
    by_column = ((number, dict(zip_longest(columns, cells, fillvalue=""))) for number, cells in rows)
    return [(number, {name: row[name] for name in COLUMNS}) for number, row in by_column]
