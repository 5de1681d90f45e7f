"""The files of pictures in a folder or a zip archive, and what their sub-folders say of them."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ebm_core.pictures.limits import FILE_BYTES, MOST, SET_BYTES, BadPictures

ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}


class PictureFile(NamedTuple):
    """One file of pictures, in the order of their names."""

    name: str
    """From the folder or archive on, with forward slashes."""
    data: bytes

    @property
    def label(self) -> str | None:
        """The sub-folder that it lies in, if any: its class."""
        parents = PurePosixPath(self.name).parts[:-1]
        return parents[0] if parents else None


def in_folder(folder: Path) -> Iterator[PictureFile]:
    """The pictures in a folder and its sub-folders; hidden ones are left out.

    Raises:
        BadPictures: There are none, or too many.
        OSError: One cannot be read.
    """
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and is_picture(relative(path, folder))
    )
    check_count(len(paths), str(folder))
    for path in paths:
        if path.stat().st_size > FILE_BYTES:
            too_large(f"{folder}: {relative(path, folder)}")
        yield PictureFile(str(relative(path, folder)), path.read_bytes())


def in_archive(path: Path) -> Iterator[PictureFile]:
    """The pictures in a zip archive, one after the other; nothing is written.

    What is read is counted as it comes, since an archive may say other sizes than it has.

    Raises:
        BadPictures: It is damaged, encrypted, leads outside of itself, or holds too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            for member in members:
                check_name(member, path.name)
            members = [one for one in members if is_picture(PurePosixPath(one.filename))]
            check_count(len(members), path.name)
            left = SET_BYTES
            for member in sorted(members, key=lambda one: one.filename):
                with archive.open(member) as file:
                    data = file.read(FILE_BYTES + 1)
                left -= len(data)
                if len(data) > FILE_BYTES:
                    too_large(f"{path.name}: {member.filename}")
                if left < 0:
                    raise BadPictures(
                        f"the pictures in {path.name} have more than {SET_BYTES:,} bytes, "
                        "unpacked; bring fewer, or smaller ones"
                    )
                yield PictureFile(member.filename, data)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise BadPictures(f"{path.name} is a damaged archive ({error})") from error


def check_name(member: zipfile.ZipInfo, archive: str) -> None:
    """Refuses a member that leads outside of its archive, or that needs a password."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise BadPictures(
            f"{archive} names the file {member.filename!r}, which leads outside of it; pack the "
            "folder itself"
        )
    if member.flag_bits & 1:
        raise BadPictures(f"{archive}: {member.filename} needs a password; pack it without one")


def check_count(count: int, where: str) -> None:
    """Refuses too few pictures, or too many."""
    if count < 2:
        kinds = ", ".join(sorted(ENDINGS))
        raise BadPictures(f"{where} holds {count} pictures; at least 2 are needed, called *{kinds}")
    if count > MOST:
        raise BadPictures(f"{where} holds {count:,} pictures; at most {MOST:,} are read")


def is_picture(name: PurePosixPath | Path) -> bool:
    """Whether a file is called like a picture, and is not hidden."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return not hidden and name.suffix.lower() in ENDINGS


def relative(path: Path, folder: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(folder).as_posix())


def too_large(name: str) -> None:
    raise BadPictures(f"{name} has more than {FILE_BYTES:,} bytes; make it smaller")
