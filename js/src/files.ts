// Files for a person to keep: the kernel writes them, the page hands them over.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { FileData } from "./decode";
import type { ExportFormat } from "./protocol";
import type { Store } from "./store";

const HANDED_OVER_MS = 60_000; // some hosts ask before they begin

export interface Files {
  /** What is being written. */
  busy: ReadonlySignal<ExportFormat | null>;
  /** Why the last file was not written. */
  problem: ReadonlySignal<string | null>;
  /** Have the run written as a file, and hand that over. */
  save(format: ExportFormat): Promise<void>;
}

export function createFiles({ channel }: Store): Files {
  const busy = signal<ExportFormat | null>(null);
  const problem = signal<string | null>(null);

  const save = async (format: ExportFormat) => {
    busy.value = format;
    problem.value = null;
    try {
      handOver(await channel.ask({ type: "export", format }));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = null;
  };
  return { busy, problem, save };
}

/** Download a file through a link: that works in every host. */
function handOver({ name, media_type, content }: FileData): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: media_type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER_MS);
}
