"""How a text file is laid out: its encoding, what parts the cells, its decimal mark, its header."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ebm_core.tables.table import BadFile

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?", "."})
"""Cells that hold nothing, in small letters."""
COMMENTS = ("#", "%", "//")
DELIMITERS = ("\t", ";", "|", ",", " ")
"""What may part the cells, the surest first; a blank stands for any run of blanks."""
THOUSANDS = "'’ \u00a0\u202f"
"""What may stand before every three digits, beside the mark that is not the decimal one."""
EXPONENT = r"(?:[eE][+-]?\d+)?"
INFINITE = r"[+-]?inf(?:inity)?"
csv.field_size_limit(2**31 - 1)  # a line that is parted by something else is one cell
EXCEL = re.compile(rb"sep=(.)\n")
"""A first line by which Excel is told what parts the cells."""


def plain(mark: str) -> re.Pattern[str]:
    """A number with this decimal mark."""
    digits = rf"(?:\d+(?:{mark}\d*)?|{mark}\d+)"  # in one way alone, or it takes the square
    return re.compile(rf"[-+−]?{digits}{EXPONENT}|{INFINITE}", re.IGNORECASE)


def grouped(mark: str, others: str) -> re.Pattern[str]:
    """A number of 1,000 or more with one of these marks before every three digits."""
    groups = rf"[1-9]\d{{0,2}}(?P<mark>[{others}])\d{{3}}(?:(?P=mark)\d{{3}})*"
    return re.compile(rf"[-+−]?{groups}(?:{mark}\d*)?")


PLAIN = {".": plain(r"\."), ",": plain(",")}
GROUPED = {".": grouped(r"\.", f",{THOUSANDS}"), ",": grouped(",", f".{THOUSANDS}")}
WHOLE = re.compile(r"[-+−]?\d+")
SURE = 0.99
"""What a number with marks of thousands counts: 1,234 is rather one with a decimal mark."""
UNSURE = 0.98
"""What 1,234 counts as one with a decimal mark where commas part the cells too."""


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart and read."""

    delimiter: str
    decimal: str

    def cells(self, line: str) -> list[str]:
        """The cells of a line, without blanks and quotes around them."""
        if self.delimiter == " ":
            return [cell.strip('"') for cell in line.split()]
        reader = csv.reader([line], delimiter=self.delimiter, skipinitialspace=True)
        return [cell.strip() for cell in next(reader, [])]

    def is_grouped(self, cell: str) -> bool:
        """Whether a cell is one number with marks of thousands."""
        return bool(GROUPED[self.decimal].fullmatch(cell))

    def is_number(self, cell: str) -> bool:
        """Whether a cell is one number."""
        return bool(PLAIN[self.decimal].fullmatch(cell)) or self.is_grouped(cell)

    def sureness(self, cell: str) -> float:
        """How surely a cell is a number, from 0 to 1."""
        if PLAIN[self.decimal].fullmatch(cell):
            either = self.delimiter == "," == self.decimal and GROUPED["."].fullmatch(cell)
            return UNSURE if either else 1.0
        return SURE if self.is_grouped(cell) else 0.0

    def number(self, cell: str) -> float:
        """The number in a cell."""
        if found := GROUPED[self.decimal].fullmatch(cell):
            cell = cell.replace(found["mark"], "")
        return float(cell.replace(self.decimal, ".").replace("−", "-"))


def encoding_of(data: bytes) -> str:
    """Of the bytes of a text file."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = data[0:64:2], data[1:64:2]
    if odd.count(0) > len(odd) // 2:
        return "utf-16-le"
    if even.count(0) > len(even) // 2:
        return "utf-16-be"
    return "utf-8-sig"


def as_utf8(data: bytes, name: str) -> tuple[bytes, list[str]]:
    """The text of a file in UTF-8, its lines ending in a line feed, and what is to be said of it.

    Raises:
        BadFile: It is no text.
    """
    messages = []
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        messages.append("the text is read as Latin-1, since it is not UTF-8")
    if "\0" in text:
        raise BadFile(
            f"{name} is not text; save your table as CSV, or an array by numpy.save as NPY"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n").encode(), messages


def told_from(lines: list[str], delimiters: Sequence[str] = DELIMITERS) -> Dialect:
    """The dialect in which most cells are numbers, in rows of one length.

    The first line may be a header, so it does not count. Commas may both part cells and be decimal
    marks, in quotes.
    """
    best, dialect = -1.0, Dialect(",", ".")
    for delimiter in delimiters:
        for decimal in ".,":
            tried = Dialect(delimiter, decimal)
            rows = [tried.cells(line) for line in lines[1:] or lines]
            ((width, often),) = Counter(map(len, rows)).most_common(1)
            even = often / len(rows)
            cells = [cell for row in rows for cell in row if cell.lower() not in MISSING]
            numbers = sum(map(tried.sureness, cells)) / max(1, len(cells))
            # one column is what every wrong delimiter gives
            score = numbers * even * (0.5 if width == 1 else 1.0)
            if score > best:
                best, dialect = score, tried
    return dialect


def header_of(lines: list[str], dialect: Dialect) -> list[str] | None:
    """The names in the first line, where it is a header; None where it is a row like the others.

    It is one if it holds words above every column that is mostly numbers, or 0, 1, 2, ... above
    rows that are not all whole numbers, as pandas writes it. Pandas names no index: then the first
    cell is empty though the column is full; R names one column less.
    """
    first, *rest = (dialect.cells(line) for line in lines)
    if len(rest) > 1 and len(first) > 1 and first == [str(place) for place in range(len(first))]:
        return None if any(all(map(WHOLE.fullmatch, row)) for row in rest) else first
    widths = {len(row) for row in rest}
    if widths == {len(first) + 1} and not any(map(dialect.is_number, first)):
        return ["", *first]
    if rest and first[0] == "" and all(row[0] != "" for row in rest):
        return first
    above = []
    for place, cell in enumerate(first):
        below = [row[place] for row in rest if place < len(row)]
        below = [other for other in below if other.lower() not in MISSING]
        if not rest or 2 * sum(map(dialect.is_number, below)) > len(below):
            above.append(cell)
    words = [not dialect.is_number(cell) and cell.lower() not in MISSING for cell in above]
    return first if words and all(words) else None
