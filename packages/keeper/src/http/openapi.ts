/** The OpenAPI document, made from the schemas that the app itself runs on. */
import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import { KeeperError, type KeeperErrorCode } from "../errors.ts";
import { version } from "../version.ts";
import { errorBodySchema } from "./schemas.ts";

const toComponents = createJsonSchemaTransformObject({});

/** Every component once: our schemas read and write the same form, so the converter's second copies say nothing new. */
function withoutInputCopies(components: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(components).filter(([name]) => !name.endsWith("Input")));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Makes every reference to a copy one to the component itself. */
function mergeReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mergeReferences);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "$ref" && typeof inner === "string" ? inner.replace(/Input$/, "") : mergeReferences(inner),
    ]),
  );
}

export const swaggerOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Walras keeper",
      version,
      description:
        "Hand in signed intents, follow them, see books and batches. Amounts are decimal strings of atoms, times of the " +
        "chain are seconds, instants are ISO 8601 in UTC. Every refusal is {code, message, hint}; docs/KEEPER.md lists the codes.",
      license: { name: "MIT" },
    },
    tags: [
      { name: "intents", description: "Hand in, follow and cancel." },
      { name: "market", description: "What is offered and what was settled." },
      { name: "keeper", description: "The keeper itself." },
    ],
  },
  transform: createJsonSchemaTransform({}),
  transformObject: (document) => toComponents(document),
};

/** The finished document. */
export function finishDocument(document: unknown): Record<string, unknown> {
  const merged = mergeReferences(document);
  if (!isRecord(merged) || !isRecord(merged["components"])) return {};
  const { components } = merged;
  const schemas = isRecord(components["schemas"]) ? withoutInputCopies(components["schemas"]) : {};
  return { ...merged, components: { ...components, schemas } };
}

/** Codes that any call can be refused with. */
const everywhere: readonly KeeperErrorCode[] = [
  "InvalidRequest",
  "TooManyRequests",
  "Internal",
  "StoreFailed",
];

/** The answers of a route for these codes, by status, for its schema. */
export function refusals(...codes: KeeperErrorCode[]) {
  const byStatus = Map.groupBy(new Set([...codes, ...everywhere]), (code) => new KeeperError(code).status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: `One of the codes ${group.join(", ")}.`,
        content: { "application/json": { schema: errorBodySchema } },
      },
    ]),
  );
}
