"""Pictures that people bring: each kind of file read right, each hostile one refused by name."""

import gzip
import io
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ebm_core.pictures import BadPictures, read_pictures
from ebm_core.pictures import gathering as gathering_module
from ebm_core.pictures.cifar import read_batch
from ebm_core.pictures.decoding import decoded
from ebm_core.pictures.idx import read_idx

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (6, 9, 9), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (6, 9, 9, 3), dtype=np.uint8)


def packed(values: Any, kind: str = "PNG", **options: Any) -> bytes:
    """A file of one picture."""
    file = io.BytesIO()
    image = values if isinstance(values, Image.Image) else Image.fromarray(values)
    image.save(file, kind, **options)
    return file.getvalue()


def folder(path: Path, files: dict[str, bytes]) -> Path:
    """A folder of files."""
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def archive(path: Path, files: dict[str, bytes]) -> Path:
    """A zip archive of files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize("place", [folder, archive])
def test_a_folder_and_an_archive_are_read_in_the_order_of_names(
    tmp_path: Path, place: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    files = {f"{i}.png": packed(GREY[i]) for i in (2, 0, 1)}
    files |= {"notes.txt": b"none", "__MACOSX/0.png": b"none", ".hidden.png": b"none"}
    found = read_pictures(place(tmp_path / "set", files))
    assert np.array_equal(found.pictures, GREY[:3, None])
    assert found.labels is None
    assert found.messages == ()


def test_sub_folders_are_classes(tmp_path: Path) -> None:
    files = {f"{name}/{i}.png": packed(GREY[i]) for i, name in enumerate(("dog", "cat", "dog"))}
    found = read_pictures(folder(tmp_path, files))
    assert found.class_names == ("cat", "dog")
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 1]
    assert np.array_equal(found.pictures, GREY[[1, 0, 2], None])
    loose = read_pictures(folder(tmp_path, {"z.png": packed(GREY[3])}))
    assert loose.labels is None
    assert "z.png lies in none" in loose.messages[0]


def test_labels_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", GREY)
    np.save(tmp_path / "y.npy", np.array([0, 1, 2, 0, 1, 2], np.int32))
    found = read_pictures(tmp_path / "x.npy", labels=tmp_path / "y.npy")
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 2, 0, 1, 2]
    for wrong, words in (
        (np.arange(5), "6 whole numbers are needed"),
        (np.full(6, 0.5), "6 whole numbers are needed"),
        (np.array([1, 2, 1, 2, 1, 2]), "0, 1, 2, ... are needed"),
    ):
        np.save(tmp_path / "y.npy", wrong)
        with pytest.raises(BadPictures, match=words):
            read_pictures(tmp_path / "x.npy", labels=tmp_path / "y.npy")


SIXTEEN = (GREY[0].astype(np.uint16) * 257).astype(np.uint16)
TRANSPARENT = np.dstack([COLOUR[0], np.zeros((9, 9), np.uint8)])
TURNED = Image.Exif()
TURNED[0x0112] = 6  # to be turned a quarter clockwise


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (packed(GREY[0]), GREY[0]),
        (packed(GREY[0], "TIFF"), GREY[0]),
        (packed(GREY[0], "BMP"), GREY[0]),
        (packed(GREY[0], "PPM"), GREY[0]),
        (packed(SIXTEEN), GREY[0]),
        (packed(GREY[0].astype(np.float32) / 255, "TIFF"), GREY[0]),
        (packed(GREY[0] > 127), 255 * (GREY[0] > 127)),
        (packed(COLOUR[0]), COLOUR[0]),
        (packed(COLOUR[0], "WEBP", lossless=True), COLOUR[0]),
        (packed(TRANSPARENT), np.full((9, 9, 3), 255)),
        (packed(COLOUR[0], "PNG", exif=TURNED), np.rot90(COLOUR[0], -1)),
        (packed(Image.fromarray(GREY[0]).convert("P")), np.repeat(GREY[0][..., None], 3, 2)),
    ],
    ids="png tiff bmp pgm 16-bit float 1-bit colour webp transparent turned palette".split(),  # noqa: SIM905
)
def test_every_kind_of_picture_becomes_eight_bits(data: bytes, wanted: np.ndarray) -> None:
    assert np.array_equal(np.asarray(decoded(data, "one")), wanted)


def test_cmyk_and_jpeg_are_read_nearly() -> None:
    smooth = np.tile(np.linspace(0, 255, 32, dtype=np.uint8), (32, 1))
    found = np.asarray(decoded(packed(smooth, "JPEG", quality=95), "one"))
    assert np.abs(found.astype(int) - smooth).max() < 6
    cyan = packed(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "JPEG")
    red, green, blue = np.asarray(decoded(cyan, "one"))[0, 0]
    assert red < 20
    assert min(green, blue) > 235


def test_mixed_sizes_become_the_middle_square(tmp_path: Path) -> None:
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 20:60] = (200, 10, 30)
    files = {"a.png": packed(wide), "b.png": packed(COLOUR[0])}
    found = read_pictures(folder(tmp_path, files))
    assert found.pictures.shape == (2, 3, 32, 32)
    assert (found.pictures[0] == np.array([200, 10, 30])[:, None, None]).all()
    assert "the middle square of pictures of 9 x 9 and 80 x 40 pixels" in found.messages[0]
    assert read_pictures(tmp_path, edge=16, channels=1).pictures.shape == (2, 1, 16, 16)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (GREY, GREY[:, None]),
        (GREY[:, None], GREY[:, None]),
        (GREY[..., None], GREY[:, None]),
        (COLOUR, COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (GREY.astype(np.float64) / 255, GREY[:, None]),
        (GREY.astype(np.float32) / 127.5 - 1, GREY[:, None]),
        (GREY.astype(np.int64), GREY[:, None]),
        (GREY.astype(np.uint16) * 257, GREY[:, None]),
        (GREY > 127, 255 * (GREY[:, None] > 127)),
        (np.asfortranarray(GREY), GREY[:, None]),
    ],
)
def test_arrays_of_every_layout_and_range(
    tmp_path: Path, values: np.ndarray, wanted: np.ndarray
) -> None:
    np.save(tmp_path / "x.npy", values)
    assert np.array_equal(read_pictures(tmp_path / "x.npy").pictures, wanted)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((5, 8)), r"has the shape \(5, 8\)"),
        (np.zeros((5, 8, 8, 4)), r"has the shape \(5, 8, 8, 4\)"),
        (np.zeros((1, 8, 8)), "holds 1 pictures"),
        (np.full((5, 8, 8), np.nan), "not finite"),
        (np.full((5, 8, 8), -300.0), "go from -300 to -300"),
        (np.full((5, 8, 8), 1e9), r"go from 1e\+09"),
        (np.zeros((5, 8, 8), complex), "holds complex128"),
        (np.array([["a"]] * 5), "holds <U1"),
    ],
)
def test_arrays_that_are_no_pictures(tmp_path: Path, values: np.ndarray, words: str) -> None:
    np.save(tmp_path / "x.npy", values)
    with pytest.raises(BadPictures, match=words):
        read_pictures(tmp_path / "x.npy")


def test_a_header_that_promises_too_much_is_told(tmp_path: Path) -> None:
    with (tmp_path / "x.npy").open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (10**9, 1000, 1000)}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(bytes(1000))
    with pytest.raises(BadPictures, match=r"x\.npy"):
        read_pictures(tmp_path / "x.npy")


def test_an_array_of_objects_runs_nothing(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(BadPictures, match="no array"):
        read_pictures(tmp_path / "x.npy")


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 100,000 x 100,000 pixels."""
    start = packed(np.zeros((1, 1), np.uint8))
    header = start[12:16] + (100_000).to_bytes(4, "big") * 2 + start[24:29]
    check = zlib.crc32(header).to_bytes(4, "big")
    return start[:12] + header + check + start[33:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a", "is damaged|no picture"),
        (b"<svg/>", "no picture that can be read"),
        (b"", "no picture"),
        (packed(GREY[0])[:60], "is damaged"),
        (bomb(), "more than the 67,108,864 pixels"),
        (bytes(33 * 2**20), "has more than 33,554,432 bytes"),
    ],
    ids=["gif", "svg", "empty", "cut", "bomb", "large"],
)
def test_what_is_no_picture_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    files = {"good.png": packed(GREY[0]), "odd.png": data}
    with pytest.raises(BadPictures, match=words) as refused:
        read_pictures(folder(tmp_path, files))
    assert "odd.png" in str(refused.value)


