"""The `%ragas` magic: evaluate a frame, list, show and cancel runs, without leaving the line."""

from __future__ import annotations

import ast
from keyword import iskeyword
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from ragas_nb.api import prepare
from ragas_nb.engine.loop import wait_for
from ragas_nb.errors import RagasNbError
from ragas_nb.metrics import names
from ragas_nb.metrics.catalogue import Entry, catalogue
from ragas_nb.notebook.display import runs_of
from ragas_nb.run import Run

COMMANDS = ("runs", "show", "cancel", "metrics")
OPTIONS = ("--llm", "--embeddings", "--budget", "--name", "--out", "--wait")


@magics_class
class RagasMagics(Magics):
    """`%ragas` and `%%ragas`."""

    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        help="The data (a variable or an expression without blanks) and metric names; or one of: runs, "
        "show [run], cancel [run], metrics. In %%%%ragas all words are metrics, and the data is the cell's "
        "last expression.",
    )
    @argument("--llm", help="The judge: a model name, 'offline', or a variable.")
    @argument("--embeddings", help="The embedder: a model name, 'offline', or a variable.")
    @argument("--budget", type=float, help="Dollars that may be spent.")
    @argument("--name", help="The run's name.")
    @argument("--out", help="A variable for the run.")
    @argument(
        "--wait",
        action="store_true",
        help="Wait until the run has ended (for notebooks that run unattended).",
    )
    @line_cell_magic
    def ragas(self, line: str, cell: str | None = None) -> Any:
        """Evaluate answers live in this cell.

        %ragas df faithfulness answer_relevancy --llm gpt-4o-mini --budget 2 --out run
        %ragas runs | show | cancel | metrics
        """
        args = parse_argstring(self.ragas, line)
        try:
            if (
                cell is None
                and args.words
                and args.words[0] in COMMANDS
                and args.words[0] not in self._variables()
            ):
                return self._command(*args.words)
            return self._evaluate(args, cell)
        except RagasNbError as error:
            raise UsageError(f"{type(error).__name__}: {error}") from None

    def _evaluate(self, args: Any, cell: str | None) -> Run:
        words = list(args.words)
        if cell is not None:
            data = self._last_value(cell)
        elif words:
            data = self._value(words.pop(0))
        else:
            raise UsageError(
                "%ragas needs data: `%ragas df faithfulness --llm gpt-4o-mini`. See %ragas? for all."
            )
        self._check_variable(args.out)
        run = prepare(
            data,
            words or None,
            llm=self._who(args.llm),
            embeddings=self._who(args.embeddings),
            name=_unquoted(args.name),
            budget=args.budget,
            blocking=args.wait,
        )
        if args.out:
            self._variables()[args.out] = run
        if not args.wait:
            run.start()
        run.show()
        if args.wait:
            wait_for(run.finish)
        return run

    def _command(self, command: str, *which: str) -> Any:
        if command == "metrics":
            return _metrics_table()
        if command == "runs":
            return self._table()
        runs = self._chosen(which[0] if which else None, all_running=command == "cancel")
        for run in runs:
            if command == "cancel":
                run.cancel()
            else:
                run.show()
        return None

    def _table(self) -> Any:
        import pandas as pd

        rows = [
            (
                run.run_id,
                run.name,
                run.status,
                run.state.settled_samples_in_all(),
                len(run),
                run.state.total.cost,
            )
            for run in self._runs().values()
        ]
        return pd.DataFrame(rows, columns=["run_id", "name", "status", "settled", "samples", "cost"])

    def _chosen(self, which: str | None, *, all_running: bool) -> list[Run]:
        """The runs with this id or name; without one the last run, or all that are running."""
        runs = list(self._runs().values())
        if which is None:
            chosen = [run for run in runs if not run.ended] if all_running else runs[-1:]
        else:
            chosen = [run for run in runs if which in (run.run_id, run.name)]
        if not chosen and not (which is None and all_running):
            if not runs:
                raise UsageError("No run is here yet: start one with `%ragas df faithfulness`.")
            known = ", ".join(f"{run.run_id} ({run.name})" for run in runs)
            raise UsageError(f"No run {which!r} here; runs of this kernel: {known}.")
        return chosen

    # ── the user's variables ──

    def _shell(self) -> InteractiveShell:
        if self.shell is None:
            raise UsageError("%ragas works in IPython and Jupyter only.")
        return self.shell

    def _variables(self) -> dict[str, Any]:
        variables: dict[str, Any] = self._shell().user_ns
        return variables

    def _runs(self) -> Any:
        return runs_of(self._shell())

    def _check_variable(self, name: str | None) -> None:
        if name is not None and (not name.isidentifier() or iskeyword(name)):
            raise UsageError(f"--out takes the name of a variable, as in --out run; found {name!r}.")

    def _who(self, text: str | None) -> Any:
        """A variable of this name where there is one, else the text itself."""
        return self._variables().get(text, _unquoted(text)) if text is not None else None

    def _value(self, expression: str) -> Any:
        try:
            return eval(expression, self._variables())  # noqa: S307  the user's own line
        except Exception as error:  # noqa: BLE001  whatever the user's expression raises
            hint = f" {expression!r} is a metric: name the data first." if expression in names() else ""
            raise UsageError(
                f"The data {expression!r} cannot be read: {type(error).__name__}: {error}.{hint}"
            ) from None

    def _last_value(self, cell: str) -> Any:
        """Run the cell; the value of its last expression is the data."""
        body = ast.parse(self._shell().transform_cell(cell), "<%%ragas>").body
        if not body or not isinstance(body[-1], ast.Expr):
            raise UsageError("The last line of a %%ragas cell must be an expression: the data to evaluate.")
        variables = self._variables()
        exec(compile(ast.Module(body[:-1], []), "<%%ragas>", "exec"), variables)  # noqa: S102  the user's own cell
        return eval(compile(ast.Expression(body[-1].value), "<%%ragas>", "eval"), variables)  # noqa: S307


