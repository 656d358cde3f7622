// Which rows to show, said in a form; what is typed holds at once.
import { useState } from "preact/hooks";
import { chosenBins, type Limits, limitsOf, toggleBins, toggleTag, withLimit } from "../filter";
import type { MetricColumn } from "../protocol";
import type { State, Tally } from "../state";
import { CheckBox } from "./checkbox";
import { ClearFilters } from "./clearfilters";
import { numberOf } from "./field";
import type { Scene } from "./scene";

interface FilterFormProps {
  scene: Scene;
  state: State;
}

export function FilterForm({ scene, state }: FilterFormProps) {
  const { filter } = scene.view;
  const toggle = (kind: "failed" | "undefined") => () => {
    filter.value = { ...filter.value, [kind]: !filter.value[kind] };
  };
  return (
    <div class="rnb-form rnb-filter">
      <div class="rnb-range rnb-m" aria-hidden="true">
        <span />
        <span>from</span>
        <span>to</span>
      </div>
      {state.metrics.map((metric, m) =>
        metric.labels === null ? (
          <Range key={metric.name} scene={scene} column={metric.name} hints={metric} />
        ) : (
          <Labels key={metric.name} scene={scene} metric={metric} tally={state.tallies[m]} />
        ),
      )}
      <Range scene={scene} column="cost" unit=", $" hints={{ low: null, high: null }} />
      <div class="rnb-checks rnb-across">
        <CheckBox
          label="Failed"
          n={state.failedRows}
          checked={filter.value.failed}
          onChange={toggle("failed")}
        />
        <CheckBox
          label="Undefined"
          n={state.undefinedRows}
          checked={filter.value.undefined}
          onChange={toggle("undefined")}
        />
      </div>
      <Tags scene={scene} state={state} />
      <div class="rnb-line rnb-ends">
        <ClearFilters scene={scene} />
      </div>
    </div>
  );
}

interface RangeProps {
  scene: Scene;
  column: string;
  unit?: string;
  /** What an empty end means. */
  hints: Limits;
}

/** The lowest and the highest that a column may be. */
function Range({ scene, column, unit = "", hints }: RangeProps) {
  return (
    <fieldset class="rnb-range" aria-label={column}>
      <span class="rnb-t" title={column}>
        {column}
        {unit}
      </span>
      <Limit scene={scene} column={column} end="low" hint={hints.low} />
      <Limit scene={scene} column={column} end="high" hint={hints.high} />
    </fieldset>
  );
}

interface LimitProps {
  scene: Scene;
  column: string;
  end: keyof Limits;
  hint: number | null;
}

function Limit({ scene, column, end, hint }: LimitProps) {
  const { filter } = scene.view;
  const limit = limitsOf(filter.value, column)[end];
  const [typed, setTyped] = useState(limit === null ? "" : String(limit));
  const wanted = numberOf(typed);
  const isNumber = wanted === null || Number.isFinite(wanted);
  // Somebody else has changed the limit: then what was typed here holds no more.
  if (isNumber && wanted !== limit) setTyped(limit === null ? "" : String(limit));
  const onInput = (text: string) => {
    setTyped(text);
    const value = numberOf(text);
    if (value === null || Number.isFinite(value)) {
      filter.value = withLimit(filter.value, column, end, value);
    }
  };
  return (
    <input
      type="text"
      inputMode="decimal"
      autocomplete="off"
      aria-label={`${column}, ${end === "low" ? "at least" : "at most"}`}
      aria-invalid={!isNumber}
      placeholder={hint === null ? "" : String(hint)}
      value={typed}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

interface LabelsProps {
  scene: Scene;
  metric: MetricColumn;
  tally: Tally | undefined;
}

/** The labels that a metric has found. */
function Labels({ scene, metric, tally }: LabelsProps) {
  const { filter } = scene.view;
  const chosen = chosenBins(filter.value, metric.name);
  return (
    <fieldset class="rnb-checks rnb-across" aria-label={metric.name}>
      <span class="rnb-t">{metric.name}</span>
      {metric.labels?.map((label, number) => (
        <CheckBox
          key={label}
          label={label}
          n={tally?.bins[number] ?? 0}
          checked={chosen.has(number)}
          onChange={() => {
            filter.value = toggleBins(filter.value, metric.name, [number]);
          }}
        />
      ))}
    </fieldset>
  );
}

/** The tags that people left, with how many rows have each. */
function Tags({ scene, state }: FilterFormProps) {
  const { filter } = scene.view;
  const counts = new Map<string, number>(filter.value.tags.map((tag) => [tag, 0]));
  for (const { tags } of state.marks.values())
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  if (counts.size === 0) return null;
  return (
    <fieldset class="rnb-checks rnb-across" aria-label="Tags">
      <span class="rnb-t">tags</span>
      {[...counts].sort().map(([tag, n]) => (
        <CheckBox
          key={tag}
          label={tag}
          n={n}
          checked={filter.value.tags.includes(tag)}
          onChange={() => {
            filter.value = toggleTag(filter.value, tag);
          }}
        />
      ))}
    </fieldset>
  );
}
