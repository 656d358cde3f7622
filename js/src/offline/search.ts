// Which samples say something: looked for in all their texts, in small or capital letters.
import type { Fact, OfflineText } from "../protocol";
import { ROWS_PER_PAGE } from "../protocol";
import { type Pages, unpack } from "./packed";

/** The fields of a sample that are looked through, besides its id. */
const FIELDS: readonly string[] = [
  "user_input",
  "response",
  "multi_responses",
  "reference",
  "retrieved_contexts",
  "reference_contexts",
];

/** The rows whose id, or one of whose texts, contains the words; page after page, none of which is kept. */
export async function rowsSaying(pages: Pages, rows: number, words: string): Promise<number[]> {
  const sought = words.toLowerCase();
  const found: number[] = [];
  for (let place = 0; place * ROWS_PER_PAGE < rows; place++) {
    const page = await unpack<OfflineText[]>(await pages("texts", place));
    for (const one of page) if (says(one, sought)) found.push(one.text.row);
  }
  return found;
}

function says({ text, facts }: OfflineText, sought: string): boolean {
  const has = (part: string) => part.toLowerCase().includes(sought);
  const inFact = ({ name, text: whole, texts }: Fact) =>
    FIELDS.includes(name) && (whole === null ? (texts ?? []).some(has) : has(whole));
  return has(text.sample_id) || has(text.user_input) || has(text.response) || facts.some(inFact);
}
