// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import { nextSort } from "../select";
import { HEAD, type View } from "../view";
import type { Column } from "./columns";
import { Icon } from "./icons";

/** The row of column heads; those with an order are buttons. */
export function GridHead({
  view,
  columns,
  stop,
}: {
  view: View;
  columns: readonly Column[];
  stop: number | null;
}) {
  const sort = view.sort.value;
  return (
    <div class="rnb-r rnb-rh" role="row" aria-rowindex={1}>
      {columns.map((column, index) => {
        const on = sort !== null && sort.by === column.sort;
        const text = column.kind === "user_input" || column.kind === "response";
        const tabIndex = stop === index ? 0 : -1;
        const by = column.sort;
        return (
          <div
            key={column.label}
            class={`rnb-c${text ? "" : " rnb-num"}${on ? " rnb-on" : ""}`}
            role="columnheader"
            aria-colindex={index + 1}
            aria-sort={on ? (sort.down ? "descending" : "ascending") : "none"}
            tabIndex={by === null ? tabIndex : undefined}
          >
            {by === null ? (
              column.label
            ) : (
              <button
                type="button"
                tabIndex={tabIndex}
                title={`Sort by ${column.kind === "cost" ? "cost" : column.label}`}
                onClick={() => {
                  view.sort.value = nextSort(view.sort.value, by);
                  view.cursor.value = { row: HEAD, column: column.label };
                }}
              >
                {on && <Icon name={sort.down ? "down" : "up"} small />}
                <span class="rnb-h">{breakable(column.label)}</span>
              </button>
            )}
          </div>
        );
      })}
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
