import { Interface, Signature } from "ethers";
import type { Batch } from "./batch/Batch.ts";
import { encodeSettle } from "./batch/settleCalldata.ts";
import { settlementInterface } from "./batch/settlementInterface.ts";
import { parseAddress, parseHex, zeroAddress, type Address, type Hex } from "./hex.ts";
import { checkAmount } from "./intent/validateIntent.ts";

/** One call that an `Executor` makes for its owner. */
export type ExecutorCall = {
  target: Address;
  data: Hex;
  /** Wei to send along. Default: none. */
  value?: bigint;
  /** Whether the list goes on if the call fails. Default: no. */
  allowFailure?: boolean;
  /** What the target may ask for during the call by `uniswapV3SwapCallback`, in atoms. Default: nothing. */
  pay?: { token: Address; most: bigint };
};

/** What an `Executor` does around a batch; everything may be left out. */
export type ExecutorPlan = {
  /** Before the batch is verified: permits. */
  beforehand?: readonly ExecutorCall[];
  /** Tokens that the settlement may take from the executor, to pay buyers that the batch leaves short. */
  payTokens?: readonly Address[];
  /** When the batch has settled. */
  afterwards?: readonly ExecutorCall[];
  /** Tokens of which all that is left goes to the owner; the zero address stands for the chain's own coin. */
  sweepTokens?: readonly Address[];
};

const callType =
  "tuple(address target, uint256 value, bytes data, bool allowFailure, address payToken, uint256 payMost)";
const planType = `tuple(${callType}[] beforehand, address[] payTokens, ${callType}[] afterwards, address[] sweepTokens)`;
const batchType = settlementInterface.getFunction("settle")?.inputs[0]?.format("full") ?? "";

const executorInterface = /* @__PURE__ */ new Interface([
  `function settle(${batchType}, ${planType} plan) payable`,
  `function execute(${callType}[] calls) payable`,
  "function sweep(address[] tokens)",
]);

/** Permit2 has this address on every chain. */
export const permit2Address: Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

const permit2Type =
  "tuple(tuple(address token, uint160 amount, uint48 expiration, uint48 nonce) details, address spender, uint256 sigDeadline)";

const permit2Signature = "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)";

const outside = /* @__PURE__ */ new Interface([
  `function permit(address owner, ${permit2Type} permitSingle, bytes signature)`,
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
  "function transfer(address to, uint256 amount) returns (bool)",
  "function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data)",
  "function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes data)",
]);

const callValues = ({ target, data, value = 0n, allowFailure = false, pay }: ExecutorCall) => [
  parseAddress(target, "target"),
  checkAmount(value, "value", 256),
  parseHex(data, "data"),
  allowFailure,
  pay === undefined ? zeroAddress : parseAddress(pay.token, "pay.token"),
  pay === undefined ? 0n : checkAmount(pay.most, "pay.most", 256),
];

const tokenValues = (tokens: readonly Address[]) => tokens.map((token) => parseAddress(token, "token"));

/**
 * A batch's `callbackData` for an `Executor`: the calls that it makes when it holds what sellers owe, before the settlement
 * takes what buyers lack.
 *
 * @throws SdkError `InvalidAddress`, `InvalidHex`, `AmountOutOfRange`
 */
export function encodeExecutorCalls(calls: readonly ExecutorCall[]): Hex {
  // The bytes of a single argument are those of `abi.encode`, and what follows the selector here.
  return parseHex(`0x${encodeExecutorExecute(calls).slice(10)}`, "calls");
}

/**
 * The calldata of an `Executor`'s `settle`.
 *
 * @example
 * const batch = { ...solved, callbackData: encodeExecutorCalls([swap]) };
 * await keeper.sendTransaction({ to: executor, data: encodeExecutorSettle(batch, { payTokens: [weth], sweepTokens: [weth] }) });
 *
 * @throws SdkError as {@link encodeSettle} and {@link encodeExecutorCalls}
 */
export function encodeExecutorSettle(batch: Batch, plan: ExecutorPlan = {}): Hex {
  const [packed] = Array.from<unknown>(settlementInterface.decodeFunctionData("settle", encodeSettle(batch)));
  const { beforehand = [], payTokens = [], afterwards = [], sweepTokens = [] } = plan;
  const planValues = [
    beforehand.map(callValues),
    tokenValues(payTokens),
    afterwards.map(callValues),
    tokenValues(sweepTokens),
  ];
  return parseHex(executorInterface.encodeFunctionData("settle", [packed, planValues]), "calldata");
}

/**
 * The calldata of an `Executor`'s `execute`: calls outside of a batch.
 *
 * @throws SdkError as {@link encodeExecutorCalls}
 */
export function encodeExecutorExecute(calls: readonly ExecutorCall[]): Hex {
  return parseHex(executorInterface.encodeFunctionData("execute", [calls.map(callValues)]), "calldata");
}

/**
 * The calldata of an `Executor`'s `sweep`: all that it holds of these tokens goes to its owner.
 *
 * @param tokens the zero address stands for the chain's own coin
 * @throws SdkError `InvalidAddress`
 */
