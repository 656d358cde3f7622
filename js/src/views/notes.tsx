import type { RunState } from "../protocol";
import type { State } from "../state";
import { Icon } from "./icons";
import type { Scene } from "./scene";

const TROUBLE: readonly RunState[] = ["failed", "budget_reached"];
/** Notices about these tell of something that went wrong. */
const TROUBLES: readonly string[] = ["store", "budget"];

/** What a person should know besides the numbers: one calm line each. */
export function Notes({ scene, state }: { scene: Scene; state: State }) {
  const link = scene.store.channel.link.value;
  const { message, state: runState, notices } = state.totals;
  const problem = scene.orders.problem.value ?? scene.files.problem.value;
  return (
    <>
      {problem !== null && (
        <p class="rnb-note rnb-trouble" role="alert">
          <Icon name="alert" />
          <span>{problem}</span>
        </p>
      )}
      <div role="status" aria-label="Notices">
        {link === "lost" && (
          <p class="rnb-note">
            <Icon name="off" />
            <span>
              Kernel not connected: showing the {scene.store.live.value ? "last" : "saved"} state. Run the
              cell again to work with it.
            </span>
          </p>
        )}
        {link === "busy" && (
          <p class="rnb-note">
            <Icon name="wait" />
            <span>
              This cell is still running: buttons work when it has finished. Use <code>rnb.start</code> to
              work meanwhile.
            </span>
          </p>
        )}
        {message !== null && <Note text={message} trouble={TROUBLE.includes(runState)} />}
        {notices.map(({ about, message: text }) => (
          <Note key={about} text={text} trouble={TROUBLES.includes(about)} />
        ))}
      </div>
    </>
  );
}

function Note({ text, trouble }: { text: string; trouble: boolean }) {
  return (
    <p class={`rnb-note${trouble ? " rnb-trouble" : ""}`}>
      <Icon name={trouble ? "alert" : "info"} />
      <span>{text}</span>
    </p>
  );
}

/** All there is before a snapshot, when nothing was saved. */
export function Nothing({ scene }: { scene: Scene }) {
  const link = scene.store.channel.link.value;
  const text = {
    connecting: "Waiting for the kernel…",
    live: "Waiting for the kernel…",
    busy: "This cell is still running: the scores are shown when it has finished.",
    lost: "Kernel not connected, and no state was saved. Run the cell again.",
  }[link];
  return (
    <p class="rnb-note rnb-only" role="status">
      <Icon name={link === "lost" ? "off" : "wait"} />
      <span>{text}</span>
    </p>
  );
}
