import { Button } from "./button";
import { type Scene, step } from "./scene";

/** To the row before and after the open one, as the grid is sorted. */
export function RowSteps({ scene, row }: { scene: Scene; row: number }) {
  const rows = scene.order.rows.value;
  const place = rows.indexOf(row);
  return (
    <>
      <Button label="Previous row" icon="up" bare disabled={place <= 0} onClick={() => step(scene, -1)} />
      <Button
        label="Next row"
        icon="down"
        bare
        disabled={place + 1 >= rows.length}
        onClick={() => step(scene, 1)}
      />
    </>
  );
}
