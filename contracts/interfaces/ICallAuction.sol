// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {Progress} from "../types/Clearing.sol";
import {Market} from "../types/Market.sol";
import {Intent} from "../types/Intent.sol";
import {Placement} from "../types/Placement.sol";
import {ICallAuctionErrors} from "./ICallAuctionErrors.sol";
import {IDataFee} from "./IDataFee.sol";
import {ISignatureTransfer} from "./ISignatureTransfer.sol";

/// @title Sealed windows: a call auction whose clearing is checked
/// @notice Time is cut into windows. Intents are placed on chain into the current window, with their tokens; at its end
/// the window locks, and anybody clears it by naming prices. The contract verifies, over every order of the window, that
/// the prices are the equilibrium (docs/SPEC.md, "Sealed windows"): nobody can be left out, everybody trades at the same
/// prices, and no choice is left to who clears. Immutable: no owner, no pause, no upgrade, and a fixed list of tokens; anybody deploys another market.
/// @dev Why a list, with minimum sizes: among tokens of any making, three orders could have no equilibrium in integers, because
/// one atom of a token is worth more than all that would flow through it, and such orders would keep a window from being
/// cleared at no cost. With minimums, an atom is worth at most 2^-16 of any order.
/// An order is a placed intent. It sells `amount` = sellAmount - maxFee for at least `asked` = buyAmount, all or in
/// part: its limit price is asked/amount, so the owner gets at least `buyAmount` for the whole `sellAmount`, whatever the
/// fees are. Its id is its place in its window, from 0.
/// Assumptions on a token: it moves exactly the amount or reverts, returns false, or returns nothing and has moved it; a
/// balance changes by transfers alone. A token that takes a fee is refused when it is placed. One that rebases downwards
/// cannot be paid out in full, to those who hold it here; no other token is concerned.
interface ICallAuction is ICallAuctionErrors {
    /// @notice Where a window stands.
    enum State {
        /// The current one: orders are placed and cancelled.
        Open,
        /// In the future: nothing can be done yet.
        Future,
        /// Locked: to be cleared.
        Locked,
        /// Cleared: to be claimed and rolled.
        Cleared,
        /// Was not cleared in time: to be refunded.
        Void
    }

    /// @notice An order as it stands. All 0 if it has been cancelled, paid out or rolled.
    struct Order {
        address owner;
        /// Who gets what is bought: the owner, unless the intent names somebody else.
        address receiver;
        /// Index of the tokens in the market.
        uint16 sellToken;
        uint16 buyToken;
        /// What it sells, in sell-token atoms.
        uint112 amount;
        /// What it asks for all of `amount`, in buy-token atoms.
        uint112 asked;
        /// What is left of its fee budget, in sell-token atoms.
        uint128 budget;
        /// Sell-token atoms per wei of metered cost, scaled by 1e18.
        uint128 feePerWei;
        uint32 validTo;
    }

    /* EVENTS */

    /// @notice `owner`'s intent is order `id` of `window`. `fee` sell-token atoms have gone to who brought it.
    event Place(
        bytes32 indexed intentHash,
        address indexed owner,
        uint256 indexed window,
        uint256 id,
        uint256 fee
    );
    /// @notice The owner has taken order `id` back.
    event Cancel(uint256 indexed window, uint256 indexed id);
    /// @notice A page of a clearing has been verified. `key` stands for window, clearer, prices and salt:
    /// keccak256(abi.encode(window, clearer, prices, salt)).
    event ClearPage(uint256 indexed window, bytes32 indexed key, uint256 next);
    /// @notice The window is cleared. Of each token of the market `price << 128 | bonus`, as in `pricesOf`, or 0 if it was not
    /// traded.
    event Clear(
        uint256 indexed window,
        address indexed clearer,
        bytes32 key,
        uint256 weiPerOrder,
        uint256[] outcomes
    );
    /// @notice Order `id` is closed, or rolled: it has sold `executed` for `bought`, paid `fee` sell-token atoms for that,
    /// and `returned` sell-token atoms have gone back (0 if it is rolled).
    event Claim(
        uint256 indexed window,
        uint256 indexed id,
        uint256 executed,
        uint256 bought,
        uint256 fee,
        uint256 returned
    );
    /// @notice The rest of order `id` is order `newId` of `newWindow`.
    event Roll(uint256 indexed window, uint256 indexed id, uint256 indexed newWindow, uint256 newId);
    /// @notice Order `id` of a void window has gone back.
    event Refund(uint256 indexed window, uint256 indexed id);
    /// @notice A clearer has taken what claims have set aside for it.
    event Collect(address indexed clearer, address indexed token, address to, uint256 amount);
    /// @notice `owner` approved an intent on chain, or took the approval back.
    event Approval(address indexed owner, bytes32 indexed intentHash, bool approved);
    /// @notice `owner` cancelled the nonces `word * 256 + i` for every bit `i` that is set in `mask`.
    event CancelNonces(address indexed owner, uint256 indexed word, uint256 mask);

