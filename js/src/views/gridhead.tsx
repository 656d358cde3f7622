// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import { nextSort } from "../select";
import { HEAD, type View } from "../view";
import { type Column, isText } from "./columns";
import { groupsOf } from "./comparecolumns";
import { Icon } from "./icons";
import { Edge } from "./resize";

interface GridHeadProps {
  view: View;
  columns: readonly Column[];
  /** The column where the Tab key stops in the head. */
  stop: number | null;
}

/** The row of column heads; those with an order are buttons. */
export function GridHead({ view, columns, stop }: GridHeadProps) {
  return (
    <div class="rnb-r rnb-rh" role="row" aria-rowindex={1}>
      {groupsOf(columns).map(({ name, from, span }) => (
        <span
          key={`group ${from}`}
          class="rnb-group rnb-t"
          style={{ gridColumn: `${from + 1} / span ${span}` }}
          aria-hidden="true"
        >
          {name}
        </span>
      ))}
      {columns.map((column, index) => (
        <Head key={column.key} view={view} column={column} index={index} stop={stop === index} />
      ))}
    </div>
  );
}

interface HeadProps {
  view: View;
  column: Column;
  index: number;
  stop: boolean;
}

function Head({ view, column, index, stop }: HeadProps) {
  const sort = view.sort.value;
  const { sort: by, kind, label, short } = column;
  const change = kind === "change";
  const on = sort !== null && sort.by === by && sort.change === change;
  const tabIndex = stop ? 0 : -1;
  const name = short === undefined ? undefined : label;
  return (
    <div
      class={`rnb-c${isText(column) ? "" : " rnb-num"}${on ? " rnb-on" : ""}${name ? ` rnb-${kind}` : ""}`}
      style={{ gridColumn: index + 1 }}
      role="columnheader"
      aria-label={name}
      aria-colindex={index + 1}
      aria-sort={by === null ? undefined : on ? (sort.down ? "descending" : "ascending") : "none"}
      tabIndex={by === null ? tabIndex : undefined}
    >
      {by === null ? (
        <span class={kind === "mark" ? "rnb-sr" : "rnb-t"}>{short ?? label}</span>
      ) : (
        <button
          type="button"
          tabIndex={tabIndex}
          title={`Sort by ${kind === "cost" ? "cost" : label}`}
          aria-label={name}
          onClick={() => {
            view.sort.value = nextSort(view.sort.value, by, change);
            view.cursor.value = { row: HEAD, column: column.key };
          }}
        >
          {on && <Icon name={sort.down ? "down" : "up"} small />}
          <span class="rnb-h">{short ?? breakable(label)}</span>
        </button>
      )}
      {kind !== "mark" && <Edge view={view} column={column} />}
    </div>
  );
}

/** A name that may be broken after each underscore. */
function breakable(name: string) {
  return name.split("_").map((part, i, parts) =>
    i < parts.length - 1 ? (
      <span key={i}>
        {part}_<wbr />
      </span>
    ) : (
      part
    ),
  );
}
