// The script of the file that `run.to_html` writes: the same widget, over the data in the page.
import { mount } from "./mount";
import { createOfflineModel } from "./offline/model";
import { pagesIn } from "./offline/packed";
import type { Offline } from "./protocol";
import { createStore } from "./store";
import { HEAD_HEIGHT, ROW_HEIGHT } from "./views/virtual";

const LEAST_ROWS = 13;
const AROUND = 390; // header, cards and tools, so that a page of usual height shows them and the grid

/** As many whole rows as the window has room for. */
function heightFor(window: number): number {
  const rows = Math.floor((window - AROUND - HEAD_HEIGHT) / ROW_HEIGHT);
  return HEAD_HEIGHT + Math.max(LEAST_ROWS, rows) * ROW_HEIGHT;
}

function start(main: HTMLElement, data: HTMLElement): void {
  const file = JSON.parse(data.textContent ?? "") as Offline;
  data.remove();
  const store = createStore(createOfflineModel(file, pagesIn(document)));
  store.channel.hello();
  main.replaceChildren();
  mount(main, store, {
    runId: file.snapshot.run.run_id,
    picture: "",
    height: heightFor(window.innerHeight),
  });
}

const [main, data] = [document.getElementById("rnb-run"), document.getElementById("rnb-data")];
// Without it the page stays the picture that it is.
if (main !== null && data !== null && "DecompressionStream" in globalThis) start(main, data);
