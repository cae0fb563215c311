// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AuctionBase} from "./auction/AuctionBase.sol";
import {AuctionMeter} from "./auction/AuctionMeter.sol";
import {Claiming} from "./auction/Claiming.sol";
import {Placing} from "./auction/Placing.sol";
import {ICallAuction} from "./interfaces/ICallAuction.sol";
import {IDataFee} from "./interfaces/IDataFee.sol";
import {ISignatureTransfer} from "./interfaces/ISignatureTransfer.sol";
import {AuctionOrder} from "./libraries/AuctionOrder.sol";
import {Market} from "./types/Market.sol";

/// @title CallAuction
/// @author The Walras developers
/// @notice Sealed windows: escrow in, an equilibrium that is checked, tokens out. See `ICallAuction` for what it promises.
contract CallAuction is Claiming {
    using AuctionOrder for uint256;

    /// @param market_ The tokens, for ever, and their minimums.
    /// @param windowLength In seconds.
    /// @param timeout How long after its lock a window can be cleared, in seconds.
    /// @param tipCap The most of a gas price above the base fee that counts as cost, in wei per gas.
    /// @param dataFee Where the chain's data fee is read; 0 if it has none.
    /// @param permit2 Uniswap's Permit2.
    constructor(
        Market memory market_,
        uint32 windowLength,
        uint32 timeout,
        uint256 tipCap,
        IDataFee dataFee,
        ISignatureTransfer permit2
    ) AuctionMeter(tipCap, dataFee) AuctionBase(market_, windowLength, timeout) Placing(permit2) {}

    /// @inheritdoc ICallAuction
    function market() external view returns (Market memory result) {
        result = Market(new address[](_TOKEN_COUNT), new uint112[](_TOKEN_COUNT));
        for (uint256 t = 0; t < _TOKEN_COUNT; ++t) {
            result.tokens[t] = _tokens[t];
            result.minimums[t] = uint112(_minimumOf(t));
        }
    }

    /// @inheritdoc ICallAuction
    function orderCount(uint256 window) external view returns (uint256) {
        return _windows[window].orderCount;
    }

    /// @inheritdoc ICallAuction
    function orders(uint256 window, uint256 from, uint256 count) external view returns (Order[] memory list) {
        Window storage record = _windows[window];
        uint256 end = record.orderCount;
        if (from > end) from = end;
        if (end - from > count) end = from + count;
        list = new Order[](end - from);
        for (uint256 id = from; id < end; ++id) {
            (uint256 terms, uint256 holding) = (record.terms[id], record.holdings[id]);
            Order memory order = list[id - from];
            order.owner = holding.owner();
            order.receiver = holding.hasReceiver() ? record.receivers[id] : order.owner;
            order.sellToken = uint16(terms.sellToken());
            order.buyToken = uint16(terms.buyToken());
            order.amount = uint112(terms.amount());
            order.asked = uint112(terms.asked());
            order.budget = uint128(holding.budget());
            order.feePerWei = uint128(holding.feePerWei());
            order.validTo = uint32(holding.validTo());
        }
    }
}
