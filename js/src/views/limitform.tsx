import { useState } from "preact/hooks";
import type { Told } from "../channel";
import * as format from "../format";
import type { Limits } from "../protocol";
import { Button } from "./button";
import { Field, numberOf } from "./field";
import type { Scene } from "./scene";

interface LimitFormProps {
  scene: Scene;
  limits: Limits;
  close(): void;
}

type Change = Extract<Told, { type: "set_limit" }>;
type Name = Exclude<keyof Change, "type">;

const FIELDS: readonly (readonly [name: Name, label: string, placeholder: string])[] = [
  ["max_workers", "Requests at once, at most", ""],
  ["requests_per_minute", "Requests per minute", "no limit"],
  ["tokens_per_minute", "Tokens per minute", "no limit"],
];

/** How fast requests go out: what is so now, and other limits for it. */
export function LimitForm({ scene, limits, close }: LimitFormProps) {
  const [before] = useState(limits);
  const [typed, setTyped] = useState<Readonly<Record<Name, string>>>({
    max_workers: textOf(limits.max_workers),
    requests_per_minute: textOf(limits.requests_per_minute),
    tokens_per_minute: textOf(limits.tokens_per_minute),
  });
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const apply = async (event: Event) => {
    event.preventDefault();
    const change = changeOf(before, typed);
    if (typeof change === "string") {
      setProblem(change);
      return;
    }
    setBusy(true);
    const found = Object.keys(change).length > 1 ? await scene.orders.send(change) : null;
    setBusy(false);
    if (found === null) close();
    else setProblem(found);
  };
  return (
    <form class="rnb-form" onSubmit={apply} noValidate>
      <p class="rnb-m">{paceOf(limits)}</p>
      {FIELDS.map(([name, label, placeholder]) => (
        <Field
          key={name}
          label={label}
          value={typed[name]}
          placeholder={placeholder}
          onInput={(value) => setTyped({ ...typed, [name]: value })}
        />
      ))}
      {problem !== null && (
        <p class="rnb-prob" role="alert">
          {problem}
        </p>
      )}
      <div class="rnb-line rnb-ends">
        <Button label="Apply" main submits busy={busy} />
      </div>
    </form>
  );
}

/** How requests go out now, in words. */
export function paceOf({ in_flight, at_once, waiting_s }: Limits): string {
  const waits = waiting_s > 0 ? ` · waits ${format.duration(waiting_s)} (rate limit)` : "";
  return `${format.count(in_flight)} of ${format.count(at_once)} at once${waits}`;
}

const textOf = (limit: number | null): string => (limit === null ? "" : String(limit));

/** The limits that were typed anew, or why they cannot be. */
function changeOf(before: Limits, typed: Readonly<Record<Name, string>>): Change | string {
  const change: Change = { type: "set_limit" };
  for (const [name, label] of FIELDS) {
    const limit = numberOf(typed[name]);
    if (limit === before[name]) continue;
    if (limit === null && name === "max_workers") return `${label}: type a number.`;
    if (limit !== null && !(limit >= 1)) return `${label}: type a number of at least 1.`;
    change[name] = limit;
  }
  return change;
}
