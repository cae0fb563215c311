/** Waits until every intent has come to what is expected of it and every batch is confirmed. */
import type { BatchView, IntentView, KeeperClient } from "@walras/sdk";
import type { Expectation } from "./market.ts";
import type { Posted } from "./post.ts";

/** An intent with what has become of it; `view` is null for one that the keeper refused. */
export type Followed = Posted & { view: IntentView | null };

/** Whether what has become of an intent is what was expected. */
export function meets(expectation: Expectation, { refusal, view }: Followed): boolean {
  if (expectation.outcome === "any") return true;
  if (expectation.outcome === "refused") return refusal?.code === expectation.code;
  if (view === null) return false;
  switch (expectation.outcome) {
    case "settled":
      return view.fills.some(({ confirmed }) => confirmed);
    case "open":
      return view.status === "open" && view.reason?.code === expectation.reason;
    case "cancelled":
    case "expired":
    case "invalid":
      return view.status === expectation.outcome;
  }
}

/**
 * @param quietMs For how long nothing must change before it counts as settled.
 * @param leastBatches How many batches there must be before quiet counts, so that a busy machine is not taken for a quiet market.
 * @param progress Called on each look with what is done and what is still awaited.
 */
export async function follow(
  client: KeeperClient,
  posted: readonly Posted[],
  { timeoutMs, quietMs, leastBatches }: { timeoutMs: number; quietMs: number; leastBatches: number },
  progress: (settled: number, awaited: number, batches: number) => void,
): Promise<{ followed: Followed[]; batches: BatchView[] }> {
  const deadline = Date.now() + timeoutMs;
  let before = "";
  let quietSince = Date.now();
  for (;;) {
    const followed = await Promise.all(
      posted.map(async (each) => ({
        ...each,
        view: each.refusal === null ? await client.getIntent(each.intentHash) : null,
      })),
    );
    const batches = await allBatches(client);
    const awaited = followed.filter((each) => !meets(each.demo.expect, each)).length;
    const settled = followed.filter(({ view }) => view !== null && view.fills.length > 0).length;
    progress(settled, awaited, batches.length);

    const state = JSON.stringify([
      followed.map(({ view }) => view?.status),
      batches.map(({ status }) => status),
    ]);
    if (state !== before) quietSince = Date.now();
    before = state;
    const unconfirmed = batches.some(({ status }) => status !== "confirmed" && status !== "failed");
    const quiet = Date.now() - quietSince >= quietMs;
    const isOver = awaited === 0 && !unconfirmed && quiet && batches.length >= leastBatches;
    if (isOver || Date.now() >= deadline) return { followed, batches };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/**
 * What has become of everything on a chain that has come to a stop, once the keeper has seen its newest block.
 *
 * @throws Error if the keeper does not see it in time
 */
export async function readStopped(
  client: KeeperClient,
  posted: readonly Posted[],
  headNumber: number,
): Promise<{ followed: Followed[]; batches: BatchView[] }> {
  const deadline = Date.now() + 60_000;
  while (((await client.health()).block?.number ?? 0) < headNumber) {
    if (Date.now() > deadline) throw new Error(`The keeper does not get to block ${headNumber}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  // It has seen the block when it says so, and may still be writing down what was in it.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return follow(client, posted, { timeoutMs: 0, quietMs: 0, leastBatches: 0 }, () => undefined);
}

/** Oldest first. */
async function allBatches(client: KeeperClient): Promise<BatchView[]> {
  const batches: BatchView[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await client.listBatches({ limit: 50, ...(typeof cursor === "string" ? { cursor } : {}) });
    batches.push(...page.batches);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return batches.reverse();
}
