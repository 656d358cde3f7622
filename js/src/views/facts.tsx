import * as format from "../format";
import type { Fact } from "../protocol";
import { isOpen, setFold, type View } from "../view";
import { Icon } from "./icons";
import { Markdown } from "./markdown";

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
            <FactText view={view} fact={fact} />
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
            <FactText view={view} fact={fact} />
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

function FactText({ view, fact }: { view: View; fact: Fact }) {
  if (fact.texts === null) return <Passage view={view} text={fact.text ?? ""} />;
  return (
    <ol class="rnb-texts">
      {fact.texts.map((text, i) => (
        <li key={i}>
          <span class="rnb-no">{i + 1}</span>
          <Passage view={view} text={text} />
        </li>
      ))}
    </ol>
  );
}

/** A text as it is, or read as Markdown where a person wants that. */
function Passage({ view, text }: { view: View; text: string }) {
  return view.markdown.value ? <Markdown text={text} /> : <p>{text}</p>;
}