    /* PLACING */

    /// @notice Brings intents into the current window, all or none. Anybody may.
    /// @dev An intent fits if it is of kind "sell", partially fillable, without decay and without condition (its
    /// `conditionData` is a free tag), for any settler or for the auction, and `validFrom <= lock <= validTo` of the window.
    /// Spends its nonce. Pulls `amount`, the fee for placing, which goes to the caller, and the rest of `maxFee` as the
    /// order's budget, rounded down to 25 bits.
    /// Warning: an allowance to this contract can be spent by every valid signature of its owner.
    /// @return window The current one.
    /// @return firstId The order of the first placement; the others follow.
    function place(Placement[] calldata placements) external returns (uint256 window, uint256 firstId);

    /// @notice Takes orders of the current window back, with what is left of their budgets. Owner only, until the lock. The
    /// nonces stay spent.
    function cancel(uint256 window, uint256[] calldata ids) external;

    /* CLEARING */

    /// @notice Verifies that a solution is the equilibrium of a window, in one call or page by page. Anybody may, from the
    /// lock until the timeout. The clearer's share of the fees is set aside when orders are claimed (`collect`).
    /// @dev For an order that sells `amount` of s for `asked` of t, with have = amount * price(s), need = asked * price(t):
    /// - have >= need + floor(need / 2^16): in the money. Executed whole, unless it is in `marginal`.
    /// - have < need - floor(need / 2^30): out of the money. Not executed; must not be in `marginal`.
    /// - between, in the band: executed by the amount in `marginal`; not at all if it is not there.
    /// It makes no external call but to the chain's data fee. Pages belong to (window, caller, prices, salt), so nobody can
    /// disturb somebody else's, and a wrong one stands in nobody's way.
    /// For every token, what is sold covers what is bought, and nothing is sold if nothing is bought.
    /// @param prices One for each token of the market: `exponent << 96 | mantissa`, meaning mantissa * 2^exponent on any
    /// common scale; the mantissa has its highest bit (2^95) set.
    /// @param marginal Ascending: `id << 112 | amount`, only of this page's orders. Of one in the band, 0 < amount. Of one in
    /// the money, less than all, but short of it by no more than 2^-10 of the sell token's minimum.
    /// @param progress What the call for the page before has returned; empty for the first one.
    /// @param maxOrders How many orders to look at; any larger number for all that are left.
    /// @param salt Free. Makes the same prices a solution of its own, for a clearer that has begun it with wrong amounts.
    /// @return next To be handed to the next call. When `next.next` is the number of orders, the window is cleared.
    function clear(
        uint256 window,
        uint128[] calldata prices,
        uint256[] calldata marginal,
        Progress calldata progress,
        uint256 maxOrders,
        bytes32 salt
    ) external returns (Progress memory next);

    /// @notice Sends what claims have set aside for the caller as a clearer.
    function collect(address[] calldata tokens, address to) external;

    /* AFTERWARDS */

    /// @notice Pays out orders of a cleared window: what was bought to the receiver, what was not sold and what is left of
    /// the budget to the owner. Anybody may, but while the rest can still take part in the current window only the owner.
    /// @param ids Orders with one sell token side by side cost least.
    function claim(uint256 window, uint256[] calldata ids) external;

    /// @notice The same for an order of the caller, of a cleared or void window, all of it to `to`.
    function claimTo(uint256 window, uint256 id, address to) external;

    /// @notice Pays out what was bought and moves the rest of each order, with its budget, into the current window. Anybody
    /// may. An order whose rest is nothing, below the minimums or no longer valid is claimed.
    /// @return newWindow The current one.
    /// @return firstId The order of the first one that is rolled; the others follow.
    function roll(
        uint256 window,
        uint256[] calldata ids
    ) external returns (uint256 newWindow, uint256 firstId);

