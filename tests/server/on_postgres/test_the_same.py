"""What holds on SQLite holds on PostgreSQL: the same tests, of all that the store is asked."""

from tests.server import test_durable, test_endings, test_runs

test_kill_9 = test_durable.test_nothing_that_was_answered_is_lost_by_kill_9
test_killed_server = test_endings.test_a_killed_server_loses_nothing_and_its_workers_carry_on
test_killed_worker = (
    test_endings.test_a_killed_worker_fails_its_run_which_goes_on_from_its_checkpoint
)
test_shut_down = test_endings.test_a_shut_down_server_leaves_stopped_runs_that_go_on_later
test_form_to_figure = test_runs.test_a_run_goes_from_its_form_to_its_last_figure
test_steering = test_runs.test_pause_step_change_resume_stop_and_go_on
test_branch = test_runs.test_a_branch_goes_as_its_parent_and_then_its_own_way
