"""The wire between kernel and view: the only definition of every message.

Kernel → view messages are *updates*, view → kernel messages are *commands*; `js/src/protocol.ts` is generated
from here. All of them travel as custom messages, never as traits. NaN never travels in JSON; in a score
buffer the status beside it says whether there is a value.

Buffers, little-endian, in this order:

| message | buffers |
|---|---|
| `snapshot` | values `f32[metrics × rows]`, statuses `u8[metrics × rows]`, costs `f32[rows]`; |
| | with a run beside: its values `f32[metrics × rows]` and statuses `u8[metrics × rows]` |
| `batch` | of `spans`: metric, first row, rows `u32[3 × spans]`; values `f32[]`, statuses `u8[]` of all; |
| | of `cost_spans`: first row, rows `u32[2 × cost_spans]`; costs `f32[]` of all |
| `found` | rows `u32[rows]` |
| `file` | its content |

A snapshot is metric-major: the score of a row stands at `metric * rows + row`. Statuses are indexes into
`JobStatus`; of the run beside, `ABSENT` stands for a sample or a metric that it does not have. Of a metric
that finds texts or rankings, the values are indexes into its labels; of a job that failed, the value is the
index of its kind in `FailureKind`.
"""

from __future__ import annotations

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook.protocol.base import ABSENT, JobStatus, RunState, Wire
from ragas_nb.notebook.protocol.commands import (
    MOST_FIELDS,
    ROWS_IN_PAGE,
    ROWS_PER_PAGE,
    AddBudget,
    AskRows,
    AskTrace,
    Cancel,
    Command,
    Export,
    ExportFormat,
    Find,
    Hello,
    Look,
    Pause,
    Resume,
    Retry,
    SetLimit,
    Told,
    Viewed,
    command_adapter,
)
from ragas_nb.notebook.protocol.offline import Offline, OfflineText
from ragas_nb.notebook.protocol.rows import Attempt, Fact, Item, Job, JobError, RowText, Step
from ragas_nb.notebook.protocol.run import (
    Budget,
    Failures,
    Limits,
    MetricColumn,
    MetricSummary,
    NewLabel,
    Notice,
    RunInfo,
    Totals,
)
from ragas_nb.notebook.protocol.saved import Saved, SavedCell, SavedRow
from ragas_nb.notebook.protocol.updates import (
    Batch,
    Beside,
    CommandReply,
    File,
    Found,
    RowDetail,
    RowPage,
    Show,
    Snapshot,
    Update,
    update_adapter,
)
from ragas_nb.notebook.protocol.viewing import (
    Bins,
    Change,
    ChangeOf,
    Comparison,
    Condition,
    Filter,
    Mark,
    Sort,
    Viewing,
)
from ragas_nb.recorded import Order

__all__ = [
    "ABSENT",
    "MOST_FIELDS",
    "ROWS_IN_PAGE",
    "ROWS_PER_PAGE",
    "AddBudget",
    "AskRows",
    "AskTrace",
    "Attempt",
    "Batch",
    "Beside",
    "Bins",
    "Budget",
    "Cancel",
    "Change",
    "ChangeOf",
    "Command",
    "CommandReply",
    "Comparison",
    "Condition",
    "Export",
    "ExportFormat",
    "Fact",
    "FailureKind",
    "Failures",
    "File",
    "Filter",
    "Find",
    "Found",
    "Hello",
    "Item",
    "Job",
    "JobError",
    "JobStatus",
    "Limits",
    "Look",
    "Mark",
    "MetricColumn",
    "MetricSummary",
    "NewLabel",
    "Notice",
    "Offline",
    "OfflineText",
    "Order",
    "Pause",
    "Resume",
    "Retry",
    "RowDetail",
    "RowPage",
    "RowText",
    "RunInfo",
    "RunState",
    "Saved",
    "SavedCell",
    "SavedRow",
    "SetLimit",
    "Show",
    "Snapshot",
    "Sort",
    "Step",
    "Told",
    "Totals",
    "Update",
    "Viewed",
    "Viewing",
    "Wire",
    "command_adapter",
    "update_adapter",
]
