// A button and what it opens, which lies over the rest and goes when a person turns to something else.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";
import type { IconName } from "./icons";

const CONTROLS = "input, button";
const LEAVING = ["pointerdown", "focusin"];

interface PopoverProps {
  id: string;
  label: string;
  icon: IconName;
  n?: number;
  main?: boolean;
  disabled: boolean;
  title: string;
  /** Only the icon is drawn; the label is its name. */
  bare?: boolean;
  /** Whether it lies below its button's left end, not its right one. */
  toLeft?: boolean;
  /** What it holds, made when it is opened; `close` closes it and gives the focus back. */
  children(close: () => void): ComponentChildren;
}

export function Popover({ id, toLeft = false, children, ...button }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const shown = open && !button.disabled;
  const close = () => {
    setOpen(false);
    trigger.current?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    if (shown) panel.current?.querySelector<HTMLElement>(CONTROLS)?.focus({ preventScroll: true });
  }, [shown]);
  useEffect(() => {
    if (!shown) return;
    const leave = (event: Event) => {
      if (!event.composedPath().includes(whole.current as EventTarget)) setOpen(false);
    };
    // The focus that moves within a shadow root is not told outside of it.
    const places = [document, whole.current?.getRootNode() ?? document];
    for (const place of places) for (const type of LEAVING) place.addEventListener(type, leave);
    return () => {
      for (const place of places) for (const type of LEAVING) place.removeEventListener(type, leave);
    };
  }, [shown]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !shown) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes from wherever the focus is in here
    <div ref={whole} class="rnb-hold" onKeyDown={onKeyDown}>
      <Button
        {...button}
        buttonRef={trigger}
        expanded={shown}
        controls={id}
        onClick={() => (shown ? close() : setOpen(true))}
      />
      {shown && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out freely
        <div
          ref={panel}
          id={id}
          class={`rnb-pop${toLeft ? " rnb-to-left" : ""}`}
          role="group"
          aria-label={button.label}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}
