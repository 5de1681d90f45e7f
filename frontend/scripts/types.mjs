/** Writes the types of every route and message to a file, made from the server's OpenAPI document: `make types`. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "json-schema-to-typescript";

const PREFIX = "/api/v1";
const root = join(import.meta.dirname, "..", "..");
const python = join(root, ".venv", "bin", "python");
const printed = execFileSync(python, ["-m", "ebm_server.web.openapi"], { cwd: root, encoding: "utf8" });
const openapi = JSON.parse(printed.replaceAll("#/components/schemas/", "#/$defs/"));

/** Only these give a type of its own its name; a field's title would do so too. */
const models = new Set(Object.values(openapi.components.schemas));

/** A schema as the compiler takes it: binary is bytes, and what has no type may be anything that JSON can say. */
function adapt(schema) {
  if (Array.isArray(schema)) return schema.map(adapt);
  if (typeof schema !== "object" || schema === null) return schema;
  if (schema.format === "binary") return { tsType: "Uint8Array" };
  if (!["type", "$ref", "anyOf", "oneOf", "const", "enum"].some((key) => key in schema)) return { $ref: "#/$defs/Json" };
  const adapted = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "title" && !models.has(schema)) continue;
    if (key === "properties") adapted.properties = adaptEach(value);
    else if (key === "prefixItems") adapted.items = adapt(value);
    else if (key === "additionalProperties" && value === true) adapted[key] = { $ref: "#/$defs/Json" };
    else if (key === "discriminator" || key === "default") continue;
    else adapted[key] = adapt(value);
  }
  return adapted;
}

const adaptEach = (schemas) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, adapt(schema)]));

const exactly = (properties, required = Object.keys(properties)) => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});

/** What a route takes and answers; its refusals are all alike. */
function routeOf(operation) {
  const given = operation.parameters ?? [];
  const parameters = Object.fromEntries(given.map(({ name, schema }) => [name, adapt(schema)]));
  const required = given.filter((one) => one.required).map(({ name }) => name);
  const content = (part) => Object.values(part?.content ?? {})[0]?.schema;
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))[1];
  return exactly({
    parameters: exactly(parameters, required),
    body: adapt(content(operation.requestBody) ?? { type: "null" }),
    answer: adapt(content(answer) ?? { type: "null" }),
  });
}

const routes = Object.entries(openapi.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => [
    `${method.toUpperCase()} ${path.replace(PREFIX, "")}`,
    routeOf(operation),
  ]),
);

const code = await compile(
  {
    ...exactly(Object.fromEntries(routes)),
    description: `The routes below ${PREFIX}.`,
    $defs: adaptEach(openapi.components.schemas),
  },
  "Routes",
  {
    bannerComment: "/** Made from the server's models by `make types`; do not edit. */",
    additionalProperties: false,
    unreachableDefinitions: true,
    maxItems: -1, // a bounded array is no tuple
    format: true,
  },
);
// the compiler tells of every definition where it was found
writeFileSync(process.argv[2], code.replaceAll(/^( \*\n)? \* This interface was referenced by .*\n.*\n/gm, "").replaceAll("/**\n */\n", ""));
