// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {Batch} from "../types/Batch.sol";
import {Intent} from "../types/Intent.sol";
import {ICostMeter} from "./ICostMeter.sol";
import {ISettlementErrors} from "./ISettlementErrors.sol";

/// @title Settlement of signed intents at uniform clearing prices
/// @notice Checks outcomes; whoever brings the batch, the keeper, only looks for them. The rules that hold for every
/// batch (R1 limit, R2 uniform price, R3 conservation, R4 replay, R5 permissionless, R6 fee) are stated with their
/// formulas in docs/SPEC.md. Immutable: no owner, no pause, no upgrade, no balance.
/// @dev Assumptions on a token: `transferFrom` moves exactly the amount or reverts, or returns false, or returns
/// nothing and has moved it. Warning: a token that takes a fee on transfer delivers less than the bought amount; who
/// signs for such a token should add a condition on the balance. Warning: an allowance to this contract can be spent
/// by every valid signature of its owner, so an owner that is a contract answers for its `isValidSignature`.
interface ISettlement is ICostMeter, ISettlementErrors {
    /* EVENTS */

    /// @notice A fill of `intentHash`: `owner` gave `amounts >> 128` sell-token atoms (fee included) and the receiver got
    /// `uint128(amounts)` buy-token atoms.
    event Fill(bytes32 indexed intentHash, address indexed owner, uint256 amounts);
    /// @notice Ends a batch; the `Fill`s since the last one, in this transaction, are the batch's.
    event Settle(address indexed keeper);
    /// @notice `owner` cancelled the nonces `word * 256 + i` for every bit `i` that is set in `mask`.
    event Cancel(address indexed owner, uint256 indexed word, uint256 mask);
    /// @notice `owner` approved an intent on chain, or took the approval back.
    event Approval(address indexed owner, bytes32 indexed intentHash, bool approved);

    /* SETTLING */

    /// @notice Settles a batch, or reverts as a whole. Anybody may call; the caller is the batch's keeper.
    /// @dev In this order: checks every fill and spends its nonce or counts its amount; moves tokens from seller to
    /// buyer as `transfers` lists, each pair moving the smaller of what the one still owes and the other still has to
    /// get; moves what sellers still owe to the keeper; calls the keeper back; moves what buyers still have to get
    /// from the keeper; asks every condition. Amounts round so that a batch can pay for itself, `bought` down from
    /// `sold` for kind "sell" and `sold` up from `bought` for kind "buy", and the limit holds for the rounded amounts.
    /// Warning: the keeper's own allowance to this contract pays buyers that the batch leaves short.
    function settle(Batch calldata batch) external;

    /* OWNERS */

    /// @notice Cancels one of the caller's nonces, for good. No-op if it is spent.
    function cancel(uint256 nonce) external;

    /// @notice Cancels many of the caller's nonces: `word * 256 + i` for every bit `i` that is set in `mask`.
    function cancelMany(uint256 word, uint256 mask) external;

    /// @notice Approves an intent of the caller in place of a signature, or takes the approval back.
    /// @param intentHash EIP-712 digest, as `hashIntent` returns it.
    function setApproval(bytes32 intentHash, bool approved) external;

    /* VIEWS */

    /// @notice The bitmap of spent nonces: bit `i` of word `w` is nonce `w * 256 + i`.
    function nonceBitmap(address owner, uint256 word) external view returns (uint256);

    /// @notice Whether the nonce is filled or cancelled.
    function isNonceSpent(address owner, uint256 nonce) external view returns (bool);

    /// @notice What partially fillable intents with this nonce have executed so far, in atoms of their exact side (the
    /// sell token for kind "sell", the buy token for kind "buy"). Not updated by the fill that spends the nonce.
    /// @dev Warning: the amount counts for all partially fillable intents of the nonce together, whatever their tokens.
    function filledAmount(address owner, uint256 nonce) external view returns (uint256);

    /// @notice Whether `owner` has approved the intent on chain.
    function isApproved(address owner, bytes32 intentHash) external view returns (bool);

    /// @notice The EIP-712 digest of an intent: what its owner signs, and its one id everywhere.
    function hashIntent(Intent calldata intent) external view returns (bytes32);

    /// @notice The EIP-712 domain separator, bound to this chain and this contract.
    function domainSeparator() external view returns (bytes32);
}
