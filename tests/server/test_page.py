"""The page's files, the API's documentation and the command line."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
from ebm_server.web.static_page import STATIC, YEAR, Page

from tests.server.laboratory import ROOT, Laboratory


def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    async def answers() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Page(tmp_path / "static"), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return [await client.get("/"), await client.get("/assets/index.js")]

    root, script = asyncio.run(answers())
    assert root.status_code == 503
    assert "make page" in root.text
    assert script.status_code >= 400


def test_files_outside_the_page_are_not_served(lab: Laboratory) -> None:
    assert lab.http.get("/").status_code in (200, 503)
    for path in ("/../settings.py", "/%2e%2e/settings.py", "/assets/../../settings.py"):
        assert lab.http.get(path).status_code == 404


def test_files_with_a_hash_are_kept_and_others_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    stat = os.stat(tmp_path)
    files = {"assets/index-1a2b.js": YEAR, "index.html": "no-cache", "demo/run.msgpack": "no-cache"}
    for name, kept in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        scope = {"type": "http", "method": "GET", "headers": []}
        response = Page(tmp_path).file_response(path, stat, scope)
        assert response.headers["cache-control"] == kept


def test_the_catalogue_has_every_kind_with_schema_recipe_and_real_samples(lab: Laboratory) -> None:
    catalogue = lab.ask("GET", "/catalogue")
    thumbnails = {entry["kind"]: entry["thumbnail"] for entry in catalogue["datasets"]}
    assert len(thumbnails["pinwheel"]) == 300
    assert {len(point) for point in thumbnails["pinwheel"]} == {2}
    shades = np.array(thumbnails["digits"])
    assert shades.shape[1:] == (1, 8, 8)
    assert (shades.min(), shades.max()) == (0, 1)
    families = {family["kind"] for family in catalogue["families"]}
    for method in catalogue["methods"]:
        assert method["family"] in families
        assert method["equation"]
        assert method["schema"]["properties"]["kind"]["const"] == method["kind"]
        plane = catalogue["recipes"][method["kind"]]["plane"]
        assert plane["method"]["kind"] == method["kind"]
    persistent = next(m for m in catalogue["methods"] if m["kind"] == "persistent")
    assert persistent["schema"]["properties"]["chain_steps"]["symbol"] == "k"
    assert len(list(lab.data_dir.glob("catalogue-*.json"))) == 1


def test_the_api_documents_itself_without_help_from_elsewhere(lab: Laboratory) -> None:
    paths = lab.ask("GET", "/openapi.json")["paths"]
    assert {"get", "post"} == paths["/api/v1/runs"].keys()
    page = lab.http.get("/api/v1/docs").text
    for path in paths:
        assert path in page
    assert "src=" not in page
    assert "http://" not in page
    assert "https://" not in page


def run(*arguments: str, code: int = 0) -> str:
    """What a command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "ebm_server.cli", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_commands_print_json_and_say_what_is_wrong(lab: Laboratory, tmp_path: Path) -> None:
    assert run("--version").startswith("ebm ")
    assert json.loads(run("runs", "--json", "--data-dir", str(tmp_path))) == []
    listed = json.loads(run("runs", "--json", "--data-dir", str(lab.data_dir)))
    known = {entry["id"] for entry in lab.ask("GET", "/runs")}  # the newest hundred
    assert known <= {entry["id"] for entry in listed}
    assert len(listed) == lab.ask("GET", "/runs/found")["all"]
    told = run("serve", "--port", str(lab.port), "--data-dir", str(tmp_path), code=2)
    assert "--port" in told
    assert str(lab.port) in told


def test_the_doctor_checks_what_is_needed(tmp_path: Path) -> None:
    built = (STATIC / "index.html").is_file()
    told = json.loads(run("doctor", "--json", "--data-dir", str(tmp_path), code=0 if built else 1))
    well = {entry["check"]: entry["well"] for entry in told}
    assert well["PyTorch"]
    assert well["database"]
    assert well["page"] == built