def _unquoted(text: str | None) -> str | None:
    """A magic's word without the quotes around it, which IPython leaves on."""
    return text[1:-1] if text and len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _metrics_table() -> Any:
    """Every metric that has a name: whom it asks, what it reads, what it tells."""
    import pandas as pd

    class Table(pd.DataFrame):
        """A frame of sentences: all of them is shown, from the left."""

        def _repr_html_(self) -> str:
            with pd.option_context("display.max_colwidth", None, "display.max_rows", None):
                html = str(super()._repr_html_())  # type: ignore[misc]  # pandas-stubs do not know it
            return html.replace("<td>", '<td style="text-align: left">').replace(
                "<th>", '<th style="text-align: left">'
            )

    rows = [
        (
            " = ".join(entry.names),
            ", ".join(entry.asks) or "nobody",
            ", ".join(entry.fields if entry.fields is not None else entry.conversation_fields or ()),
            "questions" if entry.conversation_fields is None else _both(entry),
            entry.tells,
        )
        for entry in catalogue()
    ]
    frame = pd.DataFrame(rows, columns=["metric", "asks", "fields", "scores", "tells"])
    return Table(frame.set_index("metric"))


def _both(entry: Entry) -> str:
    return "conversations" if entry.fields is None else "questions, conversations"


def _complete(_shell: InteractiveShell, event: Any) -> list[str]:
    """Metric names, commands and options after `%ragas`."""
    words = event.line.split()
    first = len(words) <= 1 or (len(words) == 2 and not event.line.endswith(" "))
    symbol = event.symbol
    offered = [*names(), *OPTIONS, *(COMMANDS if first else ())]
    return [word for word in offered if word.startswith(symbol)]


def load(shell: InteractiveShell) -> None:
    """Register the magic and its completion."""
    shell.register_magics(RagasMagics)
    shell.set_hook("complete_command", _complete, str_key="%ragas")
    shell.set_hook("complete_command", _complete, str_key="%%ragas")