@pytest.mark.parametrize("name", ["../out.png", "/etc/out.png", "a/../../out.png", "C:\\out.png"])
def test_an_archive_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    files = {"0.png": packed(GREY[0]), name: packed(GREY[1])}
    with pytest.raises(BadPictures, match="leads outside"):
        read_pictures(archive(tmp_path / "set.zip", files))
    assert [path.name for path in tmp_path.iterdir()] == ["set.zip"]


def test_an_archive_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "set.zip", {f"{i}.png": bytes(40 * 2**20) for i in range(2)})
    assert path.stat().st_size < 2**18
    with pytest.raises(BadPictures, match=r"0\.png has more than"):
        read_pictures(path)
    monkeypatch.setattr(gathering_module, "SET_BYTES", 1000)
    many = archive(tmp_path / "many.zip", {f"{i:03}.png": packed(GREY[0]) for i in range(50)})
    with pytest.raises(BadPictures, match="more than 1,000 bytes, unpacked"):
        read_pictures(many)


def test_too_few_and_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadPictures, match="holds 1 pictures; at least 2"):
        read_pictures(folder(tmp_path, {"0.png": packed(GREY[0])}))
    monkeypatch.setattr(gathering_module, "MOST", 3)
    with pytest.raises(BadPictures, match="holds 4 pictures; at most 3"):
        read_pictures(folder(tmp_path, {f"{i}.png": packed(GREY[i]) for i in range(4)}))


