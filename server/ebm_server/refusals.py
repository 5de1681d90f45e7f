"""Why something that was asked is not done."""

from ebm_server.protocol.messages import Problem


class Refused(Exception):
    """What was asked cannot be done now: an HTTP status, and why."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        """Seconds after which it is worth asking again."""


class Invalid(Exception):
    """Values that are refused, each with its reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))
        self.problems = problems
