// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {Batch} from "../types/Batch.sol";
import {ISettlementCallback} from "./ISettlementCallback.sol";

/// @title A keeper that settles with liquidity from anywhere
/// @notice A keeper deploys its own and owns it for good. It is the batch's keeper: what sellers owe beyond the direct
/// transfers arrives here, a list of calls turns it into what buyers lack (swaps on pools, for instance), the settlement
/// takes that, and what is left is the owner's.
/// @dev The contract makes any call that its owner wants, so it must never have rights that belong to others. Warning:
/// never approve it for a token, and never name it in a permit: allowances and permits of owners of intents are for the
/// settlement. Warning: between batches, leave in it only what it may lose to a mistake of its owner's software.
interface IExecutor is ISettlementCallback {
    /// @notice One call of a list.
    struct Call {
        /// Whom to call.
        address target;
        /// Wei to send along.
        uint256 value;
        /// Calldata. A target without code fails unless this is empty.
        bytes data;
        /// Whether the list goes on if the call fails. For permits: somebody else may have submitted one already, and
        /// what counts is the allowance.
        bool allowFailure;
        /// The token that `target` may ask for during the call by `uniswapV3SwapCallback`; 0 if it may ask for nothing.
        address payToken;
        /// The most that it may ask for, in atoms of `payToken`: the input of a swap, and so a bound on its price.
        uint256 payMost;
    }

    /// @notice What to do around a batch.
    struct Plan {
        /// Calls before the batch is verified: permits.
        Call[] beforehand;
        /// Tokens that the settlement may take from here, to pay buyers that the batch leaves short.
        address[] payTokens;
        /// Calls when the batch has settled: unwrapping for those who want the chain's own coin, for instance.
        Call[] afterwards;
        /// Tokens of which all that is here goes to the owner at the end; 0 stands for the chain's own coin.
        address[] sweepTokens;
    }

    /* EVENTS */

    /// @notice A call that was allowed to fail has failed.
    event CallSkipped(address indexed target);

    /* ERRORS */

    /// @notice The caller is not the owner.
    error NotOwner(address caller);
    /// @notice A callback that nobody has asked for: not from the settlement while it settles this contract's batch, or
    /// not from the target of the call that is being made.
    error UnexpectedCallback(address caller);
    /// @notice Call `index` of its list failed with `reason`, or `target` has no code.
    error CallFailed(uint256 index, address target, bytes reason);
    /// @notice The target of a call asks for more than the call's `payMost` has left.
    error PaymentTooHigh(uint256 amount, uint256 most);
    /// @notice The owner refuses the chain's own coin.
    error SweepFailed(uint256 amount);

    /* THE OWNER'S */

    /// @notice Settles a batch as its keeper: `plan.beforehand`, then the settlement, in whose callback the calls in
    /// `batch.callbackData` are made, then `plan.afterwards`, then everything in `plan.sweepTokens` goes to the owner.
    /// @param batch Its `callbackData` is `abi.encode(Call[])`, or empty if no call has to be made.
    function settle(Batch calldata batch, Plan calldata plan) external payable;

    /// @notice Makes calls outside of a batch.
    function execute(Call[] calldata calls) external payable;

    /// @notice Sends all that is here of each token to the owner; 0 stands for the chain's own coin.
    function sweep(address[] calldata tokens) external;

    /* CALLBACKS */

    /// @notice A Uniswap v3 pool asks for the input of the swap. Answered only while the pool is the target of the call
    /// that is being made, in the token and up to the amount that the call names; the deltas are taken at their word,
    /// the bytes are ignored.
    /// @param amount0Delta What the pool wants of its token 0, if positive; else what it has sent.
    /// @param amount1Delta The same for token 1.
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;

    /* VIEWS */

    /// @notice The only account that this contract obeys.
    function owner() external view returns (address);
}
