// What a person can tell the run, in its header: only what works now is there.
import { useRef } from "preact/hooks";
import * as format from "../format";
import { HELD_BACK } from "../orders";
import type { Order } from "../protocol";
import type { State } from "../state";
import { capital, isActive, KINDS } from "../words";
import { BudgetForm } from "./budgetform";
import { Button } from "./button";
import { IN_GRID, useKeptFocus } from "./focus";
import { LimitForm } from "./limitform";
import { Popover } from "./popover";
import { isConnected, isLive, type Scene } from "./scene";

interface ActionsProps {
  scene: Scene;
  state: State;
}

export function Actions({ scene, state }: ActionsProps) {
  const whole = useRef<HTMLFieldSetElement>(null);
  useKeptFocus(whole, "button:not([disabled])", IN_GRID);
  if (!isLive(scene) || scene.store.channel.link.value === "lost") return null;
  const { can } = state.totals;
  if (can.length === 0) return null;
  return (
    <fieldset ref={whole} class="rnb-orders" aria-label="Run">
      {(can.includes("pause") || can.includes("resume")) && <PauseButton scene={scene} state={state} />}
      {can.includes("cancel") && <CancelButton scene={scene} />}
      {can.includes("retry_failed") && <RetryButton scene={scene} state={state} />}
      {can.includes("add_budget") && <BudgetButton scene={scene} state={state} />}
      {can.includes("set_limit") && <LimitButton scene={scene} state={state} />}
    </fieldset>
  );
}

/** What a button says on hover: what it does, or why it does not work now. */
function titleOf(scene: Scene, does: string): string {
  if (isConnected(scene)) return does;
  return scene.store.channel.link.value === "busy" ? HELD_BACK : "Waiting for the kernel";
}

/** One button, so that the focus stays when Pause becomes Resume. */
function PauseButton({ scene, state }: ActionsProps) {
  const { totals, run } = state;
  const order: Order & ("pause" | "resume") = totals.can.includes("pause") ? "pause" : "resume";
  const busy = scene.orders.given.value === order;
  const settled = totals.scored + totals.failed + totals.undefined;
  const left = format.samples(run.samples - settled);
  const does =
    order === "pause"
      ? "Pause: requests in flight finish, no new ones are sent"
      : `Resume: ${left} left, nothing is asked twice`;
  const label = order === "pause" ? (busy ? "Pausing" : "Pause") : busy ? "Resuming" : "Resume";
  return (
    <Button
      label={label}
      icon={order === "pause" ? "pause" : "play"}
      title={titleOf(scene, does)}
      busy={busy}
      disabled={!isConnected(scene)}
      onClick={() => scene.orders.give({ type: order })}
    />
  );
}

function CancelButton({ scene }: { scene: Scene }) {
  const busy = scene.orders.given.value === "cancel";
  return (
    <Button
      label={busy ? "Cancelling" : "Cancel"}
      icon="stop"
      title={titleOf(scene, "Cancel the run: finished scores stay, it can be resumed")}
      busy={busy}
      disabled={!isConnected(scene)}
      onClick={() => scene.orders.give({ type: "cancel" })}
    />
  );
}

/** Asks again for what failed; where that was in several ways, a person may choose. */
function RetryButton({ scene, state }: ActionsProps) {
  const { failures } = state.totals;
  const n = failures.reduce((sum, { jobs }) => sum + jobs, 0);
  const title = titleOf(scene, `Ask again for ${format.count(n)} failed ${n === 1 ? "score" : "scores"}`);
  const retry = (kind: (typeof failures)[number]["kind"] | null) =>
    scene.orders.give({ type: "retry", kind, row: null, metric: null });
  const common = { label: "Retry failed", icon: "retry", n, title, disabled: !isConnected(scene) } as const;
  if (failures.length < 2) {
    return <Button {...common} busy={scene.orders.given.value === "retry"} onClick={() => retry(null)} />;
  }
  return (
    <Popover {...common} id={`${scene.uid}-retry`}>
      {(close) => {
        const chosen = (kind: Parameters<typeof retry>[0]) => () => {
          retry(kind);
          close();
        };
        return (
          <div class="rnb-menu">
            <Button label="All" n={n} onClick={chosen(null)} />
            {failures.map(({ kind, jobs }) => (
              <Button key={kind} label={capital(KINDS[kind])} n={jobs} onClick={chosen(kind)} />
            ))}
          </div>
        );
      }}
    </Popover>
  );
}

/** There while it can matter; it stands out when the budget is why the run does not go on. */
function BudgetButton({ scene, state }: ActionsProps) {
  const { budget, state: run } = state.totals;
  const reached = run === "budget_reached";
  if (budget === null || !(reached || isActive(run))) return null;
  return (
    <Popover
      id={`${scene.uid}-budget`}
      label="Add budget"
      icon="plus"
      main={reached}
      title={titleOf(scene, reached ? "Allow more to be spent, and go on" : "Allow more to be spent")}
      disabled={!isConnected(scene)}
    >
      {(close) => <BudgetForm scene={scene} budget={budget} close={close} />}
    </Popover>
  );
}

function LimitButton({ scene, state }: ActionsProps) {
  const { limits } = state.totals;
  if (limits === null) return null;
  return (
    <Popover
      id={`${scene.uid}-limits`}
      label="Limits"
      icon="limits"
      title={titleOf(scene, "How fast requests go out")}
      disabled={!isConnected(scene)}
    >
      {(close) => <LimitForm scene={scene} limits={limits} close={close} />}
    </Popover>
  );
}
