/** The ERC-7730 files of the sealed lane: valid, and they say of an intent what the settlement's file says. */
import { intentTypes, permit2Address, sealedPermit2Types } from "@walras/sdk";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import checked from "../../docs/erc7730/checked.schema.json" with { type: "json" };
import instant from "../../docs/erc7730/eip712-walras-intent.json" with { type: "json" };
import permit2 from "../../docs/erc7730/eip712-walras-permit2-intent.json" with { type: "json" };
import sealed from "../../docs/erc7730/eip712-walras-sealed-intent.json" with { type: "json" };

type Field = {
  path: string;
  label: string;
  format: string;
  visible?: unknown;
  params?: { tokenPath?: string };
};
type Format = { intent: string; interpolatedIntent?: string; fields: Field[] };
type Types = Record<string, readonly { name: string; type: string }[]>;

const typeOf = (types: Types, primary: string) =>
  TypedDataEncoder.from(
    Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...fields]])),
  ).encodeType(primary);

const intentType = typeOf(intentTypes, "Intent");
const permitType = typeOf(sealedPermit2Types, "PermitWitnessTransferFrom");
const formatOf = (file: { display: { formats: object } }, type: string): Format => {
  const format = new Map<string, Format>(Object.entries(file.display.formats)).get(type);
  if (format === undefined) throw new Error(`no format for ${type}`);
  return format;
};

describe("the clear-signing files of the sealed lane", () => {
  const files = { sealed, permit2 };
  for (const [name, file] of Object.entries(files)) {
    it(`are valid: ${name}`, () => {
      const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
      const validate = ajv.compile(checked);
      validate(file);
      expect(ajv.errorsText(validate.errors)).to.equal("No errors");
      expect(file.metadata.enums).to.deep.equal(instant.metadata.enums);
    });
  }

  it("show an intent for an auction as one for the settlement, by the auction's name", () => {
    expect(Object.keys(sealed.display.formats)).to.deep.equal([intentType]);
    const [here, there] = [formatOf(sealed, intentType), formatOf(instant, intentType)];
    expect(here.fields).to.deep.equal(there.fields);
    expect(here.interpolatedIntent).to.equal(there.interpolatedIntent);
    expect(sealed.metadata.contractName).to.equal("CallAuction");
    expect(sealed.context.eip712.domain).to.deep.equal({ name: "Walras", version: "1" });
  });

  it("show an intent that Permit2 funds as the intent itself, and what is taken, by whom and until when", () => {
    expect(Object.keys(permit2.display.formats)).to.deep.equal([permitType]);
    const { fields, interpolatedIntent } = formatOf(permit2, permitType);
    const there = formatOf(instant, intentType);
    const within = there.fields.map((field) => ({
      ...field,
      path: `witness.${field.path}`,
      ...(field.params?.tokenPath === undefined
        ? {}
        : { params: { ...field.params, tokenPath: `witness.${field.params.tokenPath}` } }),
    }));
    expect(fields.slice(0, within.length)).to.deep.equal(within);
    expect(interpolatedIntent).to.equal(there.interpolatedIntent?.replaceAll("{", "{witness."));
    const own = sealedPermit2Types.PermitWitnessTransferFrom.flatMap(({ name }) =>
      name === "permitted" ? ["permitted.token", "permitted.amount"] : name === "witness" ? [] : [name],
    );
    expect(
      fields
        .slice(within.length)
        .map(({ path }) => path)
        .sort(),
    ).to.deep.equal(own.sort());
    const hidden = fields.filter(({ visible }) => visible === "never").map(({ path }) => path);
    expect(hidden).to.deep.equal(["witness.nonce", "nonce"]);
  });

  it("are bound to Permit2's own domain, which has no version", () => {
    expect(permit2.context.eip712.domain).to.deep.equal({
      name: "Permit2",
      verifyingContract: permit2Address,
    });
  });
});
