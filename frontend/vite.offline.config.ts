/** How the page of a file that is taken home is built: one script and one style, which the server puts into the file. */
import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  publicDir: false,
  build: {
    outDir: "../server/ebm_server/static/offline",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    lib: {
      entry: "src/offline/main.tsx",
      name: "offline",
      formats: ["iife"],
      fileName: () => "offline.js",
      cssFileName: "offline",
    },
  },
});
