import type { ExportFormat } from "../protocol";
import { Button } from "./button";
import { Popover } from "./popover";
import { isConnected, isLive, NO_KERNEL, type Scene } from "./scene";

const FILES: readonly (readonly [format: ExportFormat, label: string])[] = [
  ["csv", "Scores (CSV)"],
  ["parquet", "Scores (Parquet)"],
  ["json", "Annotations (JSON)"],
  ["html", "Report (HTML)"],
];

/** Hands the run over as a file. */
export function ExportMenu({ scene }: { scene: Scene }) {
  const busy = scene.files.busy.value !== null;
  const title = isLive(scene) ? "Scores (CSV, Parquet), annotations (JSON), report (HTML)" : NO_KERNEL;
  return (
    <Popover
      id={`${scene.uid}-export`}
      label={busy ? "Exporting" : "Export"}
      icon="export"
      title={title}
      disabled={!isConnected(scene)}
    >
      {(close) => (
        <div class="rnb-menu">
          {FILES.map(([format, label]) => (
            <Button
              key={format}
              label={label}
              busy={busy}
              onClick={() => {
                scene.files.save(format);
                close();
              }}
            />
          ))}
        </div>
      )}
    </Popover>
  );
}
