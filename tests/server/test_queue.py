"""The queue has an order and an end."""

from pathlib import Path

from tests.server.laboratory import Laboratory, endless

CROWDED = {"EBM_MAX_RUNNING": "1", "EBM_MAX_QUEUED": "2", "EBM_SPARE": "0"}


def test_runs_wait_in_order_and_one_too_many_is_refused(tmp_path: Path) -> None:
    with Laboratory(tmp_path, CROWDED) as lab:
        first, second, third = (lab.create(endless()) for _ in range(3))
        states = [lab.ask("GET", f"/runs/{run}")["state"] for run in (first, second, third)]
        assert states == ["starting", "queued", "queued"]
        refusal = lab.ask("POST", "/runs", endless(), 429)
        assert "2 wait" in refusal["detail"]
        lab.ask("POST", f"/runs/{third}/pause", status=409)
        changes = {"optimization.learning_rate": 0.001}
        changed = lab.ask("PATCH", f"/runs/{second}", {"changes": changes})
        assert changed["config"]["optimization"]["learning_rate"] == 0.001
        assert lab.ask("POST", f"/runs/{first}/stop")["state"] == "stopped"
        with lab.page() as page:
            page.watch(second)
            page.step_beyond(1)
            assert lab.ask("GET", f"/runs/{third}")["state"] == "queued"
            assert lab.ask("POST", f"/runs/{third}/stop")["state"] == "stopped"
            events = lab.ask("GET", f"/runs/{second}/events")
            assert [e["value"] for e in events if e["kind"] == "change"] == [0.001]
            lab.ask("POST", f"/runs/{second}/stop")
        assert [run["id"] for run in lab.ask("GET", "/runs")] == [third, second, first]


def test_a_paused_run_leaves_its_core_to_the_next(tmp_path: Path) -> None:
    with Laboratory(tmp_path, CROWDED) as lab:
        first = lab.create(endless())
        with lab.page() as page:
            page.watch(first)
            page.step_beyond(1)
            second = lab.create(endless())
            page.watch(second)
            lab.ask("POST", f"/runs/{first}/pause")
            page.until(lambda m: m["type"] == "metrics" and m["run"] == second)
            lab.ask("POST", f"/runs/{first}/stop")
            lab.ask("POST", f"/runs/{second}/stop")
