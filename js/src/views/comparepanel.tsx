import { diffWords } from "diff";
import { useMemo } from "preact/hooks";
import { changeAt, isShared } from "../beside";
import { statusAt, valueAt } from "../blocks";
import * as format from "../format";
import { labelOf } from "../labels";
import type { Job, MetricColumn, RowDetail } from "../protocol";
import { ABSENT, STATUSES } from "../protocol";
import { closeRow } from "../selection";
import type { RunBeside, State } from "../state";
import { isOpen, setFold } from "../view";
import { sentence, whyOf } from "../words";
import { Button } from "./button";
import { StatusMark } from "./cells";
import { comparedIn } from "./comparetools";
import { Badge, Delta } from "./comparewords";
import { IN_GRID } from "./focus";
import { Icon } from "./icons";
import { RowSteps } from "./rowsteps";
import { isConnected, type Scene } from "./scene";
import { Steps } from "./steps";

/** How long two texts are looked at for what they have in common. */
const DIFF_MS = 100;

interface ComparePanelProps {
  scene: Scene;
  state: State;
  beside: RunBeside;
  row: number;
}

/** One sample in both runs: what was answered, word by word, and how each metric judged it. */
export function ComparePanel({ scene, state, beside, row }: ComparePanelProps) {
  const { view, store } = scene;
  store.texts.version.value;
  const text = store.texts.get(row);
  const [before, now] = [detailOf(scene.before.row.value, row), detailOf(scene.detail.row.value, row)];
  const name = `Row ${now?.sample_id ?? text?.sample_id ?? row}`;
  const matched = state.metrics.some((_, m) => statusAt(beside.scores, row, m) !== ABSENT);
  return (
    <aside
      class="rnb-two"
      aria-label={`${name} in both runs`}
      onKeyDown={(event) => closeOnEscape(event, scene)}
    >
      <div class="rnb-ph">
        <h3 class="rnb-t">{name}</h3>
        <RowSteps scene={scene} row={row} />
        <span class="rnb-asked rnb-t" title={text?.user_input}>
          {text?.user_input}
        </span>
        <Button label="Close (Esc)" icon="x" bare onClick={() => closeRow(view)} />
      </div>
      <section
        class="rnb-pb"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key
        tabIndex={0}
        aria-label="Responses and scores"
      >
        <Responses before={before} now={now} onlyB={!matched} />
        {state.metrics.map((metric, m) => (
          <Metric
            key={metric.name}
            scene={scene}
            state={state}
            beside={beside}
            row={row}
            m={m}
            metric={metric}
          />
        ))}
        <Missing scene={scene} before={before} now={now} matched={matched} />
      </section>
    </aside>
  );
}

const detailOf = (found: RowDetail | null, row: number) => (found?.row === row ? found : null);

function responseOf(detail: RowDetail | null): string | null {
  return detail?.facts.find(({ name }) => name === "response")?.text ?? null;
}

function Responses({
  before,
  now,
  onlyB,
}: {
  before: RowDetail | null;
  now: RowDetail | null;
  onlyB: boolean;
}) {
  const [a, b] = [responseOf(before), responseOf(now)];
  const parts = useMemo(
    () => (a === null || b === null ? undefined : diffWords(a, b, { timeout: DIFF_MS })),
    [a, b],
  );
  return (
    <div class="rnb-pair">
      <section class="rnb-side" aria-label="Response in A">
        <p class="rnb-hd">
          <Badge run="A" />
          <b>response</b>
          {a !== null && a === b && <span class="rnb-m">the same in both</span>}
        </p>
        {onlyB ? (
          <p class="rnb-m">Run A does not have this sample.</p>
        ) : (
          <p class="rnb-said">
            {parts?.map(({ added, removed, value }, i) =>
              added ? null : removed ? <del key={i}>{value}</del> : value,
            ) ?? a}
          </p>
        )}
      </section>
      <section class="rnb-side" aria-label="Response in B">
        <p class="rnb-hd">
          <Badge run="B" />
          <b>response</b>
        </p>
        <p class="rnb-said">
          {parts?.map(({ added, removed, value }, i) =>
            removed ? null : added ? <ins key={i}>{value}</ins> : value,
          ) ?? b}
        </p>
      </section>
    </div>
  );
}

