import * as format from "../format";
import type { Attempt, Step } from "../protocol";

const SOURCES: Readonly<Record<Step["source"], string | null>> = {
  asked: null,
  shared: "asked once, shared with another metric",
  remembered: "remembered: not asked again",
};

/** What was sent to the judge and what came back, word for word. */
export function Exchanges({ metric, steps }: { metric: string; steps: readonly Step[] }) {
  const several = steps.some(({ turn }) => turn > 0);
  const of = (step: Step) => `${metric}${several ? `, repeat ${step.turn + 1}` : ""}`;
  return (
    <div class="rnb-ex">
      {steps.map((step, i) => (
        <section key={i} aria-label={`Step ${step.name} of ${of(step)}`}>
          <p class="rnb-exh">
            <b>{step.name}</b>
            {several && <span class="rnb-m">repeat {step.turn + 1}</span>}
            {SOURCES[step.source] !== null && <span class="rnb-m">{SOURCES[step.source]}</span>}
            <span class="rnb-m">{models(step)}</span>
          </p>
          <Raw label="Prompt" of={`${step.name}, ${of(step)}`} text={step.prompt} />
          <Attempts attempts={step.attempts} />
          {step.attempts.map((attempt, k) => (
            <Reply
              key={k}
              attempt={attempt}
              of={`${step.name}, ${of(step)}`}
              number={step.attempts.length > 1 ? k + 1 : null}
            />
          ))}
        </section>
      ))}
    </div>
  );
}

const models = (step: Step): string =>
  [...new Set(step.attempts.flatMap(({ model }) => (model === null ? [] : [model])))].join(", ");

function Reply({ attempt, of, number }: { attempt: Attempt; of: string; number: number | null }) {
  const label = number === null ? "Reply" : `Reply ${number}`;
  return (
    <>
      {attempt.problem !== null && <p class="rnb-prob">{attempt.problem}</p>}
      {attempt.reply !== null && <Raw label={label} of={of} text={attempt.reply} />}
    </>
  );
}

/** A text as it was, in a box that scrolls; `of` makes its name one of a kind. */
export function Raw({ label, of, text }: { label: string; of: string; text: string }) {
  return (
    <>
      <span class="rnb-lab">{label}</span>
      <section
        class="rnb-raw"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key
        tabIndex={0}
        aria-label={`${label} of ${of}`}
      >
        {text}
      </section>
    </>
  );
}

/** Every request for a step, the failed ones too. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return null;
  return (
    <table class="rnb-att">
      <thead>
        <tr>
          <th scope="col">attempt</th>
          <th scope="col">outcome</th>
          <th scope="col" class="rnb-num">
            in
          </th>
          <th scope="col" class="rnb-num">
            out
          </th>
          <th scope="col" class="rnb-num">
            cost
          </th>
          <th scope="col" class="rnb-num">
            time
          </th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((attempt, i) => (
          <tr key={i}>
            <td>{i + 1}</td>
            <td>{attempt.outcome}</td>
            <td class="rnb-num">{format.count(attempt.input_tokens)}</td>
            <td class="rnb-num">{format.count(attempt.output_tokens)}</td>
            <td class="rnb-num" title={attempt.cost === null ? "price not known" : undefined}>
              {attempt.cost === null ? "–" : format.dollars(attempt.cost)}
            </td>
            <td class="rnb-num">{format.latency(attempt.seconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
