"""Files of the page are compressed when it is built, and go out so where a browser takes that."""

import gzip
import re

import httpx
import pytest
from ebm_server.web.encoding import accepted
from ebm_server.web.static_page import STATIC, YEAR

from tests.server.laboratory import Laboratory

built = pytest.mark.skipif(not (STATIC / "index.html").is_file(), reason="the page is not built")


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip, deflate, br, zstd", ["br", "gzip"]),
        ("gzip;q=1.0, br;q=0.5", ["gzip", "br"]),
        ("br;q=0, *", ["gzip"]),
        ("BR", ["br"]),
        ("identity", []),
        ("", []),
        ("gzip;q=much", []),
        ("*;q=0", []),
    ],
)
def test_a_browser_is_sent_what_it_takes(header: str, taken: list[str]) -> None:
    assert accepted(header) == taken


def raw(lab: Laboratory, path: str, encodings: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its bytes as they came over the line."""
    given = {"Accept-Encoding": encodings, **headers}
    with lab.http.stream("GET", path, headers=given) as answer:
        return answer, b"".join(answer.iter_raw())


@built
def test_assets_are_compressed_and_kept_for_ever(lab: Laboratory) -> None:
    (script,) = re.findall(r"assets/index-[\w-]+\.js", lab.http.get("/").text)
    plain = (STATIC / script).read_bytes()
    whole, body = raw(lab, f"/{script}", "identity")
    assert body == plain
    zipped, body = raw(lab, f"/{script}", "gzip")
    assert gzip.decompress(body) == plain
    small, body = raw(lab, f"/{script}", "gzip, br")
    assert body == (STATIC / f"{script}.br").read_bytes()
    assert len(body) < 0.35 * len(plain)
    encodings = [answer.headers.get("content-encoding") for answer in (whole, zipped, small)]
    assert encodings == [None, "gzip", "br"]
    for answer in (whole, zipped, small):
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == YEAR
    tags = {answer.headers["etag"] for answer in (whole, zipped, small)}
    assert len(tags) == 3
    again, _ = raw(lab, f"/{script}", "br", **{"If-None-Match": small.headers["etag"]})
    assert again.status_code == 304


@built
def test_each_file_that_is_compressed_holds_the_same(lab: Laboratory) -> None:
    made = list(STATIC.rglob("*.gz"))
    assert {path.name for path in made} >= {"run.msgpack.gz", "rest.msgpack.gz"}
    for path in made:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()
        assert path.with_suffix(".br").stat().st_size < path.stat().st_size


def test_the_catalogue_is_compressed(lab: Laboratory) -> None:
    answer, body = raw(lab, "/api/v1/catalogue", "gzip")
    assert answer.headers["content-encoding"] == "gzip"
    plain, whole = raw(lab, "/api/v1/catalogue", "identity")
    assert gzip.decompress(body) == whole
    assert len(body) < 0.4 * len(whole)
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
