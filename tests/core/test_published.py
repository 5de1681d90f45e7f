"""Published sets of images: fetched once with checksums, or read from people's copies."""

import gzip
import hashlib
import io
import pickle
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ebm_core.checks.datasets import CHECKS
from ebm_core.datasets import DATASETS
from ebm_core.datasets._published import FOLDER, MissingData, PublishedFile, PublishedImages, splits
from ebm_core.datasets.cifar10 import TRAIN, Cifar10
from ebm_core.datasets.mnist import PARTS, Mnist
from ebm_core.pictures import BadPictures
from ebm_core.runs.config import RunConfig
from ebm_core.runs.display import NearestImages
from ebm_core.runs.training import Training

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (50, 28, 28), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (50, 3072), dtype=np.uint8)
LABELS = np.arange(50, dtype=np.uint8) % 10

Files = dict[str, bytes]


def idx(array: NDArray[np.uint8]) -> bytes:
    """An IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def like_mnist(name: str = "{part}-idx{rank}-ubyte.gz") -> Files:
    """The four files, 40 images to train and 10 to test; packed where the name says so."""
    arrays = GREY[:40], LABELS[:40], GREY[40:], LABELS[40:]
    files = {
        name.format(part=part, rank=array.ndim): idx(array)
        for part, array in zip(PARTS, arrays, strict=True)
    }
    pack = name.endswith(".gz")
    return {file: gzip.compress(data, mtime=0) if pack else data for file, data in files.items()}


def like_cifar(pickled: bool = False) -> Files:
    """Five batches of eight and one of ten."""
    parts = np.split(np.arange(50), [8, 16, 24, 32, 40])
    files = {}
    for name, rows in zip((*TRAIN, "test_batch"), parts, strict=True):
        if pickled:
            batch = {b"data": COLOUR[rows], b"labels": LABELS[rows].tolist()}
            files[name] = pickle.dumps(batch, protocol=2)
        else:
            files[f"{name}.bin"] = np.c_[LABELS[rows], COLOUR[rows]].tobytes()
    return files


def archive(files: Files) -> bytes:
    """A tar archive, as CIFAR-10 is published."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return made.getvalue()


def written(folder: Path, files: Files) -> Path:
    """A folder of files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


PUBLISHED: dict[str, Callable[[], Files]] = {
    "mnist": like_mnist,
    "fashion_mnist": like_mnist,
    "cifar10": lambda: {"cifar-10-binary.tar.gz": archive(like_cifar())},
}


@pytest.fixture(params=list(PUBLISHED))
def kind(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[PublishedImages]]:
    """A set whose files are small, and are fetched from a server of this test's own."""
    found = DATASETS[request.param]
    assert issubclass(found, PublishedImages)
    files = PUBLISHED[request.param]()
    handler = partial(SimpleHTTPRequestHandler, directory=written(tmp_path / "there", files))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}/"
        published = [
            PublishedFile(name, base + name, hashlib.md5(data).hexdigest())
            for name, data in files.items()
        ]
        monkeypatch.setattr(found, "files", published)
        monkeypatch.setenv(FOLDER, str(tmp_path / "kept"))
        splits.cache_clear()
        yield found
        server.shutdown()
    splits.cache_clear()


