import * as format from "../format";
import type { Fact } from "../protocol";
import { isOpen, setFold, type View } from "../view";
import { Icon } from "./icons";

const ALWAYS = ["user_input", "response"];

/** The sample's fields: question and answer in sight, the rest folded. */
export function Facts({ view, facts }: { view: View; facts: readonly Fact[] }) {
  const given = facts.filter(({ text, texts }) => text !== null || texts !== null);
  const folded = given.filter(({ name }) => !ALWAYS.includes(name));
  return (
    <>
      {given
        .filter(({ name }) => ALWAYS.includes(name))
        .map((fact) => (
          <div key={fact.name} class="rnb-blk">
            <span class="rnb-lab">{fact.name}</span>
            <FactText fact={fact} />
          </div>
        ))}
      {folded.length > 0 && (
        <div class="rnb-folds">
          {folded.map((fact) => (
            <Fold key={fact.name} view={view} fact={fact} />
          ))}
        </div>
      )}
      {folded
        .filter(({ name }) => isOpen(view, `fact:${name}`, false))
        .map((fact) => (
          <section key={fact.name} class="rnb-blk rnb-unfolded" aria-label={fact.name}>
            <span class="rnb-lab">{fact.name}</span>
            <FactText fact={fact} />
          </section>
        ))}
    </>
  );
}

function Fold({ view, fact }: { view: View; fact: Fact }) {
  const fold = `fact:${fact.name}`;
  const open = isOpen(view, fold, false);
  return (
    <button type="button" class="rnb-fold" aria-expanded={open} onClick={() => setFold(view, fold, !open)}>
      <Icon name={open ? "down" : "right"} />
      {fact.name}
      {fact.texts !== null && <span class="rnb-m">{format.count(fact.texts.length)}</span>}
    </button>
  );
}

function FactText({ fact }: { fact: Fact }) {
  if (fact.texts === null) return <p>{fact.text}</p>;
  return (
    <ol class="rnb-texts">
      {fact.texts.map((text, i) => (
        <li key={i}>
          <span class="rnb-no">{i + 1}</span>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
