// Where a key leads in the grid. Pure: places in, place out.
export interface Place {
  /** −1 is the head. */
  position: number;
  column: number;
}

export interface Extent {
  rows: number;
  columns: number;
  /** Rows in sight. */
  page: number;
}

interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** The place a key leads to from here; null when it is not a key that moves. */
export function moved(
  event: Key,
  { position, column }: Place,
  { rows, columns, page }: Extent,
): Place | null {
  const far = event.ctrlKey || event.metaKey;
  const to = (p: number, c: number): Place => ({
    position: Math.max(-1, Math.min(rows - 1, p)),
    column: Math.max(0, Math.min(columns - 1, c)),
  });
  switch (event.key) {
    case "ArrowDown":
      return to(position + 1, column);
    case "ArrowUp":
      return to(position - 1, column);
    case "ArrowRight":
      return to(position, column + 1);
    case "ArrowLeft":
      return to(position, column - 1);
    case "PageDown":
      return to(position + page, column);
    case "PageUp":
      return to(Math.max(0, position - page), column);
    case "Home":
      return to(far ? 0 : position, 0);
    case "End":
      return to(far ? rows - 1 : position, columns - 1);
    default:
      return null;
  }
}
