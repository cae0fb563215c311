/** An arc of a flow network: at most `capacity` (integer, in units of value) at `gain` per unit (an integer number). */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly capacity: bigint;
  readonly gain: number;
  /** Where a good solution is expected: start this arc full. */
  readonly startFull?: boolean;
}

/** A flow of greatest gain, and what it could not balance. */
export interface Circulation {
  /** Flow per arc. */
  readonly flow: readonly bigint[];
  /** What each node lacks in spite of the flow; all zero when the network can be balanced. */
  readonly lack: readonly bigint[];
}

const NOWHERE = -1;
const LOWER = 0;
const UPPER = 1;
const TREE = 2;

/**
 * The flow of greatest total gain through a network whose nodes may keep what they have too much of: network simplex
 * with exact integer flows. A strongly feasible tree is kept throughout, which rules out cycling.
 *
 * @param nodes number of nodes
 * @param excess what each node has (positive) or needs (negative) of its own
 */
export function greatestCirculation(
  nodes: number,
  arcs: readonly Arc[],
  excess: readonly bigint[],
): Circulation {
  return new NetworkSimplex(nodes, arcs, excess).run();
}

class NetworkSimplex {
  readonly #nodes: number;
  readonly #root: number;
  readonly #arcs: number;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #cost: Float64Array;
  /** `undefined` means without bound. */
  readonly #capacity: (bigint | undefined)[];
  readonly #flow: bigint[];
  readonly #state: Uint8Array;
  readonly #parent: Int32Array;
  readonly #parentArc: Int32Array;
  readonly #depth: Int32Array;
  readonly #potential: Float64Array;
  #next = 0;

  constructor(nodes: number, arcs: readonly Arc[], excess: readonly bigint[]) {
    this.#nodes = nodes;
    this.#root = nodes;
    this.#arcs = arcs.length;
    // Per node one arc that disposes of too much and one that stands for what is lacking.
    const total = arcs.length + 2 * nodes;
    this.#from = new Int32Array(total);
    this.#to = new Int32Array(total);
    this.#cost = new Float64Array(total);
    this.#capacity = new Array<bigint | undefined>(total).fill(undefined);
    this.#flow = new Array<bigint>(total).fill(0n);
    this.#state = new Uint8Array(total);
    this.#parent = new Int32Array(nodes + 1).fill(NOWHERE);
    this.#parentArc = new Int32Array(nodes + 1).fill(NOWHERE);
    this.#depth = new Int32Array(nodes + 1);
    this.#potential = new Float64Array(nodes + 1);

    const balance = [...excess];
    let largest = 1;
    arcs.forEach((arc, k) => {
      this.#from[k] = arc.from;
      this.#to[k] = arc.to;
      this.#cost[k] = -arc.gain;
      this.#capacity[k] = arc.capacity;
      largest = Math.max(largest, Math.abs(arc.gain));
      if (arc.startFull !== true) return;
      this.#state[k] = UPPER;
      this.#flow[k] = arc.capacity;
      balance[arc.from] = (balance[arc.from] ?? 0n) - arc.capacity;
      balance[arc.to] = (balance[arc.to] ?? 0n) + arc.capacity;
    });
    // A lack must cost more than any cycle can gain.
    const lackCost = 2 * largest * (nodes + 1);
    for (let node = 0; node < nodes; node++) this.#hang(node, balance[node] ?? 0n, lackCost);
    this.#refreshTree();
  }

  run(): Circulation {
    for (let arc = this.#entering(); arc !== NOWHERE; arc = this.#entering()) this.#pivot(arc);
    return {
      flow: this.#flow.slice(0, this.#arcs),
      lack: this.#flow.slice(this.#arcs + this.#nodes),
    };
  }

  /** Hangs a node on the root: by its disposal arc where it has enough, else by its lack. */
  #hang(node: number, balance: bigint, lackCost: number): void {
    const disposal = this.#arcs + node;
    const lack = this.#arcs + this.#nodes + node;
    this.#from[disposal] = node;
    this.#to[disposal] = this.#root;
    this.#from[lack] = this.#root;
    this.#to[lack] = node;
    this.#cost[lack] = lackCost;
    const inTree = balance >= 0n ? disposal : lack;
    this.#state[inTree] = TREE;
    this.#flow[inTree] = balance >= 0n ? balance : -balance;
    this.#parent[node] = this.#root;
    this.#parentArc[node] = inTree;
  }

  /** The best arc of the first block that has one that improves, going round from where the last search ended. */
  #entering(): number {
    const total = this.#state.length;
    const block = Math.max(32, Math.ceil(Math.sqrt(total)));
    let best = NOWHERE;
    let bestCost = 0;
    for (let seen = 1; seen <= total; seen++) {
      const arc = this.#next;
      this.#next = arc + 1 === total ? 0 : arc + 1;
      const state = int(this.#state, arc);
      if (state !== TREE) {
        const reduced = this.#reducedCost(arc) * (state === LOWER ? 1 : -1);
        if (reduced < bestCost) {
          bestCost = reduced;
          best = arc;
        }
      }
      if (seen % block === 0 && best !== NOWHERE) break;
    }
    return best;
  }

