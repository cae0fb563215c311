import { readFileSync } from "node:fs";
import { expect } from "chai";
import { SdkError, sdkErrorCodes } from "./errors.ts";
import * as sdk from "./index.ts";

const docs = readFileSync(new URL("../../../docs/SDK.md", import.meta.url), "utf8");

describe("SdkError", () => {
  it("carries its code, the details in words, a hint and its place in the documentation", () => {
    const error = new SdkError("AmountOutOfRange", { field: "sellAmount", min: 1n, bits: 128, value: 0n });
    expect(error.name).to.equal("SdkError");
    expect(error.code).to.equal("AmountOutOfRange");
    expect(error.message).to.equal("sellAmount must be a whole number from 1 to 2^128 - 1; it is 0.");
    expect(error.details).to.include({ field: "sellAmount", value: 0n });
    expect(error.hint).to.include("atoms");
    expect(error.docsPath).to.equal("docs/SDK.md#amountoutofrange");
  });

  it("shows whatever value was given, cut short", () => {
    const messageFor = (value: unknown) => new SdkError("InvalidKind", { value }).message;
    expect(messageFor(undefined)).to.include("undefined");
    expect(messageFor(null)).to.include("null");
    expect(messageFor({ a: 1 })).to.include("of type object");
    expect(messageFor([])).to.include("none");
    expect(messageFor(["a", 1n])).to.include("a, 1");
    expect(messageFor("x".repeat(1000))).to.have.length.lessThan(200);
  });

  it("is documented, code by code, where its docsPath points", () => {
    const documented = [...docs.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
    expect(documented).to.deep.equal([...sdkErrorCodes]);
  });
});

describe("docs/SDK.md", () => {
  it("speaks of no function that the package does not export, and of all that it does", () => {
    const reference = docs.slice(docs.indexOf("## Reference"), docs.indexOf("## Errors"));
    const listed = [...reference.matchAll(/`([a-z]\w+|[A-Z_]+)`/g)].map(([, name]) => name ?? "");
    const functions = Object.entries(sdk)
      .filter(([, value]) => typeof value === "function")
      .map(([name]) => name);
    for (const name of listed) expect(sdk).to.have.property(name);
    const constructors = ["SdkError", "KeeperApiError"];
    const helpers = ["isHex", "parseHex", "parseAddress"];
    expect([...listed, ...constructors, ...helpers]).to.include.members(functions);
  });

  it("imports nothing in its examples that the package does not export", () => {
    const imports = [...docs.matchAll(/import \{([^}]+)\} from "@walras\/sdk"/g)];
    expect(imports.length).to.be.greaterThan(5);
    const names = imports.flatMap(([, list]) => (list ?? "").split(",").map((name) => name.trim()));
    for (const name of names) if (!name.startsWith("type ")) expect(sdk).to.have.property(name);
  });
});