interface MetricProps extends ComparePanelProps {
  metric: MetricColumn;
  m: number;
}

/** One metric on the sample: both scores and the change, and below it how they came about. */
function Metric({ scene, state, beside, row, metric, m }: MetricProps) {
  const { view } = scene;
  const shared = isShared(state, m);
  const fold = `change:${metric.name}`;
  const compared = comparedIn(scene);
  const first = state.metrics.some(({ name }) => name === compared) ? compared : state.metrics[0]?.name;
  const open = isOpen(view, fold, metric.name === first);
  const jobIn = (detail: RowDetail | null) =>
    detailOf(detail, row)?.jobs.find((job) => job.metric === metric.name) ?? null;
  return (
    <div class="rnb-mt">
      <button type="button" class="rnb-mh" aria-expanded={open} onClick={() => setFold(view, fold, !open)}>
        <Icon name={open ? "down" : "right"} />
        <span class="rnb-nm rnb-t">{metric.name}</span>
        <span class="rnb-from">
          {shared && <ScoreIn letter="A" of={beside} metric={metric} m={m} row={row} />}
          {shared && <span aria-hidden="true">→</span>}
          <ScoreIn letter="B" of={state} metric={metric} m={m} row={row} />
          {shared && <Delta metric={metric} change={changeAt(state, row, m)} />}
        </span>
      </button>
      {open && (
        <div class="rnb-pair">
          <JobSide letter="A" metric={metric} job={jobIn(scene.before.row.value)} state={beside} />
          <JobSide letter="B" metric={metric} job={jobIn(scene.detail.row.value)} state={state} />
        </div>
      )}
    </div>
  );
}

interface ScoreInProps {
  letter: "A" | "B";
  of: Pick<State, "scores" | "totals">;
  metric: MetricColumn;
  m: number;
  row: number;
}

function ScoreIn({ letter, of, metric, m, row }: ScoreInProps) {
  const status = statusAt(of.scores, row, m);
  const word = STATUSES[status];
  const value = valueAt(of.scores, row, m);
  return (
    <span class={letter === "A" ? "rnb-m" : undefined}>
      <span class="rnb-sr">{letter} </span>
      {word === undefined && "–"}
      {word === "scored" && (labelOf(metric, value) ?? format.score(value))}
      {word !== undefined && word !== "scored" && <StatusMark status={word} run={of.totals.state} />}
    </span>
  );
}

interface JobSideProps {
  letter: "A" | "B";
  metric: MetricColumn;
  job: Job | null;
  state: Pick<State, "totals">;
}

/** How one run came to its score. */
function JobSide({ letter, metric, job, state }: JobSideProps) {
  return (
    <section class="rnb-side" aria-label={`${metric.name} in ${letter}`}>
      {job !== null && (
        <>
          {job.error !== null && (
            <p class="rnb-err">
              {job.error.error}: {job.error.message}
            </p>
          )}
          {job.error === null && job.reason !== null && <p class="rnb-why">{job.reason}</p>}
          {job.error === null && job.reason === null && job.status !== "scored" && (
            <p class="rnb-why">{sentence(whyOf(job.status, state.totals.state, undefined))}</p>
          )}
          <Steps steps={job.steps} />
          {job.status === "scored" && job.steps.length === 0 && job.reason === null && (
            <p class="rnb-why">Computed, nothing was asked.</p>
          )}
        </>
      )}
    </section>
  );
}

interface MissingProps {
  scene: Scene;
  before: RowDetail | null;
  now: RowDetail | null;
  matched: boolean;
}

/** Why the texts and steps are not there (yet). */
function Missing({ scene, before, now, matched }: MissingProps) {
  if (now !== null && (before !== null || !matched)) return null;
  const problem = scene.detail.problem.value ?? scene.before.problem.value;
  if (!isConnected(scene)) return <p class="rnb-hint">The steps need the kernel: run the cell again.</p>;
  return problem === null ? null : <p class="rnb-hint rnb-err">{problem}</p>;
}

function closeOnEscape(event: KeyboardEvent, { view }: Scene): void {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  const root = event.currentTarget instanceof Element ? event.currentTarget.closest(".ragas-nb") : null;
  closeRow(view);
  root?.querySelector<HTMLElement>(IN_GRID)?.focus({ preventScroll: true });
}
