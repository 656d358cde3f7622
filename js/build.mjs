// Bundles the widget into ragas_nb/notebook/static.
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

const build = await context({
  entryPoints: [
    { in: "js/src/index.ts", out: "widget" },
    { in: "js/src/styles.css", out: "widget" },
  ],
  outdir: "ragas_nb/notebook/static",
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !dev,
  sourcemap: dev ? "inline" : false,
  legalComments: "none",
  logLevel: "info",
});

if (flags.has("--watch")) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
