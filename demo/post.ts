/** Signs the market's intents and posts them to the keeper over HTTP. */
import {
  buildIntent,
  hashIntent,
  KeeperApiError,
  signCancel,
  signIntent,
  type Hex,
  type Intent,
  type KeeperClient,
  type SignedIntent,
} from "@walras/sdk";
import { Interface, Wallet } from "ethers";
import type { DemoIntent } from "./market.ts";
import { asOwner, ownerOf, tokenOf, type World } from "./world.ts";

/** An intent that was posted, and the keeper's answer: a refusal, or null when it was taken. */
export type Posted = {
  demo: DemoIntent;
  intent: Intent;
  intentHash: Hex;
  refusal: { code: string; message: string } | null;
};

const owners = new Interface([
  "function cancel(uint256 nonce)",
  "function setApproval(bytes32 intentHash, bool approved)",
]);

/** How many intents are on their way at a time. */
const concurrency = 8;

/** @param progress Called after each intent with how many are done. */
export async function postAll(
  world: World,
  client: KeeperClient,
  intents: readonly DemoIntent[],
  progress: (done: number) => void,
): Promise<Posted[]> {
  const posted: Posted[] = [];
  const queue = intents.entries();
  let done = 0;
  const worker = async () => {
    for (const [index, demo] of queue) {
      posted[index] = await post(world, client, demo);
      progress(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return posted;
}

async function post(world: World, client: KeeperClient, demo: DemoIntent): Promise<Posted> {
  const now = (await world.chain.provider.getBlock("latest"))?.timestamp ?? 0;
  const intent = toIntent(world, demo, now);
  const signed = await sign(world, demo, intent);
  if (demo.twist === "spent-nonce")
    await asTransaction(world, demo, owners.encodeFunctionData("cancel", [intent.nonce]));

  const intentHash = hashIntent(intent, world.domain);
  const chainId = demo.twist === "wrong-chain" ? world.chainId + 1 : world.chainId;
  try {
    const view = await client.postIntent(signed, { chainId });
    if (view.intentHash !== intentHash)
      throw new Error(`The keeper calls ${intentHash} by ${view.intentHash}.`);
    if (demo.twist === "post-twice") {
      const again = await client.postIntent(signed, { chainId });
      if (again.createdAt !== view.createdAt) throw new Error(`Posting ${intentHash} twice stored it twice.`);
    }
    if (demo.twist === "cancel") {
      const signature = await signCancel(intentHash, world.domain, ownerOf(world, demo.owner).wallet);
      await client.cancelIntent(intentHash, signature);
    }
    return { demo, intent, intentHash, refusal: null };
  } catch (error) {
    if (!(error instanceof KeeperApiError)) throw error;
    return { demo, intent, intentHash, refusal: { code: error.code, message: error.message } };
  }
}

function toIntent(world: World, { terms }: DemoIntent, now: number): Intent {
  const { sell, buy, validFor, decayFor, opensIn, ...rest } = terms;
  const intent = buildIntent({
    ...rest,
    sellToken: tokenOf(world, sell).address,
    buyToken: tokenOf(world, buy).address,
    ...(opensIn === undefined ? {} : { validFrom: now + opensIn }),
    ...(decayFor === undefined ? {} : { validFrom: now, decayEnd: now + decayFor }),
    validFor: Math.max(validFor, 1),
    now,
  });
  // Some intents are meant to be over already, which the builder would not let pass.
  return { ...intent, validTo: now + validFor };
}

async function sign(world: World, demo: DemoIntent, intent: Intent): Promise<SignedIntent> {
  const owner = ownerOf(world, demo.owner);
  if (owner.holds === "approver") {
    const intentHash = hashIntent(intent, world.domain);
    await asTransaction(world, demo, owners.encodeFunctionData("setApproval", [intentHash, true]));
    return { intent, signature: { scheme: "approval", owner: owner.address } };
  }
  const signer = demo.twist === "someone-else-signs" ? Wallet.createRandom() : owner.wallet;
  const domain =
    demo.twist === "wrong-chain" ? { ...world.domain, chainId: world.chainId + 1 } : world.domain;
  return signIntent(
    intent,
    domain,
    signer,
    owner.holds === "contract" ? { contractOwner: owner.address } : {},
  );
}

/** A call of the owner to the settlement contract, mined. */
async function asTransaction(world: World, demo: DemoIntent, data: string): Promise<void> {
  const owner = ownerOf(world, demo.owner);
  const response = await owner.wallet.sendTransaction(asOwner(owner, world.settlement, data));
  await response.wait();
}
