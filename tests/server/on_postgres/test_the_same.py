"""What holds on SQLite holds on PostgreSQL: the same tests, of all that the store is asked."""

from tests.server import test_durable, test_endings, test_runs

test_kill_9 = test_durable.test_nothing_that_was_answered_is_lost_by_kill_9
test_killed_server = test_endings.test_a_killed_server_loses_nothing_and_its_workers_carry_on
test_form_to_figure = test_runs.test_a_run_goes_from_its_form_to_its_last_figure
test_steering = test_runs.test_pause_step_change_resume_stop_and_go_on