    /// @notice Sends orders of a void window back to their owners, with what is left of their budgets. Anybody may.
    function refund(uint256 window, uint256[] calldata ids) external;

    /* OWNERS */

    /// @notice Approves an intent of the caller in place of a signature, or takes the approval back.
    /// @param intentHash EIP-712 digest, as `hashIntent` returns it.
    function setApproval(bytes32 intentHash, bool approved) external;

    /// @notice Cancels nonces of the caller, for good: `word * 256 + i` for every bit `i` that is set in `mask`. Orders that
    /// have been placed stay as they are.
    function cancelNonces(uint256 word, uint256 mask) external;

    /* VIEWS: WINDOWS */

    /// @notice Length of a window, in seconds.
    function WINDOW_LENGTH() external view returns (uint32);

    /// @notice How long after its lock a window can be cleared, in seconds.
    function TIMEOUT() external view returns (uint32);

    /// @notice The window that is open now: floor(block.timestamp / WINDOW_LENGTH).
    function currentWindow() external view returns (uint256);

    /// @notice When a window locks: (window + 1) * WINDOW_LENGTH.
    function lockOf(uint256 window) external view returns (uint256);

    /// @notice Where a window stands.
    function stateOf(uint256 window) external view returns (State);

    /// @notice How many orders have been placed in a window, with those that are gone.
    function orderCount(uint256 window) external view returns (uint256);

    /// @notice What this auction trades.
    function market() external view returns (Market memory);

    /// @notice Orders `from` to `from + count`, or to the end.
    function orders(uint256 window, uint256 from, uint256 count) external view returns (Order[] memory);

    /// @notice Who has cleared a window, the key of the solution, and what clearing cost for each order, in wei. All 0 if it is not
    /// cleared.
    function clearingOf(
        uint256 window
    ) external view returns (address clearer, bytes32 key, uint256 weiPerOrder);

    /// @notice Prices and bonuses of a cleared window, one for each token of the market: who buys token t gets `bonuses[t]` /
    /// 2^96 of it on top. Both 0 for a token that was not traded.
    function pricesOf(
        uint256 window
    ) external view returns (uint128[] memory prices, uint128[] memory bonuses);

    /// @notice What an order of a cleared window has sold, and what it gets for that, bonus included.
    function outcome(uint256 window, uint256 id) external view returns (uint256 executed, uint256 bought);

    /// @notice The hash of how far a clearing has come; 0 if it has not begun, or needed one page only.
    function progressOf(bytes32 key) external view returns (bytes32);

    /* VIEWS: FEES */

    /// @notice The most of a transaction's gas price that counts above the block's base fee, in wei per gas.
    function TIP_CAP() external view returns (uint256);

    /// @notice Where the chain's data fee is read; 0 if it has none.
    function DATA_FEE() external view returns (IDataFee);

    /// @notice The metered cost of one placement, of one order's clearing, of one claim, and of one order that is rolled, in a
    /// call with `count` of them, in wei, at the gas price of the calling transaction and the block's base fee.
    /// @param tokens How many tokens the window trades; only clearing depends on it.
    /// @dev In a static call the gas price has to be given (`eth_call` with gasPrice); at a gas price of 0 the cost is 0.
    function costs(
        uint256 count,
        uint256 tokens
    ) external view returns (uint256 placing, uint256 clearing, uint256 claiming, uint256 rolling);

    /// @notice What claims have set aside for a clearer.
    function feesOf(address clearer, address token) external view returns (uint256);

    /* VIEWS: INTENTS */

    /// @notice Where tokens are pulled for `Scheme.Permit2`.
    function PERMIT2() external view returns (ISignatureTransfer);

    /// @notice The bitmap of spent nonces: bit `i` of word `w` is nonce `w * 256 + i`.
    function nonceBitmap(address owner, uint256 word) external view returns (uint256);

    /// @notice Whether the nonce is placed or cancelled.
    function isNonceSpent(address owner, uint256 nonce) external view returns (bool);

    /// @notice Whether `owner` has approved the intent on chain.
    function isApproved(address owner, bytes32 intentHash) external view returns (bool);

    /// @notice The EIP-712 digest of an intent in this contract's domain: what its owner signs (but for Permit2), and its
    /// id in the event `Place`.
    function hashIntent(Intent calldata intent) external view returns (bytes32);

    /// @notice The EIP-712 domain separator, bound to this chain and this contract.
    function domainSeparator() external view returns (bytes32);
}
