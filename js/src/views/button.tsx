import type { Ref } from "preact";
import * as format from "../format";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  label: string;
  icon?: IconName;
  /** Only the icon is drawn; the label is its name. */
  bare?: boolean;
  solid?: boolean;
  /** The one that a person most likely wants now. */
  main?: boolean;
  /** A number beside the label. */
  n?: number | undefined;
  pressed?: boolean;
  disabled?: boolean;
  /** What it asked for is under way: it rests, and keeps the focus. */
  busy?: boolean;
  title?: string | undefined;
  /** Whether what it opens is open. */
  expanded?: boolean;
  /** The element that it opens. */
  controls?: string;
  submits?: boolean;
  /** The key that does the same. */
  keyName?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  onClick?(): void;
}

export function Button(props: ButtonProps) {
  const { label, icon, bare = false, n, busy = false, disabled = false, title, onClick } = props;
  return (
    <button
      ref={props.buttonRef ?? null}
      type={props.submits ? "submit" : "button"}
      class={`rnb-btn${bare ? " rnb-bare" : ""}${props.solid ? " rnb-solid" : ""}${props.main ? " rnb-main" : ""}`}
      title={title ?? (bare ? label : undefined)}
      aria-label={bare ? label : undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-controls={props.controls}
      aria-disabled={busy || undefined}
      disabled={disabled}
      onClick={busy ? undefined : onClick}
    >
      {icon && <Icon name={icon} />}
      {!bare && <span class="rnb-tx">{label}</span>}
      {n !== undefined && <span class="rnb-n">{format.count(n)}</span>}
      {props.keyName && <kbd class="rnb-key">{props.keyName}</kbd>}
    </button>
  );
}
