"""The `%ragas` magic: evaluate a frame, list, show and cancel runs, without leaving the line."""

from __future__ import annotations

import ast
from keyword import iskeyword
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from ragas_nb.engine.limits import KEEP, Keep
from ragas_nb.engine.loop import wait_for
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import RagasNbError
from ragas_nb.metrics import names
from ragas_nb.metrics.catalogue import Entry, catalogue
from ragas_nb.notebook.commands import COMMANDS, Told
from ragas_nb.notebook.display import runs_of
from ragas_nb.preparing import prepare
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run

OPTIONS = (
    "--llm",
    "--embeddings",
    "--budget",
    "--name",
    "--repeats",
    "--resume",
    "--store",
    "--rpm",
    "--tpm",
    "--out",
    "--wait",
)


@magics_class
class RagasMagics(Magics):
    """`%ragas` and `%%ragas`."""

    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        help="The data (a variable or an expression without blanks) and metric names; or a command: runs, "
        "show [run], load run, pause [run], resume [run], cancel [run], retry [kind] [run], limit n [run], "
        "budget +x [run], metrics. In %%%%ragas all words are metrics, and the data is the cell's last "
        "expression.",
    )
    @argument("--llm", help="The judge: a model name, 'offline', or a variable.")
    @argument("--embeddings", help="The embedder: a model name, 'offline', or a variable.")
    @argument("--budget", type=float, help="Dollars that may be spent.")
    @argument("--name", help="The run's name.")
    @argument("--repeats", type=int, default=1, help="How often each score is asked for.")
    @argument(
        "--resume",
        choices=("auto", "never", "ask"),
        default="auto",
        help="Whether to go on with the same run where it stopped.",
    )
    @argument("--store", help="The file that keeps runs, or 'none'.")
    @argument("--rpm", help="Requests per minute, at most; 'none' for no limit.")
    @argument("--tpm", help="Tokens per minute, at most; 'none' for no limit.")
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
        %ragas runs | show | pause | resume | cancel | retry | limit 8 | budget +1 | metrics
        """
        args = parse_argstring(self.ragas, line)
        try:
            if cell is None and args.words and args.words[0] not in self._variables():
                if args.words[0] == "metrics":
                    return _metrics_table()
                if args.words[0] in COMMANDS:
                    return self._command(args)
            return self._evaluate(args, cell)
        except (RagasNbError, ValueError) as error:
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
            run_config=_limits(args),
            repeats=args.repeats,
            resume=args.resume,
            store=_store(args.store),
            blocking=args.wait,
        )
        self._keep(args.out, run)
        if not args.wait:
            run.start()
        run.show()
        if args.wait:
            wait_for(run.finish)
        return run

    def _command(self, args: Any) -> Any:
        self._check_variable(args.out)
        command, *words = args.words
        told = Told(
            words=tuple(str(_unquoted(word)) for word in words),
            store=_store(args.store),
            requests_per_minute=_per_minute("--rpm", args.rpm),
            tokens_per_minute=_per_minute("--tpm", args.tpm),
        )
        found = COMMANDS[command](dict(self._runs()), told)
        self._keep(args.out, found)
        return found

    def _keep(self, name: str | None, found: object) -> None:
        if name and isinstance(found, RecordedRun):
            self._variables()[name] = found

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


def _store(text: str | None) -> str | None:
    """Where runs are kept: "auto" unless said otherwise, None for `none`."""
    text = _unquoted(text)
    return "auto" if text is None else None if text.lower() == "none" else text


def _limits(args: Any) -> RunConfig | None:
    """The limits that were typed; None where none was."""
    if args.rpm is None and args.tpm is None:
        return None
    return RunConfig().limited(
        requests_per_minute=_per_minute("--rpm", args.rpm), tokens_per_minute=_per_minute("--tpm", args.tpm)
    )


def _per_minute(option: str, text: str | None) -> float | Keep | None:
    """A limit as it was typed: a number, or `none`."""
    if text is None or text.lower() == "none":
        return KEEP if text is None else None
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{option} takes a number or 'none', not {text!r}.") from None


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
    offered = [*names(), *OPTIONS, *((*COMMANDS, "metrics") if first else ())]
    return [word for word in offered if word.startswith(symbol)]


def load(shell: InteractiveShell) -> None:
    """Register the magic and its completion."""
    shell.register_magics(RagasMagics)
    shell.set_hook("complete_command", _complete, str_key="%ragas")
    shell.set_hook("complete_command", _complete, str_key="%%ragas")
