import type { State } from "../state";
import { toggleColumn, toggleField } from "../view";
import { CheckBox } from "./checkbox";
import { allColumns } from "./columns";
import type { Scene } from "./scene";

/** Which columns the grid has. */
export function ColumnChooser({ scene: { view }, state }: { scene: Scene; state: State }) {
  const { fields } = state;
  return (
    <fieldset class="rnb-checks" aria-label="Columns">
      {allColumns(state, fields).map((column) => {
        const { kind, key, label } = column;
        const isField = kind === "field";
        return (
          <CheckBox
            key={key}
            label={label}
            checked={isField ? view.fields.value.includes(label) : !view.hidden.value.has(key)}
            disabled={kind === "id"}
            onChange={() => (isField ? toggleField(view, label, fields) : toggleColumn(view, key))}
          />
        );
      })}
    </fieldset>
  );
}