def test_a_set_is_fetched_once_and_then_holds_what_every_dataset_does(
    kind: type[PublishedImages], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(name for name, one in DATASETS.items() if one is kind)
    assert not kind.example().at_hand
    train, test = kind.example().split("train"), kind.example().split("test")
    images = COLOUR.reshape(-1, 3, 32, 32) if kind is Cifar10 else GREY[:, None]
    assert np.array_equal(train.images.numpy(), images[:40])
    assert np.array_equal(test.images.numpy(), images[40:])
    assert np.array_equal(test.labels.numpy(), LABELS[40:])
    assert kind.example().at_hand
    monkeypatch.setattr(
        kind, "files", [file._replace(url="http://x.invalid") for file in kind.files]
    )
    splits.cache_clear()
    assert "40 images to train and 10 to test" in kind.example().remarks[0]
    for check in CHECKS:
        check(name)


def test_what_cannot_be_fetched_is_told_with_the_remedy(
    kind: type[PublishedImages], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kind.files[0]
    monkeypatch.setattr(kind, "files", [file._replace(url=file.url + ".gone")])
    with pytest.raises(MissingData, match=rf"{kind.title} is not on.*404.*--data PATH"):
        kind.example().split("train")
    monkeypatch.setattr(kind, "files", [file._replace(md5="0" * 32)])
    with pytest.raises(MissingData, match=f"{file.name}.*--data PATH"):
        kind.example().split("train")
    assert not kind.example().at_hand


COPIES: dict[str, Callable[[Path], Path]] = {
    "packed": lambda path: written(path, like_mnist()),
    "unpacked": lambda path: written(path, like_mnist("{part}-idx{rank}-ubyte")),
    "Kaggle's names": lambda path: written(path, like_mnist("{part}.idx{rank}-ubyte")),
    "Keras": lambda path: keras(path),
}


def keras(path: Path) -> Path:
    """One NPZ file."""
    path.mkdir()
    train, test = (GREY[:40], LABELS[:40]), (GREY[40:], LABELS[40:])
    file = path / "mnist.npz"
    np.savez(file, x_train=train[0], y_train=train[1], x_test=test[0], y_test=test[1])
    return file


@pytest.mark.parametrize("copy", COPIES)
def test_copies_of_mnist_are_read_whatever_their_form(tmp_path: Path, copy: str) -> None:
    found = Mnist(data=str(COPIES[copy](tmp_path / "set")))
    assert np.array_equal(found.split("train").images.numpy(), GREY[:40, None])
    assert np.array_equal(found.split("test").labels.numpy(), LABELS[40:])


@pytest.mark.parametrize("pickled", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_copies_of_cifar_are_read_whatever_their_form(
    tmp_path: Path, pickled: bool, packed: bool
) -> None:
    files = like_cifar(pickled)
    place = written(tmp_path, {"c.tar.gz": archive(files)} if packed else files)
    found = Cifar10(data=str(place / "c.tar.gz" if packed else place))
    assert np.array_equal(found.split("train").images.numpy(), COLOUR[:40].reshape(-1, 3, 32, 32))
    assert np.array_equal(found.split("test").labels.numpy(), LABELS[40:])


def test_a_run_on_a_copy_trains_and_is_read_again(tmp_path: Path) -> None:
    copy = written(tmp_path / "set", like_mnist())
    given = {"kind": "mnist", "data": str(copy)}
    run = Training(
        RunConfig.model_validate({"dataset": given, "method": {"kind": "denoising"}, "updates": 2})
    )
    while not run.finished:
        run.update()
    run.save(tmp_path / "run")
    assert Training.resume(tmp_path / "run").config == run.config


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no train-images"),
        ({**like_mnist(), "train-images-idx3-ubyte.gz": b"no"}, "no IDX file"),
        (like_mnist() | {"t10k-labels-idx1-ubyte.gz": idx(LABELS[:3])}, r"labels of \(3,\)"),
        (like_mnist() | {"train-images-idx3-ubyte.gz": idx(GREY[:40, :9])}, r"\(40, 9, 28\)"),
        (like_mnist() | {"t10k-labels-idx1-ubyte.gz": idx(LABELS[40:] + 9)}, "labels from 9 to 18"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, files: Files, message: str) -> None:
    with pytest.raises(BadPictures, match=message):
        Mnist(data=str(written(tmp_path / "set", files))).split("train")


def test_an_empty_place_and_other_archives_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="there is nothing at"):
        Mnist(data=str(tmp_path / "gone")).split("train")
    (tmp_path / "x.npz").write_bytes(b"PK")
    with pytest.raises(BadPictures, match="no NPZ file with x_train"):
        Mnist(data=str(tmp_path / "x.npz")).split("train")
    (tmp_path / "x.tar.gz").write_bytes(b"none")
    with pytest.raises(BadPictures, match="no archive of CIFAR-10"):
        Cifar10(data=str(tmp_path / "x.tar.gz")).split("train")
    with pytest.raises(BadPictures, match="no batches"):
        Cifar10(data=str(tmp_path)).split("train")


def test_exact_score_matching_refuses_so_many_pixels(tmp_path: Path) -> None:
    given = {"kind": "mnist", "data": str(written(tmp_path / "set", like_mnist()))}
    config = {"dataset": given, "method": {"kind": "exact"}, "updates": 2}
    with pytest.raises(ValueError, match=r"point's 784 numbers.*choose 'sliced' or 'denoising'"):
        Training(RunConfig.model_validate(config))


def test_the_nearest_of_many_images_are_those_of_all(tmp_path: Path) -> None:
    """Few directions choose who is looked at in full: noisy copies find their own image."""
    many = np.random.default_rng(1).integers(0, 256, (1500, 28, 28), dtype=np.uint8)
    part = {"train-images-idx3-ubyte.gz": idx(many)}
    part["train-labels-idx1-ubyte.gz"] = idx(np.zeros(1500, np.uint8))
    data = Mnist(data=str(written(tmp_path / "set", like_mnist() | part)))
    found, near = data.labelled("train"), NearestImages.of(data, torch.device("cpu"))
    assert found is not None
    assert near is not None
    assert near.directions is not None
    generator = torch.Generator().manual_seed(0)
    noisy = found[0][:64] + 0.3 * torch.randn(64, 1, 28, 28, generator=generator)
    told = near(noisy)
    exact, row = torch.cdist(noisy.flatten(1), found[0].flatten(1)).min(1)
    torch.testing.assert_close(told["tile_distances"], exact)
    assert torch.equal(told["tile_nearest"], found[0][row])
