import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";
import { isLive, NO_KERNEL, type Scene } from "./scene";

const TYPING_MS = 150;

/** What the samples' texts must contain; the kernel looks for it. */
export function SearchBox({ scene }: { scene: Scene }) {
  const { filter } = scene.view;
  const { text } = filter.value;
  const [typed, setTyped] = useState(text);
  const asked = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const live = isLive(scene);
  const problem = scene.order.problem.value;
  if (text !== asked.current) {
    asked.current = text; // somebody else has changed it
    clearTimeout(timer.current);
    setTyped(text);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = (words: string) => {
    clearTimeout(timer.current);
    asked.current = words;
    if (words !== filter.value.text) filter.value = { ...filter.value, text: words };
  };
  const onInput = (words: string) => {
    setTyped(words);
    clearTimeout(timer.current);
    if (words.trim() === "") look("");
    else timer.current = setTimeout(() => look(words.trim()), TYPING_MS);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || typed === "") return;
    event.preventDefault();
    event.stopPropagation();
    onInput("");
  };
  return (
    <div class="rnb-search" title={live ? undefined : NO_KERNEL}>
      <Icon name="search" />
      <input
        type="search"
        placeholder={live ? "Search texts" : "Search needs the kernel"}
        aria-label="Search texts"
        aria-keyshortcuts="/"
        autocomplete="off"
        spellcheck={false}
        disabled={!live}
        value={typed}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {problem !== null && (
        <p class="rnb-prob" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
