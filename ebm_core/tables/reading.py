"""One way in for every kind of file, whoever reads it: the command line or the server."""

from ebm_core.tables.arrays import read_json, read_npy, read_npz, read_parquet
from ebm_core.tables.table import BadFile, Table
from ebm_core.tables.text import read_text

OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_table(data: bytes, name: str) -> Table:
    """The table in the bytes of a file, of whatever kind its first bytes tell.

    Args:
        name: The file's, for messages; only ".json" and ".jsonl" tell anything.

    Raises:
        BadFile: It holds no table; the message names file, row, column and value.
    """
    if not data.strip():
        raise BadFile(f"{name} is empty; rows of two numbers are expected")
    zipped = {b"PK\x03\x04": read_npz, b"PK\x05\x06": read_npz}  # the second holds nothing
    readers = {b"\x93NUMPY": read_npy, b"PAR1": read_parquet, **zipped}
    for start, read in readers.items():
        if data.startswith(start):
            return read(data, name)
    if data.startswith(OLD_EXCEL):
        raise BadFile(f"{name} is a workbook of Excel; save its sheet as CSV")
    json = name.lower().endswith((".json", ".jsonl", ".ndjson"))
    return read_json(data, name) if json else read_text(data, name)
