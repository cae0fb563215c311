// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AuctionMath} from "../../contracts/libraries/AuctionMath.sol";
import {SmallFloat} from "../../contracts/libraries/SmallFloat.sol";

/// @title The auction's arithmetic, callable and built as the auction is built
contract AuctionHarness {
    function isNormalised(uint256 price) external pure returns (bool) {
        return AuctionMath.isNormalised(price);
    }

    function standing(
        uint256 amount,
        uint256 asked,
        uint256 sellPrice,
        uint256 buyPrice
    ) external pure returns (uint256) {
        return AuctionMath.standing(amount, asked, sellPrice, buyPrice);
    }

    function bought(
        uint256 executed,
        uint256 amount,
        uint256 asked,
        uint256 sellPrice,
        uint256 buyPrice
    ) external pure returns (uint256) {
        return AuctionMath.bought(executed, amount, asked, sellPrice, buyPrice);
    }

    function bonus(uint256 sold, uint256 bought_) external pure returns (uint256) {
        return AuctionMath.bonus(sold, bought_);
    }

    function withBonus(uint256 bought_, uint256 bonus_) external pure returns (uint256) {
        return AuctionMath.withBonus(bought_, bonus_);
    }

    function leastExecuted(uint256 amount, uint256 minimum) external pure returns (uint256) {
        return AuctionMath.leastExecuted(amount, minimum);
    }

    function encode(uint256 value, uint256 bits) external pure returns (uint256) {
        return SmallFloat.encode(value, bits);
    }

    function encodeUp(uint256 value, uint256 bits) external pure returns (uint256) {
        return SmallFloat.encodeUp(value, bits);
    }

    function decode(uint256 float) external pure returns (uint256) {
        return SmallFloat.decode(float);
    }
}
