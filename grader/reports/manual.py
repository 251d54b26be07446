"""Points given by hand, from a table that any Excel has written."""

import codecs
import csv
import io
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any
from unicodedata import normalize

COLUMNS = ("student", "assignment", "part", "points")
ENCODINGS = ("utf-8-sig", "gb18030", "big5hkscs", "cp932", "cp949", "cp1252")  # the Excels of the world
REMEDY = "In Excel, save the table as “CSV UTF-8 (Comma delimited)”, with the columns " + ",".join(COLUMNS)
Results = dict[str, dict[str, dict[str, Any]]]  # the result of each student, by assignment


def add_points(found: Results, path: Path) -> str:
    """Add the points of each row to its pending part, at most what that is worth; return the file's encoding.

    Bytes do not tell Chinese encodings apart; the right one is that in which all names are students of the class.
    """
    data = path.read_bytes()
    by_key = {name: {_key(student): result for student, result in entries.items()} for name, entries in found.items()}
    encodings = ENCODINGS if b"\0" not in data else ("utf-16-le", "utf-16-be")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    read, problem = [], ValueError(f"expected text in {path}, got bytes that no Excel writes. {REMEDY}.")
    for encoding in encodings:
        try:
            rows = list(_rows(data.decode(encoding), path))
        except UnicodeDecodeError:
            continue
        except ValueError as why:
            problem = why
            continue
        strangers = sum(not any(_key(row["student"]) in students for students in by_key.values()) for _, row in rows)
        read.append((strangers, encoding, rows))
        if encoding == "utf-8-sig":
            break  # what is UTF-8 throughout is nothing else
    if not read:
        raise problem
    _, encoding, rows = min(read, key=itemgetter(0))
    for number, row in rows:
        if not row["points"]:
            continue  # not marked yet
        try:
            result = by_key[row["assignment"]][_key(row["student"])]
            most, given = result["pending"][row["part"]], float(row["points"].replace(",", "."))
        except (KeyError, ValueError):
            raise ValueError(f"expected {','.join(COLUMNS)} of a pending part in {path} (read as {encoding}), got line {number}: {row}. "
                             f"Correct that line; if its signs are wrong: {REMEDY}.") from None
        if not 0 <= given <= most:
            raise ValueError(f"expected 0 to {most} points in {path}, line {number}, got {given:g}. Correct that line.")
        result["score"] += given
        result.setdefault("by_hand", {})[row["part"]] = (given, most)
        del result["pending"][row["part"]]
    return encoding


def _rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row that is not blank, with its line; the columns are found by name."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=header.count)
    if header[:4].lower() == "sep=":  # Excel's own first line
        separator, text = header[4:5] or ",", text.replace(header, "", 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] = []
    try:
        for cells in ([cell.strip() for cell in row] for row in reader):
            if columns and any(cells):
                row = dict(zip(columns, [*cells, *[""] * len(columns)], strict=False))
                yield reader.line_num, {name: row[name] for name in COLUMNS}
            elif any(cells):
                columns = [cell.lower() for cell in cells]
                if missing := [name for name in COLUMNS if name not in columns]:
                    raise ValueError(f"expected the columns {','.join(COLUMNS)} in {path}, line {reader.line_num}, got {cells}: "
                                     f"{', '.join(missing)} missing. {REMEDY}.")
    except csv.Error as problem:
        raise ValueError(f"expected a table in {path}, got line {reader.line_num}: {problem}. {REMEDY}.") from None
    if not columns:
        raise ValueError(f"expected a table in {path}, got an empty file. {REMEDY}.")


def _key(student: str) -> str:
    return normalize("NFC", student)
