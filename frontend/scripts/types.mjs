/** Writes src/protocol/wire.gen.ts, the types of every message, from the server's models: `npm run types`. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const python = process.env.PYTHON ?? ".venv/bin/python";
const schema = JSON.parse(execFileSync(python, ["-m", "ebm_server.protocol.messages"], { cwd: "..", encoding: "utf8" }));

/** Brings the schema nearer to what is sent.
 *
 * MessagePack decodes binary to bytes; what has a default is sent all the same, unless that is null; titles of
 * plain fields would each become a type of their own; and a field without a type may be anything.
 */
function adapt(node, isField = false) {
  if (Array.isArray(node)) return node.map((item) => adapt(item));
  if (typeof node !== "object" || node === null) return node;
  if (node.format === "binary") return { tsType: "Uint8Array" };
  if (isField && !["type", "$ref", "anyOf", "oneOf", "const", "enum"].some((key) => key in node)) return { tsType: "unknown" };
  const adapted = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "title" && isField) continue;
    if (key === "properties") {
      const fields = Object.entries(value);
      adapted.properties = Object.fromEntries(fields.map(([name, field]) => [name, adapt(field, true)]));
      adapted.required = fields.filter(([, field]) => field.default !== null).map(([name]) => name);
    } else if (key !== "required") adapted[key] = adapt(value, key === "items");
  }
  return adapted;
}

const code = await compile(adapt(schema), "Protocol", {
  bannerComment: "/** Made from the server's models by `npm run types`; do not edit. */",
  additionalProperties: false,
  format: true,
});
writeFileSync("src/protocol/wire.gen.ts", code);
