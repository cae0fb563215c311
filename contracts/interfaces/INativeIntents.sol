// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Intent} from "../types/Intent.sol";
import {ICallAuction} from "./ICallAuction.sol";

/// @title Intents that sell and buy the chain's own coin
/// @notice The settlement moves ERC-20 tokens only. To sell the coin, deposit it here: it is wrapped, and this contract
/// owns the intent for the depositor (ERC-1271, so no signature is needed). To buy it, name `receiverOf(user)` as the
/// receiver of an intent that buys the wrapped coin: what arrives there, anybody may unwrap for the user, and nobody but
/// the user can take. The same receiver owns what its user sells in sealed windows. No owner, no fee, no upgrade.
interface INativeIntents is IERC1271 {
    /* EVENTS */

    /// @notice `depositor` sells `intent.sellAmount` wei by this intent, whose owner is this contract. A keeper finds all
    /// that it needs here; the signature is `abi.encode(intent.nonce)`.
    event Deposit(bytes32 indexed intentHash, address indexed depositor, Intent intent);
    /// @notice What was left of a deposit has gone to `to`; the intent is cancelled.
    event Refund(bytes32 indexed intentHash, address indexed to, uint256 amount);

    /// @notice `user` sells wei by order `id` of a window of `auction`, whose owner is the user's receiver.
    event PlaceSealed(address indexed user, address indexed auction, uint256 indexed window, uint256 id);

    /* ERRORS */

    /// @notice A deposit sells the wrapped coin, of kind "sell".
    error NotNativeSale(address sellToken, string kind);
    /// @notice `sellAmount` has to be what is sent along, and not 0.
    error ValueMismatch(uint256 value, uint256 sellAmount);
    /// @notice The upper 160 bits of the nonce have to be the depositor.
    error NotDepositorsNonce(uint256 nonce, address depositor);
    /// @notice The nonce has been used for a deposit before.
    error NonceUsed(uint256 nonce);
    /// @notice The receiver has to be named, and not be this contract, where tokens would be lost.
    error InvalidReceiver(address receiver);
    /// @notice There is no deposit for this intent, or it has been refunded.
    error UnknownDeposit(bytes32 intentHash);
    /// @notice Only the depositor can take back a deposit whose intent is still valid.
    error NotDepositor(address caller, address depositor);
    /// @notice The intent has not expired, so only its depositor can take the deposit back.
    error NotExpired(uint256 validTo);
    /// @notice `to` refuses the coin.
    error CoinRefused(address to, uint256 amount);
    /// @notice The coin can be sent here by a deposit only, or by the wrapped coin that is unwrapped.
    error NotWrappedNative(address sender);

    /* SELLING THE COIN */

    /// @notice Wraps what is sent along and sells it by `intent`.
    /// @param intent Its `sellToken` is the wrapped coin, its `sellAmount` the value sent, its `kind` "sell" (of a "buy" the
    /// settlement does not keep how much was sold, so nobody could say what is left), its `receiver` named, and its `nonce`
    /// the depositor's: the depositor's address in the upper 160 bits, and 96 bits that the depositor has not used before.
    /// All else is free: partial fills, a falling limit, an exclusive settler, a condition (whose `owner` will be this
    /// contract).
    /// @return intentHash EIP-712 digest, the same that `hashIntent` of the settlement returns before.
    function deposit(Intent calldata intent) external payable returns (bytes32 intentHash);

    /// @notice Takes back what has not been executed, at any time, and cancels the intent. Depositor only.
    /// @param to Gets the coin.
    function withdraw(Intent calldata intent, address to) external;

    /// @notice Sends what has not been executed back to the depositor when the intent has expired. Anybody may call.
    function refund(Intent calldata intent) external;

    /// @notice The EIP-712 struct hash (without the domain) of the intent that was deposited under a nonce; 0 for none, or
    /// none any more.
    function depositOf(uint256 nonce) external view returns (bytes32 structHash);

    /* BUYING THE COIN */

    /// @notice The account that receives the wrapped coin for `user`: a `NativeReceiver`, to be named before it exists.
    function receiverOf(address user) external view returns (address);

    /// @notice Unwraps all of the wrapped coin that `receiverOf(user)` holds and sends it to `user`. Anybody may call; the
    /// first call creates the receiver.
    function unwrap(address user) external;

    /// @notice As `unwrap`, for the caller, sent to `to`: for who cannot receive the coin. Any other token can be named.
    /// @param token A token that has come to the caller's receiver; all of it goes to `to` as it is. 0 for what `unwrap`
    /// sends.
    function claim(address token, address to) external;

    /* SELLING THE COIN IN A SEALED WINDOW */

    /// @notice Wraps what is sent along and places `intent` into the current window of `auction`, as an order of the caller's
    /// receiver. What is not sold, and what is left of the fee budget, comes back to the receiver, from where `unwrap` sends
    /// it to the user, as the coin; the fee for placing comes back at once, since the receiver brings the intent itself.
    /// @param auction Chosen by the caller: the receiver lets it take `intent.sellAmount`, once.
    /// @param intent Its `sellToken` is the wrapped coin, its `sellAmount` the value sent, its `kind` "sell", its `receiver`
    /// named: the user, as a rule. Its `nonce` is one that the receiver has not used in this auction.
    /// @return window The current one.
    /// @return id The order's place in it.
    function placeSealed(
        ICallAuction auction,
        Intent calldata intent
    ) external payable returns (uint256 window, uint256 id);

    /// @notice Takes orders of the caller's receiver back before the window locks, and sends the coin, all that the receiver
    /// has of it, to `to`.
    function cancelSealed(ICallAuction auction, uint256 window, uint256[] calldata ids, address to) external;

    /// @notice Closes an order of the caller's receiver in a cleared or void window, whoever else may, and sends all that the
    /// receiver then has of the coin and of `token` to `to`: for who does not want to be rolled, or whose `receiver` is
    /// blocked.
    /// @param token The one that was bought.
    function claimSealed(
        ICallAuction auction,
        uint256 window,
        uint256 id,
        address token,
        address to
    ) external;
}
