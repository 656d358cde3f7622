// What a person left on a sample: its tags and its note.
import type { Mark } from "../protocol";
import type { State } from "../state";
import { Icon } from "./icons";

/** A mark in one line, such as `billing, urgent: ask the team`. */
export function markInWords({ tags, note }: Mark): string {
  return [tags.join(", "), note].filter(Boolean).join(": ");
}

/** A sign that a person was here: for tags, for a note, or both. */
export function MarkIcons({ mark: { tags, note } }: { mark: Mark }) {
  return (
    <>
      {tags.length > 0 && <Icon name="tag" small />}
      {note !== null && <Icon name="note" small />}
    </>
  );
}

/** The tags and the note of the open row. */
export function Marks({ state, row }: { state: State; row: number }) {
  const mark = state.marks.get(row);
  if (mark === undefined) return null;
  const { tags, note } = mark;
  return (
    <section class="rnb-marks" aria-label="Tags and note">
      {tags.length > 0 && (
        <ul class="rnb-tags" aria-label="Tags">
          {tags.map((tag) => (
            <li key={tag} class="rnb-tag">
              {tag}
            </li>
          ))}
        </ul>
      )}
      {note !== null && (
        <p class="rnb-noted">
          <Icon name="note" small />
          <span>{note}</span>
        </p>
      )}
    </section>
  );
}
