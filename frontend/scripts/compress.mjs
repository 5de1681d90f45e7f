/** Compresses the built files once, beside themselves: what a browser takes is then sent as it lies there. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FOLDER = new URL("../../server/ebm_server/static", import.meta.url).pathname;
/** Fonts and recordings are compressed already. */
const KINDS = new Set([".html", ".js", ".css", ".svg", ".msgpack"]);
/** The page of a file that is taken home is not served: the server puts it into that file. */
const NOT_SERVED = "offline";
const FEWEST = 1000;
/** A file that hardly shrinks stays as it is. */
const SHARE = 0.9;

const brotli = (data) =>
  brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });

function compress(path) {
  const data = readFileSync(path);
  if (data.length < FEWEST) return;
  for (const [ending, made] of [
    ["br", brotli(data)],
    ["gz", gzipSync(data, { level: 9 })],
  ])
    if (made.length < SHARE * data.length) writeFileSync(`${path}.${ending}`, made);
}

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      if (name !== NOT_SERVED) walk(path);
    } else if (KINDS.has(extname(name))) compress(path);
  }
}

walk(FOLDER);
