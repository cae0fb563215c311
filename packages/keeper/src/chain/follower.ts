import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { Chain } from "./Chain.ts";

/** What has happened to the chain since it was last looked at. */
export type ChainEvent =
  | { type: "block"; head: BlockRef }
  /** Every block above `ancestor` that was known is gone. */
  | { type: "reorg"; head: BlockRef; ancestor: number };

/** What the follower knows of the node. */
export type NodeState = {
  reachable: boolean;
  latencyMs: number | null;
  /** What went wrong when it was last asked. */
  error: string | null;
  head: BlockRef | null;
  /** The newest block is older than it should be. */
  stalled: boolean;
  /** The node is still catching up, or answers from an earlier block than it has before. */
  behind: boolean;
};

export type FollowerOptions = {
  chain: Pick<Chain, "latestBlock" | "blockByNumber" | "syncing">;
  maxBlockAgeSeconds: number;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** How many blocks are remembered. A reorg that is deeper counts as one of all of them. */
  depth?: number;
};

/**
 * How many times in a row a node may answer with an ancestor of the newest block that it gave before: behind a load
 * balancer one node is a little later than another. After that, the chain has indeed become shorter.
 */
const patience = 3;

/** Block intervals are measured for planning; what is beyond these bounds is a local chain that mines on demand. */
const shortestInterval = 1;
const longestInterval = 12;

/** Follows the head of the chain by asking for it. Keeps no time: whoever owns it decides when to look. */
export class BlockFollower {
  readonly #options: FollowerOptions;
  readonly #depth: number;
  /** Known canonical blocks by ascending number; the last one is the head. */
  #known: BlockRef[] = [];
  #regressions = 0;
  #state: NodeState = {
    reachable: false,
    latencyMs: null,
    error: null,
    head: null,
    stalled: false,
    behind: false,
  };

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#depth = options.depth ?? 256;
  }

  get state(): NodeState {
    const head = this.#known.at(-1);
    if (head === undefined) return this.#state;
    const age = this.#options.clock() / 1000 - head.timestamp;
    return { ...this.#state, stalled: age > this.#options.maxBlockAgeSeconds };
  }

  /** Seconds between blocks as seen lately, for telling when the next one comes. */
  get blockInterval(): number {
    const [first, last] = [this.#known.at(-17) ?? this.#known.at(0), this.#known.at(-1)];
    if (first === undefined || last === undefined || last.number === first.number) return longestInterval;
    const interval = (last.timestamp - first.timestamp) / (last.number - first.number);
    return Math.min(longestInterval, Math.max(shortestInterval, Math.ceil(interval)));
  }

  /**
   * Looks at the chain. At most one event; null when nothing has changed, and while the node is behind what it has said
   * before, when nothing that it says should be believed.
   *
   * @throws KeeperError `NodeUnreachable`
   */
  async poll(): Promise<ChainEvent | null> {
    const { chain, clock } = this.#options;
    const start = clock();
    try {
      const head = await chain.latestBlock();
      const latencyMs = Math.max(0, clock() - start);
      const event = await this.#take(head);
      this.#state = {
        ...this.#state,
        reachable: true,
        latencyMs,
        error: null,
        head: this.#known.at(-1) ?? null,
      };
      // A chain without blocks may be one that mines on demand; only the node can say that it is late.
      const syncing = this.state.stalled && (await chain.syncing());
      this.#state = { ...this.#state, behind: syncing || this.#regressions > 0 };
      return event;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#state = { ...this.#state, reachable: false, latencyMs: null, error: message };
      throw error;
    }
  }

  async #take(head: BlockRef): Promise<ChainEvent | null> {
    const last = this.#known.at(-1);
    if (last === undefined) {
      this.#known = [head];
      return { type: "block", head };
    }
    if (head.hash === last.hash) {
      this.#regressions = 0;
      return null;
    }
    if (this.#known.some(({ hash }) => hash === head.hash) && this.#regressions < patience) {
      this.#regressions += 1;
      return null;
    }
    this.#regressions = 0;

    const ancestor = await this.#findAncestor(head);
    const dropped = ancestor?.hash !== last.hash;
    this.#known = this.#known.filter(({ number }) => ancestor !== null && number <= ancestor.number);
    if (ancestor?.hash !== head.hash) this.#known.push(head);
    if (this.#known.length > this.#depth) this.#known.shift();
    if (!dropped) return { type: "block", head };
    return { type: "reorg", head, ancestor: ancestor?.number ?? -1 };
  }

  /** The newest known block that the new head descends from; null when none of those remembered is. */
  async #findAncestor(head: BlockRef): Promise<BlockRef | null> {
    for (const block of this.#known.toReversed()) {
      if (block.number > head.number) continue;
      if (block.hash === head.hash || block.hash === head.parentHash) return block;
      if (block.number === head.number) continue;
      const canonical = await this.#options.chain.blockByNumber(block.number);
      if (canonical === null) {
        const problem = `it has block ${head.number} but not block ${block.number}`;
        throw new KeeperError("NodeUnreachable", { problem });
      }
      if (canonical.hash === block.hash) return block;
    }
    return null;
  }
}
