import { useEffect, useRef } from "preact/hooks";
import type { View } from "../view";
import { Button } from "./button";
import { focusedAround } from "./focus";
import { KEYS } from "./keys";

/** All keys there are now; it lies over the rest. */
export function KeySheet({ view }: { view: View }) {
  const sheet = useRef<HTMLDivElement>(null);
  const close = () => {
    view.sheet.value = false;
  };
  useEffect(() => {
    const held = sheet.current;
    const before = focusedAround(held);
    held?.focus({ preventScroll: true });
    const leave = (event: Event) => {
      if (held && !event.composedPath().includes(held)) view.sheet.value = false;
    };
    document.addEventListener("pointerdown", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      if (before instanceof HTMLElement && hasOrNone(held, before)) before.focus({ preventScroll: true });
    };
  }, [view]);
  return (
    <div ref={sheet} class="rnb-sheet" role="dialog" aria-label="Keys" tabIndex={-1}>
      <Button label="Close (Esc)" icon="x" bare onClick={close} />
      {KEYS.map(([where, keys]) => (
        <section key={where} aria-label={where}>
          <h3>{where}</h3>
          <dl>
            {keys.map(([names, does]) => (
              <div key={does}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name} class="rnb-key">
                      {name}
                    </kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

/** Whether the focus is in the sheet, or nowhere since the sheet has gone. */
function hasOrNone(sheet: HTMLElement | null, before: HTMLElement): boolean {
  const focused = focusedAround(before);
  return focused === null || focused === document.body || (sheet?.contains(focused) ?? false);
}
