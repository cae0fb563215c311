import { Result } from "ethers";
import { SdkError } from "../errors.ts";
import type { Intent } from "./Intent.ts";
import { parseIntent } from "./signedIntentJson.ts";

const times = ["validFrom", "decayEnd", "validTo"];

/**
 * An intent that was decoded from calldata or a log, by way of its JSON, which is checked.
 *
 * @throws SdkError `InvalidJson` when it is no struct, and as {@link parseIntent}
 */
export function readIntentStruct(fields: unknown): Intent {
  if (!(fields instanceof Result)) {
    throw new SdkError("InvalidJson", { field: "intent", expected: "a struct", value: fields });
  }
  const json = Object.entries<unknown>(fields.toObject()).map(([name, value]) => {
    if (typeof value !== "bigint") return [name, value];
    return [name, times.includes(name) ? Number(value) : value.toString()];
  });
  return parseIntent(Object.fromEntries(json));
}
