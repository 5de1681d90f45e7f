"""A user's own points: read by the server, kept once, referred to by digest."""

import io
import math

import numpy as np

from tests.server.laboratory import Laboratory

CIRCLE = np.array([(100 + 3 * math.cos(i), 0.5 * math.sin(i)) for i in range(1000)])


def upload(lab: Laboratory, data: bytes, name: str, status: int = 200) -> dict:
    answer = lab.http.post("/api/v1/points", params={"name": name}, content=data)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def npy(table: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, table)
    return file.getvalue()


def csv(table: np.ndarray) -> bytes:
    return "x,y\n".encode() + "\n".join(f"{x!r},{y!r}" for x, y in table.tolist()).encode()


def test_a_file_is_read_by_the_server_and_kept_once(lab: Laboratory) -> None:
    read = upload(lab, npy(CIRCLE), "circle.npy")
    assert read["rows"] == 1000
    assert read["messages"] == []
    assert 100 <= len(read["preview"]) <= 300
    assert all(point in CIRCLE.tolist() for point in read["preview"])
    shown = (np.array(read["preview"]) - read["center"]) / read["scale"]
    assert abs(shown).max() < 6
    assert upload(lab, csv(CIRCLE), "the same circle.csv") == read
    (file,) = (lab.data_dir / "points").glob(f"{read['digest'].removeprefix('sha256:')}.npy")
    assert np.array_equal(np.load(file), CIRCLE)


def test_a_file_that_holds_no_points_is_refused_by_name_and_row(lab: Laboratory) -> None:
    for data, name, said in (
        (b"x,y\n1,2\nthree,4\n", "a.csv", "row 3: ['three', '4']"),
        (b"1,2\n1,2\n", "a.csv", "all 2 points are the same"),
        (npy(np.zeros((4, 3))), "a.npy", "shape (4, 3)"),
        (b"", "a.txt", "save your points as .npy or .csv"),
    ):
        (problem,) = upload(lab, data, name, 422)["detail"]
        assert problem["path"] == "file"
        assert problem["message"].startswith(name)
        assert said in problem["message"]
    assert "name" in upload(lab, b"1,2\n3,4", "x" * 301, 422)["detail"][0]["path"]
