// What a file holds packed: base64, and pages of JSON that is compressed.

/** Gives a packed page by what it is of and its place; rejects when the file has none there. */
export type Pages = (kind: "texts" | "jobs", place: number) => Promise<string>;

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export async function unpack<T>(packed: string): Promise<T> {
  const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as T;
}

/** The pages of one kind, unpacked when they are wanted; only the last `kept` ones stay. */
export function unpacked<T>(packed: Pages, kind: Parameters<Pages>[0], kept: number) {
  const pages = new Map<number, Promise<T>>();
  return (place: number): Promise<T> => {
    const page = pages.get(place) ?? packed(kind, place).then(unpack<T>);
    pages.delete(place);
    pages.set(place, page); // to the young end
    for (const oldest of pages.keys()) {
      if (pages.size <= kept) break;
      pages.delete(oldest);
    }
    return page;
  };
}

/** The pages that stand in a document, each in an element; it may still be loading. */
export function pagesIn(document: Document): Pages {
  const loaded = new Promise<void>((resolve) => {
    if (document.readyState !== "loading") resolve();
    else document.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
  });
  return async (kind, place) => {
    const find = () => document.getElementById(`rnb-${kind}-${place}`);
    if (!find()?.nextElementSibling) await loaded; // what comes last may not be whole
    const text = find()?.textContent;
    if (!text) throw new Error(`The file is damaged: it has no page ${place} of ${kind}.`);
    return text;
  };
}
