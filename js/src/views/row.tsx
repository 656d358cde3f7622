// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { sameBeside } from "../beside";
import { sameRow, statusAt } from "../blocks";
import type { RowText } from "../protocol";
import type { State } from "../state";
import type { Texts } from "../texts";
import { Cell } from "./cells";
import type { Column } from "./columns";
import { ROW_HEIGHT } from "./virtual";

interface RowProps {
  state: State;
  columns: readonly Column[];
  row: number;
  position: number;
  /** The column where the Tab key stops in this row. */
  stop: number | null;
  text: RowText | undefined;
  more: Texts["more"];
  selected: boolean;
  /** Whether it is the row in the panel. */
  open: boolean;
}

/** One sample in the grid; drawn again only when something in it has changed. */
export function Row(props: RowProps) {
  const drawn = useRef<{ props: RowProps; result: VNode } | null>(null);
  if (drawn.current === null || !same(drawn.current.props, props)) {
    drawn.current = { props, result: draw(props) };
  }
  return drawn.current.result;
}

function same(a: RowProps, b: RowProps): boolean {
  return (
    a.row === b.row &&
    a.position === b.position &&
    a.stop === b.stop &&
    a.text === b.text &&
    a.selected === b.selected &&
    a.open === b.open &&
    a.columns === b.columns &&
    a.state.totals.state === b.state.totals.state &&
    a.state.marks.get(a.row) === b.state.marks.get(a.row) &&
    sameRow(a.state.scores, b.state.scores, a.row) &&
    sameBeside(a.state, b.state, a.row)
  );
}

function draw({ state, columns, row, position, stop, text, more, selected, open }: RowProps) {
  const waiting = state.metrics.every((_, m) => statusAt(state.scores, row, m) === 0);
  return (
    <div
      class={`rnb-r${waiting ? " rnb-waiting" : ""}`}
      role="row"
      aria-rowindex={position + 2}
      aria-selected={selected}
      aria-current={open ? "true" : undefined}
      data-row={row}
      style={{ transform: `translateY(${position * ROW_HEIGHT}px)` }}
    >
      {columns.map((column, index) => (
        <Cell
          key={column.key}
          column={column}
          index={index}
          state={state}
          row={row}
          text={text}
          more={text && column.kind === "field" ? more(text, column.label) : undefined}
          stop={index === stop}
        />
      ))}
    </div>
  );
}