export function encodeExecutorSweep(tokens: readonly Address[]): Hex {
  return parseHex(executorInterface.encodeFunctionData("sweep", [tokenValues(tokens)]), "calldata");
}

/* CALLS */

/**
 * An ERC-2612 permit as a call. It may fail: whoever sees a permit can submit it first, and what counts is the allowance.
 *
 * @param permit `spender` is the settlement contract, never the executor; `signature` is the owner's, 64 or 65 bytes
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`, `InvalidHex`
 */
export function permitCall(permit: {
  token: Address;
  owner: Address;
  spender: Address;
  value: bigint;
  deadline: bigint;
  signature: Hex;
}): ExecutorCall {
  const { v, r, s } = Signature.from(parseHex(permit.signature, "signature"));
  const data = outside.encodeFunctionData("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", [
    parseAddress(permit.owner, "owner"),
    parseAddress(permit.spender, "spender"),
    checkAmount(permit.value, "value", 256),
    checkAmount(permit.deadline, "deadline", 256),
    v,
    r,
    s,
  ]);
  return {
    target: parseAddress(permit.token, "token"),
    data: parseHex(data, "data"),
    allowFailure: true,
  };
}

/**
 * A Permit2 allowance permit as a call; it may fail, as {@link permitCall}.
 *
 * It makes an allowance inside Permit2, for who spends through Permit2. The settlement does not: it takes by `transferFrom`
 * of the token itself, so this alone funds no intent.
 *
 * @param permit `amount` uint160, `expiration` and `nonce` uint48; `spender` is never the executor
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`, `InvalidHex`
 */
export function permit2Call(permit: {
  owner: Address;
  token: Address;
  amount: bigint;
  expiration: bigint;
  nonce: bigint;
  spender: Address;
  sigDeadline: bigint;
  signature: Hex;
}): ExecutorCall {
  const details = [
    parseAddress(permit.token, "token"),
    checkAmount(permit.amount, "amount", 160),
    checkAmount(permit.expiration, "expiration", 48),
    checkAmount(permit.nonce, "nonce", 48),
  ];
  const data = outside.encodeFunctionData(permit2Signature, [
    parseAddress(permit.owner, "owner"),
    [details, parseAddress(permit.spender, "spender"), checkAmount(permit.sigDeadline, "sigDeadline", 256)],
    parseHex(permit.signature, "signature"),
  ]);
  return { target: permit2Address, data: parseHex(data, "data"), allowFailure: true };
}

/**
 * A swap on a Uniswap v2 pair, without a router: the input goes to the pair, and the pair gives exactly what is asked for,
 * or the batch reverts.
 *
 * @param swap `amountOut` counts in the pair's other token; `zeroForOne` says whether the input is the pair's token 0
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`
 */
export function uniswapV2SwapCalls(swap: {
  pair: Address;
  tokenIn: Address;
  zeroForOne: boolean;
  amountIn: bigint;
  amountOut: bigint;
  recipient: Address;
}): ExecutorCall[] {
  const pair = parseAddress(swap.pair, "pair");
  const amountIn = checkAmount(swap.amountIn, "amountIn", 256);
  const amountOut = checkAmount(swap.amountOut, "amountOut", 256);
  const outputs = swap.zeroForOne ? [0n, amountOut] : [amountOut, 0n];
  const recipient = parseAddress(swap.recipient, "recipient");
  return [
    {
      target: parseAddress(swap.tokenIn, "tokenIn"),
      data: parseHex(outside.encodeFunctionData("transfer", [pair, amountIn]), "data"),
    },
    {
      target: pair,
      data: parseHex(
        outside.encodeFunctionData("swap(uint256,uint256,address,bytes)", [...outputs, recipient, "0x"]),
        "data",
      ),
    },
  ];
}

/** One beyond the lowest and one below the highest price that a v3 pool knows: no limit. */
const lowestSqrtPrice = 4295128740n;
const highestSqrtPrice = 1461446703485210103287273052203988822378723970341n;

/**
 * A swap on a Uniswap v3 pool, without a router: the pool asks the executor for the input, which pays up to `most`.
 *
 * @param swap `amount` is the exact input, or with `exactOutput` the exact output; `recipient` is the executor
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`
 */
export function uniswapV3SwapCall(swap: {
  pool: Address;
  tokenIn: Address;
  zeroForOne: boolean;
  amount: bigint;
  exactOutput?: boolean;
  /** The most input to pay. Default: the exact input. */
  most?: bigint;
  recipient: Address;
}): ExecutorCall {
  const { zeroForOne, exactOutput = false } = swap;
  const amount = checkAmount(swap.amount, "amount", 255, 1n);
  const data = outside.encodeFunctionData("swap(address,bool,int256,uint160,bytes)", [
    parseAddress(swap.recipient, "recipient"),
    zeroForOne,
    exactOutput ? -amount : amount,
    zeroForOne ? lowestSqrtPrice : highestSqrtPrice,
    "0x",
  ]);
  return {
    target: parseAddress(swap.pool, "pool"),
    data: parseHex(data, "data"),
    pay: {
      token: parseAddress(swap.tokenIn, "tokenIn"),
      most: checkAmount(swap.most ?? amount, "most", 256),
    },
  };
}