  #reducedCost(arc: number): number {
    return (
      num(this.#cost, arc) -
      num(this.#potential, int(this.#from, arc)) +
      num(this.#potential, int(this.#to, arc))
    );
  }

  /** Pushes flow round the cycle that the entering arc closes, and swaps it for the arc that blocks. */
  #pivot(entering: number): void {
    const isForward = int(this.#state, entering) === LOWER;
    const tail = int(isForward ? this.#from : this.#to, entering);
    const head = int(isForward ? this.#to : this.#from, entering);
    let delta = this.#capacity[entering];
    let leavingNode = NOWHERE;
    let isTailSide = true;
    // The flow runs tail -> head by the entering arc, then up the tree to the join, then down to the tail.
    let a = tail;
    let b = head;
    while (a !== b) {
      const onTailSide = int(this.#depth, a) >= int(this.#depth, b);
      const node = onTailSide ? a : b;
      const room = this.#room(node, onTailSide);
      // Of several that block, the last one seen from the join along the cycle leaves: that keeps the tree feasible.
      if (room !== undefined && (delta === undefined || room < delta || (!onTailSide && room === delta))) {
        delta = room;
        leavingNode = node;
        isTailSide = onTailSide;
      }
      if (onTailSide) a = int(this.#parent, a);
      else b = int(this.#parent, b);
    }
    // Only a cycle of arcs without bound has none, and those go through the root and back at a cost.
    if (delta === undefined) return;

    this.#push(entering, isForward, delta);
    this.#pushToJoin(tail, head, delta);
    if (leavingNode === NOWHERE) {
      this.#state[entering] = isForward ? UPPER : LOWER;
      return;
    }
    const leaving = int(this.#parentArc, leavingNode);
    this.#state[leaving] = this.#flow[leaving] === 0n ? LOWER : UPPER;
    this.#state[entering] = TREE;
    this.#rehang(entering, leavingNode, isTailSide ? tail : head, isTailSide ? head : tail);
    this.#refreshTree();
  }

  /** What the arc above a node can still take in the direction of the cycle; `undefined` is without bound. */
  #room(node: number, isTailSide: boolean): bigint | undefined {
    const arc = int(this.#parentArc, node);
    const isRaised = (int(this.#to, arc) === node) === isTailSide;
    const flow = this.#flow[arc] ?? 0n;
    if (!isRaised) return flow;
    const capacity = this.#capacity[arc];
    return capacity === undefined ? undefined : capacity - flow;
  }

  #push(arc: number, isForward: boolean, delta: bigint): void {
    this.#flow[arc] = (this.#flow[arc] ?? 0n) + (isForward ? delta : -delta);
  }

  #pushToJoin(tail: number, head: number, delta: bigint): void {
    let a = tail;
    let b = head;
    while (a !== b) {
      const onTailSide = int(this.#depth, a) >= int(this.#depth, b);
      const node = onTailSide ? a : b;
      const arc = int(this.#parentArc, node);
      this.#push(arc, (int(this.#to, arc) === node) === onTailSide, delta);
      if (onTailSide) a = int(this.#parent, a);
      else b = int(this.#parent, b);
    }
  }

  /** Turns the path from `inside` up to the cut-off node round, so that its subtree hangs on `outside`. */
  #rehang(entering: number, cutOff: number, inside: number, outside: number): void {
    let node = inside;
    let parent = outside;
    let arc = entering;
    for (;;) {
      const oldParent = int(this.#parent, node);
      const oldArc = int(this.#parentArc, node);
      this.#parent[node] = parent;
      this.#parentArc[node] = arc;
      if (node === cutOff) return;
      parent = node;
      arc = oldArc;
      node = oldParent;
    }
  }

  /** Recomputes depths and potentials from the root; with few nodes this costs less than keeping threads. */
  #refreshTree(): void {
    const child = new Int32Array(this.#nodes + 1).fill(NOWHERE);
    const sibling = new Int32Array(this.#nodes + 1).fill(NOWHERE);
    for (let node = 0; node < this.#nodes; node++) {
      const parent = int(this.#parent, node);
      sibling[node] = int(child, parent);
      child[parent] = node;
    }
    const stack = [this.#root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (let c = int(child, node); c !== NOWHERE; c = int(sibling, c)) {
        const arc = int(this.#parentArc, c);
        this.#depth[c] = int(this.#depth, node) + 1;
        const cost = num(this.#cost, arc);
        this.#potential[c] = num(this.#potential, node) + (int(this.#from, arc) === c ? cost : -cost);
        stack.push(c);
      }
    }
  }
}

function int(array: Int32Array | Uint8Array, index: number): number {
  return array[index] ?? NOWHERE;
}

function num(array: Float64Array, index: number): number {
  return array[index] ?? 0;
}
