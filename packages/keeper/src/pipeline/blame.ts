import { parseHex, type Address, type Hex, type IntentReason, type SettlementError } from "@walras/sdk";
import { readOwnerStates } from "../chain/ownerState.ts";
import type { StoredIntent } from "../domain.ts";
import type { EncodedSettlement } from "./encode.ts";
import type { SimulationDeps } from "./simulate.ts";

/** An intent that is to sit out, and what is to be said of it. */
export type Blamed = { intentHash: Hex; reason: IntentReason };

/** The contract's word on the fill, as a reason of its intent; "fill 3" means nothing to its owner. */
function reasonFrom({ name, message, fillIndex }: SettlementError): IntentReason {
  return { code: name, message: message.replaceAll(new RegExp(`\\bfill ${fillIndex}\\b`, "gi"), "it") };
}

/**
 * Whose fault a revert is; empty when it names nobody.
 *
 * A transfer that failed is put down to its seller by the contract. If that seller can pay for all it sells, the trouble
 * may just as well be with who was to receive (a token can refuse either), so both are named.
 *
 * @throws KeeperError `NodeUnreachable`
 */
export async function blame(
  error: SettlementError,
  encoded: EncodedSettlement,
  candidates: ReadonlyMap<string, StoredIntent>,
  { chain, settlement }: SimulationDeps,
): Promise<Blamed[]> {
  const fill = error.fillIndex === null ? undefined : encoded.fills[error.fillIndex];
  const seller = fill === undefined ? undefined : candidates.get(fill.intentHash);
  if (seller === undefined) return [];
  const { intentHash, owner } = seller;
  const named: Blamed = { intentHash, reason: reasonFrom(error) };

  const { token, from, to } = error.args;
  if (error.name !== "TransferFailed" || typeof token !== "string" || typeof to !== "string") return [named];
  if (from !== owner || token !== seller.signed.intent.sellToken) return [named];

  const [state] = await readOwnerStates(chain, settlement, await chain.latestBlock(), [
    { intentHash, owner, sellToken: parseHex(token, "token"), nonce: 0n, byApproval: false },
  ]);
  const owed = encoded.fills
    .filter(
      (other) => candidates.get(other.intentHash)?.signed.intent.sellToken === token && other.owner === owner,
    )
    .reduce((sum, { sold }) => sum + sold, 0n);
  if (state === undefined || state.balance < owed || state.allowance < owed) return [named];

  const receivers = encoded.fills.flatMap((other): Blamed[] => {
    const intent = candidates.get(other.intentHash)?.signed.intent;
    if (intent?.buyToken !== token || receiverOf(intent.receiver, other.owner) !== to) return [];
    const message = `${token} did not move ${error.args["amount"] ?? "tokens"} from ${owner} to ${to}.`;
    return [{ intentHash: other.intentHash, reason: { code: error.name, message } }];
  });
  return [named, ...receivers];
}

function receiverOf(receiver: Address, owner: Address): Address {
  return BigInt(receiver) === 0n ? owner : receiver;
}
