import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isMap, isNode, LineCounter, parseDocument, type Tags } from "yaml";
import { KeeperError } from "../errors.ts";

/** A configuration file, flattened: "chain.rpcUrl" to its value and the line where it stands. */
export type ConfigFile = { path: string; entries: Map<string, { value: unknown; source: string }> };

/** YAML reads 0x… as a number, which would garble an address that somebody has not quoted. */
function withoutHexNumbers(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || !("format" in tag) || tag.format !== "HEX");
}

function fileProblem(path: string, problem: string, hint: string, options?: ErrorOptions): KeeperError {
  return new KeeperError("InvalidConfig", { source: path, key: "the file", problem, hint }, options);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw fileProblem(path, "cannot be read", "Look at the path given by --config and at its rights.", {
      cause,
    });
  }
}

/** Every value below an object with its path; a section that is empty, or all commented out, sets nothing. */
function* leaves(value: unknown, path: string[]): Generator<{ path: string[]; value: unknown }> {
  if (value === null || value === undefined) return;
  if (typeof value !== "object" || Array.isArray(value)) {
    yield { path, value };
    return;
  }
  for (const [name, inner] of Object.entries(value)) yield* leaves(inner, [...path, name]);
}

/**
 * Reads the file given by `--config`, or ./walras.yaml if there is one.
 *
 * @throws KeeperError `InvalidConfig` when it cannot be read or is neither YAML nor JSON
 */
export function readConfigFile({ file, cwd }: { file?: string | undefined; cwd: string }): ConfigFile | null {
  const path = resolve(cwd, file ?? "walras.yaml");
  if (file === undefined && !existsSync(path)) return null;

  const lines = new LineCounter();
  const document = parseDocument(readText(path), {
    schema: "core",
    lineCounter: lines,
    customTags: withoutHexNumbers,
  });
  const [error] = document.errors;
  const hint = "docs/walras.example.yaml is a file to start from.";
  if (error !== undefined) {
    throw fileProblem(path, `is not valid YAML: ${error.message.split("\n")[0] ?? ""}`, hint, {
      cause: error,
    });
  }
  if (document.contents !== null && !isMap(document.contents)) throw fileProblem(path, "holds no keys", hint);

  const entries: ConfigFile["entries"] = new Map();
  for (const { path: keys, value } of leaves(document.toJS(), [])) {
    const node = document.getIn(keys, true);
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    entries.set(keys.join("."), { value, source: `${path}:${lines.linePos(offset).line}` });
  }
  return { path, entries };
}
