/** The ERC-7730 file: valid, and it leaves nothing of an intent unsaid. */
import { readFileSync } from "node:fs";
import { cancelTypes, intentKinds, intentTypes, zeroAddress } from "@walras/sdk";
import { Ajv2020, type SchemaObject } from "ajv/dist/2020.js";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import deployments from "../../packages/sdk/src/generated/deployments.json" with { type: "json" };
import descriptor from "../../docs/erc7730/eip712-walras-intent.json" with { type: "json" };
import permit2 from "../../docs/erc7730/eip712-walras-permit2-intent.json" with { type: "json" };
import sealed from "../../docs/erc7730/eip712-walras-sealed-intent.json" with { type: "json" };
import checked from "../../docs/erc7730/checked.schema.json" with { type: "json" };

type Field = { path: string; format: string; visible?: unknown; params?: Record<string, unknown> };

const typeOf = (types: Record<string, readonly { name: string; type: string }[]>) =>
  TypedDataEncoder.from(
    Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...fields]])),
  );

const intentType = typeOf(intentTypes).encodeType("Intent");
const cancelType = typeOf(cancelTypes).encodeType("Cancel");
const formats = new Map<string, { fields: Field[]; interpolatedIntent?: string }>(
  Object.entries(descriptor.display.formats),
);
const fields = formats.get(intentType)?.fields ?? [];
const fieldOf = (path: string) => fields.find((field) => field.path === path);

/** What is wrong with a file by a schema; formats such as "eip55" are annotations. */
function faults(schema: SchemaObject, file: unknown): string {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  validate(file);
  return ajv.errorsText(validate.errors);
}

describe("the clear-signing file", () => {
  it("is valid", () => {
    expect(faults(checked, descriptor)).to.equal("No errors");
    // The public schema itself, for who has a copy: ERC7730_SCHEMA=erc7730-v2.schema.json
    const published = process.env["ERC7730_SCHEMA"];
    if (published === undefined) return;
    const schema = JSON.parse(readFileSync(published, "utf8")) as SchemaObject;
    for (const file of [descriptor, sealed, permit2]) expect(faults(schema, file)).to.equal("No errors");
  });

  it("is checked by a schema that finds faults", () => {
    const { display, ...rest } = descriptor;
    const withField = (field: unknown) => ({
      ...rest,
      display: { formats: { [intentType]: { intent: "Exchange tokens", fields: [field] } } },
    });
    const good = { path: "nonce", label: "Nonce", format: "raw" };
    expect(faults(checked, withField(good))).to.equal("No errors");
    expect(faults(checked, rest)).to.contain("display");
    for (const fault of [
      { path: "nonce", format: "raw" },
      { ...good, format: "number" },
      { ...good, visible: "sometimes" },
      { ...good, visible: { ifNotIn: [] } },
      { ...good, format: "date" },
      { ...good, format: "date", params: { encoding: "seconds" } },
      { ...good, format: "tokenAmount", params: {} },
      { ...good, params: { tokenPath: "sellToken" } },
    ])
      expect(faults(checked, withField(fault)), JSON.stringify(fault)).not.to.equal("No errors");
    expect(display.formats).to.have.all.keys(intentType, cancelType);
  });

  it("speaks of the types that owners sign", () => {
    expect([...formats.keys()]).to.deep.equal([intentType, cancelType]);
    expect(formats.get(cancelType)?.fields.map(({ path }) => path)).to.deep.equal(["intentHash"]);
  });

  it("shows every field of an intent once, and hides for good none but the nonce", () => {
    expect(fields.map(({ path }) => path).sort()).to.deep.equal(
      intentTypes.Intent.map(({ name }) => name).sort(),
    );
    expect(fields.filter(({ visible }) => visible === "never").map(({ path }) => path)).to.deep.equal([
      "nonce",
    ]);
  });

  it("leaves a field out only where it says nothing, or where its amount says it", () => {
    const nothing: Record<string, unknown> = { address: zeroAddress, bytes: "0x", uint32: 0, uint128: 0 };
    const always = ["kind", "sellAmount", "buyAmount", "validTo", "partiallyFillable"];
    for (const { name, type } of intentTypes.Intent) {
      if (name === "nonce") continue;
      const visible = fieldOf(name)?.visible;
      if (always.includes(name)) expect(visible, name).to.equal(undefined);
      else if (name === "sellToken" || name === "buyToken") expect(visible, name).to.equal("optional");
      else expect(visible, name).to.deep.equal({ ifNotIn: [nothing[type]] });
    }
  });

  it("shows amounts in their own token, times as dates, accounts by name and the kind in words", () => {
    const token: Record<string, string> = {
      sellAmount: "sellToken",
      maxFee: "sellToken",
      buyAmount: "buyToken",
      startBuyAmount: "buyToken",
    };
    for (const { name, type } of intentTypes.Intent) {
      const field = fieldOf(name);
      if (name in token) {
        expect(field?.format, name).to.equal("tokenAmount");
        expect(field?.params, name).to.deep.equal({ tokenPath: token[name] });
      }
      if (type === "uint32") {
        expect(field?.format, name).to.equal("date");
        expect(field?.params, name).to.deep.equal({ encoding: "timestamp" });
      }
      if (type === "address") expect(field?.format, name).to.equal("addressName");
    }
    expect(fieldOf("kind")?.params).to.deep.equal({ $ref: "$.metadata.enums.kind" });
    expect(descriptor.metadata.enums.kind).to.have.all.keys(...intentKinds);
  });

  it("names in its sentence only fields that it shows always", () => {
    const named = [...(formats.get(intentType)?.interpolatedIntent ?? "").matchAll(/\{(\w+)\}/g)];
    expect(named.map(([, path]) => path)).to.deep.equal(["sellAmount", "buyAmount", "validTo"]);
    for (const [, path] of named) expect(fieldOf(path ?? "")?.visible).to.equal(undefined);
  });

  it("is bound to the domain that owners sign for, and to every public deployment", () => {
    const { eip712 }: { eip712: { domain: unknown; deployments?: unknown[] } } = descriptor.context;
    expect(eip712.domain).to.deep.equal({ name: "Walras", version: "1" });
    const known = Object.entries<{ address: string }>(deployments)
      .filter(([chainId]) => chainId !== "31337")
      .map(([chainId, { address }]) => ({ chainId: Number(chainId), address }));
    expect(eip712.deployments ?? []).to.deep.equal(known);
  });
});
