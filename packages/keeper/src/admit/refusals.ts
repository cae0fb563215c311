/** Turns what zod and the SDK find wrong with an intent into the keeper's errors, with the path of the bad field. */
import { SdkError, type IntentDomain, type SerializedIntent } from "@walras/sdk";
import type { z } from "zod";
import { KeeperError } from "../errors.ts";

const amountFields: readonly string[] = [
  "sellAmount",
  "buyAmount",
  "startBuyAmount",
  "maxFee",
  "feePerWei",
] satisfies (keyof SerializedIntent)[];

type Issue = z.core.$ZodIssue;

/** What is wrong, as the rest of a sentence that starts with the field's path. */
function problemOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.message.endsWith("received undefined")
        ? "is missing"
        : `must be ${issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`}`;
    case "unrecognized_keys":
      return `has no field ${issue.keys.join(", ")}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "invalid_union":
      return "options" in issue
        ? `must be ${issue.options.map((option) => JSON.stringify(option)).join(" or ")}`
        : "is not of any known form";
    default:
      return issue.message;
  }
}

/**
 * The first thing that a schema found wrong.
 *
 * @param part where the value stood: "body", "params" or "querystring"
 */
export function refusalOfIssues(issues: readonly Issue[], part = "body"): KeeperError {
  const [issue] = issues;
  if (issue === undefined) return new KeeperError("InvalidRequest", { path: part, problem: "is not valid" });
  const path = issue.path.map(String).join(".");
  const problem = problemOf(issue);
  const isAmount = path.startsWith("intent.") && amountFields.includes(path.slice("intent.".length));
  if (isAmount) {
    return new KeeperError("InvalidAmount", {
      field: path,
      problem:
        problem === "is missing"
          ? problem
          : "must be a decimal string of atoms, without sign, point or exponent",
    });
  }
  return new KeeperError("InvalidRequest", { path: path === "" ? `The ${part}` : path, problem });
}

/** Any error of the SDK about a signed intent; other errors pass unchanged. */
export function refusalOfSdk(error: unknown, { chainId, verifyingContract }: IntentDomain): unknown {
  if (!(error instanceof SdkError)) return error;
  const { details, hint, message } = error;
  const field = String(details["field"]);
  const path = field.startsWith("signature") ? field : `intent.${field}`;
  const options = { cause: error };

  switch (error.code) {
    case "AmountOutOfRange": {
      const least = String(details["min"]);
      const problem = `must be from ${least} to 2^${String(details["bits"])} - 1; it is ${String(details["value"])}`;
      return field === "nonce"
        ? new KeeperError("InvalidRequest", { path, problem }, options)
        : new KeeperError("InvalidAmount", { field: path, problem }, options);
    }
    case "SameToken":
      return new KeeperError("SameToken", { token: String(details["token"]) }, options);
    case "NativeToken":
      return new KeeperError(
        "UnknownToken",
        { field: path, token: String(details["value"]), chainId },
        options,
      );
    case "InvalidSignature": {
      const problem = String(details["reason"]);
      return new KeeperError(
        "InvalidSignature",
        { problem, chainId, settlement: verifyingContract },
        options,
      );
    }
    case "InvalidValidity": {
      const problem = `intent.validTo ${String(details["validTo"])} is before intent.validFrom ${String(details["validFrom"])}.`;
      return new KeeperError("InvalidIntent", { problem, hint }, options);
    }
    case "InvalidDecay":
    case "FeeAboveAmount":
    case "ConditionDataTooLong":
      return new KeeperError("InvalidIntent", { problem: message, hint }, options);
    default: {
      const problem = message.startsWith(field)
        ? message.slice(field.length + 1).replace(/\.$/, "")
        : message;
      return new KeeperError("InvalidRequest", { path, problem }, options);
    }
  }
}
