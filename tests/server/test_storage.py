"""Files of runs in a storage by URL: a folder, and a bucket of a real server of S3's protocol."""

import io
import os
import platform
import shutil
import signal
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest
from ebm_server.protocol.worker_messages import Assign, StateItem
from ebm_server.storage import Storage, Superseded
from ebm_server.worker.mirror import Mirror
from ebm_server.worker.one_run import mirrored
from ebm_server.worker.server_connection import ServerConnection
from safetensors.numpy import load

from tests.server.laboratory import Laboratory, endless
from tests.server.processes import ebm

UNTIL = 1000
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket's URL; its server is moto, on this machine alone."""
    if not (find_spec("moto") and find_spec("s3fs")):
        pytest.skip("moto and s3fs are not installed")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    before = dict(os.environ)
    os.environ.update(KEYS, AWS_ENDPOINT_URL=f"http://{host}:{port}")
    Storage("s3://lab").files.mkdir("lab")
    yield "s3://lab/runs"
    os.environ.clear()
    os.environ.update(before)
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each kind of storage."""
    if request.param == "folder":
        return str(tmp_path / "shared")
    return str(request.getfixturevalue("bucket"))


def given(url: str, attempt: int = 1, run: str = "r") -> Assign:
    """What a worker is told of a run."""
    told: dict[str, Any] = {"config": {}, "resume": False, "update_seconds": 1.0}
    return Assign(run=run, attempt=attempt, directory="/nowhere", storage=url, **told)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # s3fs and its event loop
def test_a_storage_gives_back_what_it_was_given(url: str, tmp_path: Path) -> None:
    storage, here = Storage(url), tmp_path / "here"
    storage.try_to_keep()
    (here / "snapshots").mkdir(parents=True)
    (here / "config.json").write_text("{}")
    (here / "snapshots" / "1").write_bytes(b"one")
    storage.put("r", "config.json", b"{}")
    storage.bring("r", here)  # what was cut off goes on
    (here / "config.json").write_text("later")
    storage.bring("r", here)  # what is there stays
    storage.claim("r", 1)
    (here / "events.json").write_text("[]")
    storage.bring("r", here)  # now a worker writes
    assert storage.found("r").keys() == {"config.json", "snapshots/1", "attempt"}
    there = tmp_path / "there"
    storage.fetch("r", there)
    assert (there / "config.json").read_text() == "{}"
    storage.put("r", "snapshots/2", b"two")
    storage.forget("r", "snapshots/1")
    storage.fetch("r", there)
    assert [path.name for path in (there / "snapshots").iterdir()] == ["2"]
    storage.remove("r")
    assert storage.found("r") == {}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_worker_that_was_given_up_writes_no_more(url: str) -> None:
    """Its machine may have been cut off, and go on for a while."""
    storage = Storage(url)
    storage.claim("zombie", 1)
    storage.claim("zombie", 2)
    storage.refuse_earlier("zombie", 2)
    with pytest.raises(Superseded, match="attempt 2 at run zombie"):
        storage.refuse_earlier("zombie", 1)
    with pytest.raises(Superseded):
        storage.claim("zombie", 1)
    storage.remove("zombie")


def test_a_mirror_copies_what_is_new_and_removes_what_is_gone(tmp_path: Path) -> None:
    url = str(tmp_path / "shared")
    storage = Storage(url)
    storage.put("r", "config.json", b"{}")
    mirror = Mirror(given(url))
    assert (mirror.directory / "config.json").read_bytes() == b"{}"
    (mirror.directory / "checkpoint.safetensors").write_bytes(b"one")
    assert mirror.settle() == ""
    (mirror.directory / "checkpoint.safetensors").write_bytes(b"two")
    (mirror.directory / "config.json").unlink()
    assert mirror.settle() == ""
    assert storage.files.cat_file(f"{url}/r/checkpoint.safetensors") == b"two"
    assert set(storage.found("r")) == {"attempt", "checkpoint.safetensors"}
    mirror.remove()
    assert not mirror.directory.exists()


def test_errors_of_any_kind_of_storage_are_those_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(str(tmp_path))

    def find(*_given: object, **_more: object) -> None:
        raise RuntimeError("no answer")

    monkeypatch.setattr(storage.files, "find", find)
    for ask in (storage.bring, storage.fetch):
        with pytest.raises(OSError, match="RuntimeError: no answer"):
            ask("r", tmp_path / "here")


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    mirror = Mirror(given(str(tmp_path / "shared")))
    (tmp_path / "shared" / "r").rename(tmp_path / "gone")
    (tmp_path / "shared" / "r").touch()  # a file where the folder was
    (mirror.directory / "events.json").touch()
    assert "could not be kept" in mirror.settle(0.5)
    mirror.remove()


class Told:
    """In place of the server's connection."""

    def __init__(self) -> None:
        self.items: list[StateItem] = []

    def report(self, item: StateItem) -> None:
        self.items.append(item)


def test_a_machine_that_cannot_keep_a_run_says_so_and_which_it_is(tmp_path: Path) -> None:
    (tmp_path / "shared").write_text("no folder")
    server = Told()
    assert mirrored(given(str(tmp_path / "shared")), cast(ServerConnection, server)) is None
    (item,) = server.items
    assert item.state == "failed"
    assert str(item.reason).startswith(f"{platform.node()}, where it was to be trained, cannot")
    assert "shared" in str(item.reason)


@pytest.mark.parametrize(
    ("url", "said"),
    [("nonsense://x", "name a folder"), ("/proc/nowhere", "/proc/nowhere: ")],
)
def test_a_storage_that_cannot_be_used_is_refused_at_the_start(
    url: str, said: str, tmp_path: Path
) -> None:
    code, _, told = ebm("serve", "--no-browser", "--data-dir", tmp_path, "--storage", url)
    assert code == 2
    assert said in told


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_run_goes_on_from_the_storage_bit_for_bit(url: str, tmp_path: Path) -> None:
    """Its worker is killed, and the server has forgotten what it had fetched."""
    config = endless(updates=UNTIL)
    lab = Laboratory(tmp_path / "lab", {"EBM_MAX_RUNNING": "2"}, options=["--storage", url])
    with lab, lab.page() as page:
        run = lab.create(config)
        page.watch(run)
        page.step_beyond(0, run)
        lab.ask("POST", f"/runs/{run}/pause")
        lab.ask("POST", f"/runs/{run}/resume")
        os.kill(lab.logged_pid(run), signal.SIGKILL)
        assert "SIGKILL" in page.state("failed")["reason"]
        kept = lab.ask("GET", f"/runs/{run}/snapshots")
        assert kept
        shutil.rmtree(tmp_path / "lab" / "runs" / run)
        lab.ask("POST", f"/runs/{run}/resume")
        page.state("finished")
        again = lab.create(config)
        page.watch(again)
        page.until(
            lambda m: (
                m["type"] == "run" and m["info"]["id"] == again and m["info"]["state"] == "finished"
            )
        )
        assert weights(lab, run) == weights(lab, again)
        lab.ask("DELETE", f"/runs/{run}", status=204)
        assert Storage(url).found(run) == {}


def weights(lab: Laboratory, run: str) -> dict[str, bytes]:
    """Those of a run's checkpoint, as it is downloaded."""
    zipped = lab.http.get(f"/api/v1/runs/{run}/download").content
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".safetensors"))
        return {key: value.tobytes() for key, value in load(archive.read(name)).items()}
