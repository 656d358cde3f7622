import { useState } from "preact/hooks";
import type { Budget } from "../protocol";
import { Button } from "./button";
import { Field, numberOf } from "./field";
import type { Scene } from "./scene";

interface BudgetFormProps {
  scene: Scene;
  budget: Budget;
  close(): void;
}

/** Allows so much more to be spent. */
export function BudgetForm({ scene, budget, close }: BudgetFormProps) {
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const add = async (event: Event) => {
    event.preventDefault();
    const amount = numberOf(typed);
    if (amount === null || !(amount > 0)) {
      setProblem("Type an amount above 0.");
      return;
    }
    setBusy(true);
    const found = await scene.orders.send({ type: "add_budget", amount });
    setBusy(false);
    if (found === null) close();
    else setProblem(found);
  };
  return (
    <form class="rnb-form" onSubmit={add} noValidate>
      <p class="rnb-m">Spent: {budget.told}</p>
      <div class="rnb-line">
        <Field label="How much more" value={typed} unit={budget.unit} onInput={setTyped} />
        <Button label="Add" main submits busy={busy} />
      </div>
      {problem !== null && (
        <p class="rnb-prob" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
