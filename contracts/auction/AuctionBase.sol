// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {Market} from "../types/Market.sol";
import {AuctionMeter} from "./AuctionMeter.sol";

/// @title What the rooms of the auction share: the market, the windows and their clock
/// @author The Walras developers
abstract contract AuctionBase is AuctionMeter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev `place` is the index and 1, so that 0 stands for a token that is not listed.
    struct Listing {
        uint112 minimum;
        uint16 place;
    }

    /// @dev Orders and outcomes lie side by side, without a length, and are read only where they are known to be.
    struct Window {
        uint32 orderCount;
        // 0 until the window is cleared.
        address clearer;
        // Whether some order in the money was executed short of its amount.
        bool hasShort;
        bytes32 key;
        uint256 weiPerOrder;
        mapping(uint256 id => address) receivers;
        // By token: price << 128 | bonus; 0 for one that was not traded.
        uint256[256] outcomes;
        uint256[4_294_967_296] terms;
        uint256[4_294_967_296] holdings;
    }

    uint256 private constant MIN_TOKENS = 2;
    uint256 private constant MAX_TOKENS = 256;
    uint256 private constant MIN_MINIMUM = 1 << 16;

    /// @inheritdoc ICallAuction
    uint32 public immutable WINDOW_LENGTH;
    /// @inheritdoc ICallAuction
    uint32 public immutable TIMEOUT;
    uint256 internal immutable _TOKEN_COUNT;

    /* STORAGE */

    /// @dev Without a length, which is `_TOKEN_COUNT`.
    address[256] internal _tokens;
    mapping(address token => Listing) internal _listings;
    mapping(uint256 window => Window) internal _windows;

    /// @dev Executed amounts of the orders that a solution names; a window keeps the key of the one that has cleared it.
    mapping(bytes32 key => mapping(uint256 id => uint256 amount)) internal _marginals;

    /* CONSTRUCTOR */

    constructor(Market memory market_, uint32 windowLength, uint32 timeout) {
        uint256 count = market_.tokens.length;
        require(
            count >= MIN_TOKENS && count <= MAX_TOKENS && count == market_.minimums.length,
            InvalidMarket(count, market_.minimums.length)
        );
        require(windowLength != 0, InvalidWindowLength());
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            (address token, uint112 minimum) = (market_.tokens[i], market_.minimums[i]);
            require(token > last, TokensNotAscending(i));
            require(minimum >= MIN_MINIMUM, MinimumTooLow(i, minimum));
            _tokens[i] = token;
            _listings[token] = Listing(minimum, uint16(i + 1));
            last = token;
        }
        _TOKEN_COUNT = count;
        WINDOW_LENGTH = windowLength;
        TIMEOUT = timeout;
    }

    /* THE CLOCK */

    /// @inheritdoc ICallAuction
    function currentWindow() public view returns (uint256) {
        return block.timestamp / WINDOW_LENGTH;
    }

    /// @inheritdoc ICallAuction
    function lockOf(uint256 window) public view returns (uint256) {
        return (window + 1) * WINDOW_LENGTH;
    }

    /// @inheritdoc ICallAuction
    function stateOf(uint256 window) public view returns (State) {
        uint256 current = currentWindow();
        if (window >= current) return window == current ? State.Open : State.Future;
        if (_windows[window].clearer != address(0)) return State.Cleared;
        return block.timestamp > _deadlineOf(window) ? State.Void : State.Locked;
    }

    /// @dev The last second in which the window can be cleared.
    function _deadlineOf(uint256 window) internal view returns (uint256) {
        return lockOf(window) + TIMEOUT;
    }

    /* TOKENS */

    /// @dev The least that an order may sell or ask of a token.
    function _minimumOf(uint256 token) internal view returns (uint256) {
        return _listings[_tokens[token]].minimum;
    }

    function _pay(address token, address to, uint256 amount) internal {
        if (amount == 0) return;
        require(IERC20(token).trySafeTransfer(to, amount), PayFailed(token, to, amount));
    }
}
