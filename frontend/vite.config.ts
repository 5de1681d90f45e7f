/** How the page is built (into the server's static folder), served while it is written, and tested. */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env.EBM_SERVER ?? "http://127.0.0.1:8000";
// The server answers only requests that name it as their origin.
const proxy = {
  "/api": {
    target: server,
    ws: true,
    changeOrigin: true,
    rewriteWsOrigin: true,
    headers: { origin: server },
  },
};

/** Every browser that the page runs in reads WOFF2: the same fonts in older formats need not ship. */
const newestFonts: Plugin = {
  name: "newest-fonts",
  enforce: "pre",
  transform: (code, id) =>
    /katex[^?]*\.css/.test(id) ? code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, "") : null,
};

/** The project's version, which the page compares with the server's. */
const version = /^version = "(.+)"$/m.exec(
  readFileSync(new URL("../pyproject.toml", import.meta.url), "utf8"),
)?.[1];

export default defineConfig({
  base: "./", // wherever a proxy has put the page
  define: { "import.meta.env.VITE_VERSION": JSON.stringify(version) },
  plugins: [newestFonts],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../server/ebm_server/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1700, // Plotly's own chunk, loaded after the first paint
  },
  server: { proxy },
  preview: { proxy },
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    environment: "node",
    // what is logged last must not be on its way to the runner still when a file ends
    disableConsoleIntercept: true,
  },
});
