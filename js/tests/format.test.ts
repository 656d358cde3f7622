import { expect, it } from "vitest";
import * as format from "../src/format";

const plain = (words: string[]) => words.map((word) => word.replaceAll("\u00a0", " "));

it("writes numbers as people read them", () => {
  expect([0.845, 1, -0.5, -0.004].map(format.score)).toEqual(["0.84", "1.00", "−0.50", "0.00"]);
  expect(plain([0, 0.42, 59.6, 252, 3600, 7500].map(format.duration))).toEqual([
    "0 s",
    "0.4 s",
    "1 min",
    "4 min 12 s",
    "1 h",
    "2 h 5 min",
  ]);
  expect(plain([0.012, 0.42, 9.96, 75].map(format.latency))).toEqual([
    "12 ms",
    "0.4 s",
    "10.0 s",
    "1 min 15 s",
  ]);
  expect([0, 0.000116, 0.00005, 0.42, 1234.5].map(format.dollars)).toEqual([
    "$0.00",
    "$0.00012",
    "$0.00005",
    "$0.42",
    "$1,234.50",
  ]);
  expect(plain([812, 22_540, 225_000, 999_900, 1_900_000].map(format.tokens))).toEqual([
    "812",
    "22.5 k",
    "225 k",
    "1.00 M",
    "1.90 M",
  ]);
  expect([5, 120, 0.5].map(format.rate)).toEqual(["5.0 / s", "120 / s", "30.0 / min"]);
});