def test_what_is_neither_folder_nor_archive_nor_array(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(packed(GREY[0]))
    with pytest.raises(BadPictures, match="put single pictures in a folder"):
        read_pictures(tmp_path / "one.png")
    whole = archive(tmp_path / "whole.zip", {"0.png": b"x"}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:40])
    with pytest.raises(BadPictures, match="is a damaged archive"):
        read_pictures(tmp_path / "cut.zip")
    with pytest.raises(FileNotFoundError):
        read_pictures(tmp_path / "none")


def idx(values: np.ndarray) -> bytes:
    """A file laid out as MNIST's are."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes()


def test_idx_files_are_read_packed_or_not() -> None:
    assert np.array_equal(read_idx(idx(GREY), "x"), GREY)
    assert np.array_equal(read_idx(gzip.compress(idx(GREY)), "x"), GREY)
    for wrong, words in (
        (idx(GREY)[:-1], "6 x 9 x 9 bytes, and has 485"),
        (b"\0\0\x0d\x03" + idx(GREY)[4:], "no IDX file of bytes"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "it is cut"),
        (gzip.compress(idx(GREY))[:-9], "is damaged"),
        (b"", "no IDX file"),
    ):
        with pytest.raises(BadPictures, match=words):
            read_idx(wrong, "x")


PIXELS = RANDOM.integers(0, 256, (4, 3072), dtype=np.uint8)
LABELS = [3, 1, 9, 0]


def test_both_versions_of_cifar_are_read() -> None:
    binary = np.column_stack([np.array(LABELS, np.uint8), PIXELS]).tobytes()
    pickled = pickle.dumps({b"data": PIXELS, b"labels": LABELS}, 2)
    for data in (binary, pickled):
        found = read_batch(data, "batch")
        assert np.array_equal(found.pictures, PIXELS.reshape(4, 3, 32, 32))
        assert found.labels.tolist() == LABELS


class Harm:
    """Would make a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_pickle_of_something_else_runs_nothing(tmp_path: Path) -> None:
    harm = pickle.dumps({b"data": Harm(tmp_path / "made"), b"labels": LABELS}, 2)
    with pytest.raises(BadPictures, match="which no array needs"):
        read_batch(harm, "batch")
    assert not (tmp_path / "made").exists()
    for wrong in (
        b"",
        b"\x80",
        bytes(3072),
        pickle.dumps([], 2),
        pickle.dumps({b"data": PIXELS[:, :9], b"labels": LABELS}, 2),
        pickle.dumps({b"data": PIXELS, b"labels": [0, 1, 2, 10]}, 2),
        np.column_stack([np.full(4, 200, np.uint8), PIXELS]).tobytes(),
    ):
        with pytest.raises(BadPictures):
            read_batch(wrong, "batch")
