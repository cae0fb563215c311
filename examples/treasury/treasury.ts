/** What the manager of a `Treasury` does off chain: choose an intent, and bring it to the contract or to a keeper. */
import { AbiCoder, Interface, type Signer } from "ethers";
import {
  buildIntent,
  hashIntent,
  parseHex,
  settlementAbi,
  timeSlicedCondition,
  type Address,
  type Hex,
  type Intent,
  type IntentDomain,
  type SignedIntent,
} from "@walras/sdk";

const intentType = new Interface(settlementAbi).getFunction("hashIntent")?.inputs[0]?.format("full") ?? "";

// #region slice
export type SlicedSale = {
  sellToken: Address;
  buyToken: Address;
  sellAmount: bigint;
  buyAmount: bigint;
  /** Chosen by the manager, see the notes on nonces. */
  nonce: bigint;
  /** When the first part may settle, in seconds; the others follow every `interval` seconds. */
  start: number;
  parts: number;
  interval: number;
};

/**
 * A sale in slices: one intent, of which no more may have been sold at any time than the parts that are due.
 *
 * @param timeSliced the condition's contract: `peripheryDeployment(chainId).timeSlicedCondition`
 */
export function slicedSale({ start, parts, interval, ...terms }: SlicedSale, timeSliced: Address): Intent {
  const schedule = { nonce: terms.nonce, total: terms.sellAmount, parts, start, interval };
  return buildIntent({
    ...terms,
    ...timeSlicedCondition(schedule, timeSliced),
    partiallyFillable: true,
    validFrom: start,
    validTo: start + parts * interval,
  });
}
// #endregion slice

// #region approve
/** The call by which the treasury approves an intent, for the manager to send. */
export function encodeSell(intent: Intent): Hex {
  const treasury = new Interface([`function sell(${intentType})`]);
  return parseHex(treasury.encodeFunctionData("sell", [intent]), "calldata");
}

/** How an approved intent is handed to a keeper: there is nothing to sign. */
export function approvedIntent(intent: Intent, treasury: Address): SignedIntent {
  return { intent, signature: { scheme: "approval", owner: treasury } };
}
// #endregion approve

// #region sign
/** Has the manager sign in the treasury's name: no transaction, and no gas. */
export async function signForTreasury(
  intent: Intent,
  domain: IntentDomain,
  manager: Signer,
  treasury: Address,
): Promise<SignedIntent> {
  const sale = await manager.signTypedData(
    { name: "Treasury", version: "1", chainId: domain.chainId, verifyingContract: treasury },
    { Sale: [{ name: "intentHash", type: "bytes32" }] },
    { intentHash: hashIntent(intent, domain) },
  );
  const signature = AbiCoder.defaultAbiCoder().encode([intentType, "bytes"], [intent, sale]);
  return {
    intent,
    signature: { scheme: "eip1271", owner: treasury, signature: parseHex(signature, "signature") },
  };
}
// #endregion sign
