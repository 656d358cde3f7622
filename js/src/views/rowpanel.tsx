import { useLayoutEffect, useRef } from "preact/hooks";
import { statusAt, valueAt } from "../blocks";
import { labelOf } from "../labels";
import type { Fact, Job, RowDetail, RowText } from "../protocol";
import { STATUSES } from "../protocol";
import { closeRow } from "../selection";
import type { State } from "../state";
import { Button } from "./button";
import { Facts } from "./facts";
import { IN_GRID } from "./focus";
import { JobLine } from "./job";
import { Marks } from "./marks";
import { RowSteps } from "./rowsteps";
import { isConnected, type Scene } from "./scene";

/** One sample in full: what was asked and answered, and how each metric judged it. */
export function RowPanel({ scene, state, row }: { scene: Scene; state: State; row: number }) {
  const { view, store } = scene;
  store.texts.version.value;
  const text = store.texts.get(row);
  const found = scene.detail.row.value;
  const detail = found !== null && found.row === row ? found : null;
  const name = `Row ${detail?.sample_id ?? text?.sample_id ?? row}`;
  const body = useKeptScroll(scene);
  const close = () => closeRow(view);
  return (
    <aside class="rnb-panel" aria-label={name} onKeyDown={(event) => closeOnEscape(event, close)}>
      <div class="rnb-ph">
        <h3 class="rnb-t">{name}</h3>
        <RowSteps scene={scene} row={row} />
        <span class="rnb-mid" />
        <Button
          label="Markdown"
          pressed={view.markdown.value}
          title="Read long texts as Markdown"
          onClick={() => {
            view.markdown.value = !view.markdown.value;
          }}
        />
        <Button label="Close (Esc)" icon="x" bare onClick={close} />
      </div>
      <section
        ref={body.ref}
        class="rnb-pb"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key
        tabIndex={0}
        aria-label="Sample and scores"
        onScroll={body.onScroll}
      >
        <Facts view={view} facts={detail?.facts ?? factsOf(text)} />
        <Marks state={state} row={row} />
        <Jobs scene={scene} state={state} row={row} detail={detail} />
        {detail === null && <Missing scene={scene} />}
      </section>
    </aside>
  );
}

function Jobs({
  scene,
  state,
  row,
  detail,
}: {
  scene: Scene;
  state: State;
  row: number;
  detail: RowDetail | null;
}) {
  const jobs = state.metrics.map((metric, m) => ({
    metric,
    job: detail?.jobs.find((job) => job.metric === metric.name) ?? jobOf(state, m, row),
  }));
  const failedFirst = [...jobs].sort((a, b) => +(b.job.status === "failed") - +(a.job.status === "failed"));
  const first = failedFirst[0]?.metric.name;
  return (
    <>
      {failedFirst.map(({ metric, job }) => (
        <JobLine
          key={metric.name}
          scene={scene}
          state={state}
          row={row}
          metric={metric}
          job={job}
          opened={metric.name === first || job.status === "failed"}
        />
      ))}
    </>
  );
}

/** Why the steps are not there (yet). */
function Missing({ scene }: { scene: Scene }) {
  const problem = scene.detail.problem.value;
  if (!isConnected(scene)) return <p class="rnb-hint">The steps need the kernel: run the cell again.</p>;
  if (problem !== null) return <p class="rnb-hint rnb-err">{problem}</p>;
  return null;
}

/** What is known of a sample before its details arrive. */
function factsOf(text: RowText | undefined): Fact[] {
  if (text === undefined) return [];
  return [
    { name: "user_input", text: text.user_input, texts: null },
    { name: "response", text: text.response, texts: null },
  ];
}

/** What is known of a job before its details arrive. */
function jobOf(state: State, m: number, row: number): Job {
  const status = STATUSES[statusAt(state.scores, row, m)] ?? "pending";
  const column = state.metrics[m];
  const number = status === "scored" ? valueAt(state.scores, row, m) : null;
  const value = column && number !== null ? (labelOf(column, number) ?? number) : null;
  const metric = column?.name ?? "";
  return {
    metric,
    status,
    value,
    repeats: null,
    reason: null,
    error: null,
    steps: [],
    requests: 0,
    cost: null,
    seconds: 0,
  };
}

function closeOnEscape(event: KeyboardEvent, close: () => void): void {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  const root = event.currentTarget instanceof Element ? event.currentTarget.closest(".ragas-nb") : null;
  close();
  root?.querySelector<HTMLElement>(IN_GRID)?.focus({ preventScroll: true });
}

/** The panel starts where the last view left it; a new row starts at the top. */
function useKeptScroll({ view }: Scene) {
  const ref = useRef<HTMLElement>(null);
  const of = useRef(view.open.peek());
  useLayoutEffect(() => {
    if (ref.current) ref.current.scrollTop = view.panelTop;
  }, [view]);
  useLayoutEffect(() => {
    const row = view.open.peek();
    if (row === of.current || ref.current === null) return;
    of.current = row;
    ref.current.scrollTop = 0;
  });
  const onScroll = () => {
    view.panelTop = ref.current?.scrollTop ?? 0;
  };
  return { ref, onScroll };
}
