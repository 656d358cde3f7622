import * as format from "../format";

interface CheckBoxProps {
  label: string;
  checked: boolean;
  /** A number beside the label. */
  n?: number;
  /** Always on, or of no use now. */
  disabled?: boolean;
  onChange(): void;
}

export function CheckBox({ label, checked, n, disabled = false, onChange }: CheckBoxProps) {
  return (
    <label class="rnb-check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={onChange} />
      <span class="rnb-t">{label}</span>
      {n !== undefined && <span class="rnb-m">{format.count(n)}</span>}
    </label>
  );
}
