import * as format from "../format";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  label: string;
  icon?: IconName;
  /** Only the icon is drawn; the label is its name. */
  bare?: boolean;
  solid?: boolean;
  /** A number beside the label. */
  n?: number | undefined;
  pressed?: boolean;
  disabled?: boolean;
  title?: string | undefined;
  onClick(): void;
}

export function Button({ label, icon, bare, solid, n, pressed, disabled, title, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class={`rnb-btn${bare ? " rnb-bare" : ""}${solid ? " rnb-solid" : ""}`}
      title={title ?? (bare ? label : undefined)}
      aria-label={bare ? label : undefined}
      aria-pressed={pressed}
      disabled={disabled ?? false}
      onClick={onClick}
    >
      {icon && <Icon name={icon} />}
      {!bare && <span class="rnb-tx">{label}</span>}
      {n !== undefined && <span class="rnb-n">{format.count(n)}</span>}
    </button>
  );
}
