"""Why nothing can be written or read now: what is wrong, and what to do about it."""

import errno
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ebm_server.refusals import Refused

RETRY_AFTER = 2
"""Seconds after which it is worth asking again."""


@dataclass(frozen=True)
class Trouble:
    """Something that keeps the server from writing."""

    status: Literal[503, 507]
    text: str
    """What is wrong and what to do; without addresses and paths, since anybody may read it."""
    reads: bool = True
    """What was written before can still be read."""
    lasts: bool = False
    """Waiting does not mend it."""
    patience: float = 2.0
    """Seconds that who asks is kept waiting for its end."""

    def refusal(self, also: str = "") -> Refused:
        """The answer to who asked for it."""
        retry = None if self.lasts else RETRY_AFTER
        return Refused(self.status, "; ".join(filter(None, (self.text, also))), retry)


AWAY = Trouble(
    503,
    "the database does not answer; it is tried again every second, and runs that go keep what they "
    "have to say until then",
    reads=False,
    patience=10.0,
)
TAKEN = Trouble(503, "another server has taken the database while it was away; stop one of the two")
BUSY = Trouble(503, "another program holds the database locked; end it", patience=10.0)
FULL = Trouble(
    507,
    "the disk of the database is full; free some space: what is not yet written is tried again "
    "every second",
)
UNWRITTEN = Trouble(
    507,
    "the system refuses to write the database, since its disk is full, broken or over a limit of "
    "size; see to the disk: what is not yet written is tried again every second",
)
READ_ONLY = Trouble(
    503, "the database or its folder is read-only; let the server's user write there"
)
DAMAGED = Trouble(
    503,
    "the database is damaged, and nothing more is written to it; stop the server and put back a "
    "copy of it, or save what can be read of it (SQLite: sqlite3 ebm.sqlite .recover)",
    lasts=True,
)
LOST = Trouble(
    503,
    "something could not be written and was given up; the server's log tells what, and why",
    lasts=True,
)

SQLITE = {
    3: READ_ONLY,  # SQLITE_PERM
    5: BUSY,
    6: BUSY,  # SQLITE_LOCKED
    8: READ_ONLY,
    10: UNWRITTEN,  # SQLITE_IOERR
    11: DAMAGED,  # SQLITE_CORRUPT
    13: FULL,
    14: READ_ONLY,  # SQLITE_CANTOPEN
    26: DAMAGED,  # SQLITE_NOTADB
}
"""By the primary result code."""

POSTGRES = {
    "53100": FULL,
    "25006": READ_ONLY,  # read_only_sql_transaction
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
"""By SQLSTATE; by its class below."""
POSTGRES_CLASSES = {
    "08": AWAY,  # connection exceptions
    "28": AWAY,  # it does not let us in
    "40": BUSY,  # serialisation, deadlock
    "53": AWAY,  # no memory, too many connections
    "55": BUSY,  # locked
    "57": AWAY,  # shut down, crashed, still starting
    "58": UNWRITTEN,  # errors of its system
}

FILES = {
    errno.ENOSPC: (507, "the disk of the data folder is full; free some space"),
    errno.EDQUOT: (507, "the quota of the data folder is used up; free some space"),
    errno.EFBIG: (507, "a file in the data folder would be larger than the system allows"),
    errno.EROFS: (503, "the data folder is read-only; let the server's user write there"),
    errno.EACCES: (503, "the data folder is read-only; let the server's user write there"),
    errno.EPERM: (503, "the data folder is read-only; let the server's user write there"),
    errno.EIO: (503, "the disk of the data folder is broken; see to it"),
}


def of_database(error: Exception) -> Trouble | None:
    """What an error of the database comes from; None where the statement itself is wrong."""
    if isinstance(error, sa.exc.TimeoutError):
        return AWAY  # no connection is free
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return POSTGRES.get(state) or POSTGRES_CLASSES.get(state[:2])
    gone = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return AWAY if gone or error.connection_invalidated else None


def of_files(error: OSError) -> Trouble | None:
    """What an error of a file in the data folder comes from; None where it is no such trouble."""
    if (known := FILES.get(error.errno or 0)) is None:
        return None
    return Trouble(507 if known[0] == 507 else 503, known[1])
