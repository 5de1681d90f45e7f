"""Tables of numbers that people bring: read from files, and two columns of them chosen."""

from ebm_core.tables.reading import read_table
from ebm_core.tables.selection import PointTable, names_in, select
from ebm_core.tables.table import MOST, BadFile, Column, Table

__all__ = ["MOST", "BadFile", "Column", "PointTable", "Table", "names_in", "read_table", "select"]
