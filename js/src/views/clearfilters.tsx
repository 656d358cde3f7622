import { cleared } from "../filter";
import { Button } from "./button";
import type { Scene } from "./scene";

/** Takes all filters away but the text that is looked for. */
export function ClearFilters({ scene }: { scene: Scene }) {
  const { filter } = scene.view;
  const clear = () => {
    filter.value = cleared(filter.value);
  };
  return <Button label="Clear filters" solid onClick={clear} />;
}
