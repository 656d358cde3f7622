import type { Item, Step } from "../protocol";
import { Icon } from "./icons";

/** What the judge found, step by step: each thing it speaks of, with verdict and reason. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  const turns = [...new Set(steps.map(({ turn }) => turn))];
  return (
    <>
      {turns.map((turn, i) => (
        <Turn
          key={turn}
          steps={steps.filter((step) => step.turn === turn)}
          name={turns.length > 1 ? `Repeat ${i + 1} of ${turns.length}` : null}
        />
      ))}
    </>
  );
}

/** The steps of one time that the job was done; it has a name where there were several. */
function Turn({ steps, name }: { steps: readonly Step[]; name: string | null }) {
  const telling = steps.filter((step, i) => step.items.length > 0 && !isToldAgain(step, steps.slice(i + 1)));
  return (
    <>
      {name !== null && telling.length > 0 && <p class="rnb-turn">{name}</p>}
      {telling.map((step, i) => (
        <div key={i}>
          {telling.length > 1 && <span class="rnb-lab rnb-step">{step.name}</span>}
          <ol
            class="rnb-steps"
            aria-label={name === null ? step.name : `${step.name}, ${name.toLowerCase()}`}
          >
            {step.items.map((item, k) => (
              <Line key={k} item={item} number={k + 1} />
            ))}
          </ol>
        </div>
      ))}
    </>
  );
}

/** Whether later steps repeat all that this one says, with more to it: a list of statements that are then checked. */
function isToldAgain(step: Step, later: readonly Step[]): boolean {
  const again = new Set(later.flatMap(({ items }) => items.map(({ text }) => text)));
  return step.items.every(
    ({ text, verdict, reason }) => verdict === null && reason === null && again.has(text),
  );
}

function Line({ item, number }: { item: Item; number: number }) {
  return (
    <li>
      <span class="rnb-no" aria-hidden="true">
        {number}
      </span>
      <Verdict item={item} />
      <div>
        {item.verdict === null && item.word !== null && <span class="rnb-lab">{item.word}</span>}
        <p>{item.text}</p>
        {item.reason !== null && <p class="rnb-why">{item.reason}</p>}
      </div>
    </li>
  );
}

function Verdict({ item }: { item: Item }) {
  if (item.verdict === null) return <span class="rnb-vd rnb-dot" aria-hidden="true" />;
  const word = item.word ?? (item.verdict === 1 ? "yes" : "no");
  return (
    <span
      class={`rnb-vd ${item.verdict === 1 ? "rnb-yes" : "rnb-nay"}`}
      role="img"
      aria-label={word}
      title={word}
    >
      <Icon name={item.verdict === 1 ? "check" : "x"} />
    </span>
  );
}
