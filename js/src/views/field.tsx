import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  value: string;
  /** What an empty field means. */
  placeholder?: string;
  unit?: string;
  onInput(value: string): void;
}

/** A number with its label; a text, so that what is typed stays as it is typed. */
export function Field({ label, value, placeholder, unit, onInput }: FieldProps) {
  const id = useId();
  return (
    <div class="rnb-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        value={value}
        placeholder={placeholder}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {unit !== undefined && <span class="rnb-m">{unit}</span>}
    </div>
  );
}

/** What was typed as a number: null where nothing was, NaN where it is none. */
export function numberOf(typed: string): number | null {
  const text = typed.trim().replace(/^\$/, "").replaceAll(",", "");
  return text === "" ? null : Number(text);
}
