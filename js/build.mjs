// Bundles the widget, and the script of its offline page, into ragas_nb/notebook/static.
//   --dev    readable output with an inline source map
//   --watch  rebuild on every change, until stopped
import { context } from "esbuild";

const flags = new Set(process.argv.slice(2));
const unknown = [...flags].filter((flag) => !["--dev", "--watch"].includes(flag));
if (unknown.length > 0) {
  console.error(`build.mjs: unknown option ${unknown.join(", ")}; use --dev and --watch`);
  process.exit(2);
}
const dev = flags.has("--dev");

const common = {
  outdir: "ragas_nb/notebook/static",
  bundle: true,
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !dev,
  sourcemap: dev ? "inline" : false,
  legalComments: "none",
  logLevel: "info",
};
const builds = [
  await context({
    ...common,
    entryPoints: [
      { in: "js/src/index.ts", out: "widget" },
      { in: "js/src/styles.css", out: "widget" },
    ],
    format: "esm",
  }),
  // the script of the file that `run.to_html` writes
  await context({ ...common, entryPoints: { offline: "js/src/offline.ts" }, format: "iife" }),
];

for (const build of builds) {
  if (flags.has("--watch")) {
    await build.watch();
  } else {
    await build.rebuild();
    await build.dispose();
  }
}
