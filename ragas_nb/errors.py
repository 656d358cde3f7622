"""Every error that ragas_nb raises on purpose.

    RagasNbError
    ├── DatasetError              columns, types, values of the data           (also ValueError)
    ├── PlanError                 a metric cannot run on these samples         (also ValueError)
    ├── ConfigurationError        no judge, no key, a missing extra
    ├── JudgeError                .step .attempts
    │   ├── JudgeUnavailable      .kind .retry_after: network, rate limit, 5xx after all retries
    │   ├── JudgeRefused          .kind .stops_run: authentication, model, quota, content filter, bad request
    │   └── JudgeOutputInvalid    .raw: the answer that could not be read
    ├── BudgetReached             the run has spent what it was allowed to
    ├── RunCancelled              .result: what was finished by then
    ├── StoreError                the file that keeps the runs
    │   └── ResultFileError       a file that one result was saved to        (also ValueError)
    ├── ProtocolError             a message between kernel and view
    └── UploadException           .status_code: the annotation service does not do what was asked

A message says what was wrong, what was found, and what to do.
"""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from traceback import extract_tb, format_list
from typing import Final, Literal, TypeAlias

UnavailableKind: TypeAlias = Literal["rate_limited", "server_error", "connection", "timeout"]
RefusedKind: TypeAlias = Literal["authentication", "model", "quota", "content_filter", "bad_request"]

_KINDS_THAT_STOP_A_RUN: Final[frozenset[RefusedKind]] = frozenset({"authentication", "model", "quota"})


class RagasNbError(Exception):
    """Anything that ragas_nb raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the way to the call and the message; our own frames would bury it."""
        ours = str(Path(__file__).parent)
        way = takewhile(lambda frame: not frame.filename.startswith(ours), extract_tb(self.__traceback__))
        shown = [frame for frame in way if "IPython" not in Path(frame.filename).parts]
        return [*map(str.rstrip, format_list(shown)), f"\x1b[31m{type(self).__name__}\x1b[0m: {self}"]

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to pickle the error: its message and its attributes, whatever its constructor takes."""
        return _rebuild, (type(self), self.args), dict(self.__dict__)


def _rebuild(kind: type[RagasNbError], args: tuple[object, ...]) -> RagasNbError:
    """Make a pickled error again without its constructor; pickle itself sets the attributes."""
    return kind.__new__(kind, *args)


class DatasetError(RagasNbError, ValueError):
    """The data cannot be read: a column, a type, a value; row and column are named."""


class PlanError(RagasNbError, ValueError):
    """A metric cannot run on these samples."""


class ConfigurationError(RagasNbError):
    """Something has to be set up or installed first; the message names the fix."""


class JudgeError(RagasNbError):
    """A judge gave no usable answer.

    `step` is the step that asked; `attempts` are the requests made for it, oldest first. Where the error
    ended a run, `result` holds the scores that were finished by then.
    """

    result: object | None = None

    @property
    def stops_run(self) -> bool:
        """Whether every other job would fail for the same reason."""
        return False

    def __init__(self, message: str, *, step: str | None = None, attempts: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.step = step
        self.attempts = attempts


class JudgeUnavailable(JudgeError):
    """The judge could not be reached, or was too busy, after all retries.

    `retry_after` is the number of seconds that the server asked to wait, where it said so; `overloaded` when
    the server has too much to do (429, 503), so that fewer requests would help.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: UnavailableKind,
        retry_after: float | None = None,
        overloaded: bool = False,
        step: str | None = None,
        attempts: tuple[object, ...] = (),
    ) -> None:
        super().__init__(message, step=step, attempts=attempts)
        self.kind: UnavailableKind = kind
        self.retry_after = retry_after
        self.overloaded = overloaded or kind == "rate_limited"
        self.never_reached = False
        """Set where no request of the run has ever reached the server."""

    @property
    def stops_run(self) -> bool:
        """Whether every other job would fail for the same reason."""
        return self.never_reached


class JudgeRefused(JudgeError):
    """The judge declined the request; asking again would not help.

    >>> JudgeRefused("no such model", kind="model").stops_run
    True
    >>> JudgeRefused("filtered", kind="content_filter").stops_run
    False
    """

    def __init__(
        self,
        message: str,
        *,
        kind: RefusedKind,
        step: str | None = None,
        attempts: tuple[object, ...] = (),
    ) -> None:
        super().__init__(message, step=step, attempts=attempts)
        self.kind: RefusedKind = kind

    @property
    def stops_run(self) -> bool:
        """Whether every other job would be refused for the same reason."""
        return self.kind in _KINDS_THAT_STOP_A_RUN


class JudgeOutputInvalid(JudgeError):
    """The judge answered, but not in the form that was asked for; `raw` is its answer."""

    def __init__(
        self, message: str, *, raw: str, step: str | None = None, attempts: tuple[object, ...] = ()
    ) -> None:
        super().__init__(message, step=step, attempts=attempts)
        self.raw = raw


class BudgetReached(RagasNbError):
    """The run has spent what it was allowed to; what is scored stays."""


class RunCancelled(RagasNbError):
    """The run was cancelled; `result` holds the scores that were finished by then."""

    def __init__(self, message: str, *, result: object) -> None:
        super().__init__(message)
        self.result = result


class StoreError(RagasNbError):
    """The file that keeps the runs cannot be read or written."""


class ResultFileError(StoreError, ValueError):
    """The file of a saved result cannot be read or written; the path is named."""


class ProtocolError(RagasNbError):
    """A message between kernel and view is not one that this version knows."""


class UploadException(RagasNbError):
    """The annotation service does not do what was asked.

    `status_code` is the HTTP status of its reply; None where there was no reply.
    """

    def __init__(self, status_code: int | None, message: str) -> None:
        super().__init__(message)
        self.status_code = status_code
