// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {AuctionMath} from "../libraries/AuctionMath.sol";
import {AuctionOrder} from "../libraries/AuctionOrder.sol";
import {Progress} from "../types/Clearing.sol";
import {AuctionBase} from "./AuctionBase.sol";

/// @title How a window is cleared
/// @author The Walras developers
/// @notice Every order is looked at, in its turn, under the prices that the clearer names. What is summed up between pages
/// is handed back by the clearer and known by its hash, so that a clearing writes nothing for an order that is not marginal.
abstract contract Clearing is AuctionBase {
    using AuctionOrder for uint256;

    uint256 private constant ID_SHIFT = 112;
    uint256 private constant MAX_UINT112 = type(uint112).max;

    /* STORAGE */

    /// @inheritdoc ICallAuction
    mapping(bytes32 key => bytes32 progressHash) public progressOf;

    /// @inheritdoc ICallAuction
    function clear(
        uint256 window,
        uint128[] calldata prices,
        uint256[] calldata marginal,
        Progress calldata progress,
        uint256 maxOrders,
        bytes32 salt
    ) external nonReentrant returns (Progress memory next) {
        uint256 count = _checkTime(window);
        uint256[] memory priceOf = _checkPrices(prices);
        bytes32 key = keccak256(abi.encode(window, msg.sender, prices, salt));
        next = _resume(key, progress);

        uint256 end = count - next.next > maxOrders ? next.next + maxOrders : count;
        _verifyOrders(window, key, priceOf, marginal, next, end);
        next.next = uint32(end);

        if (end != count) {
            progressOf[key] = keccak256(abi.encode(next));
            emit ClearPage(window, key, end);
            return next;
        }
        _close(window, key, priceOf, next, count);
    }

    /* VIEWS */

    /// @inheritdoc ICallAuction
    function clearingOf(
        uint256 window
    ) external view returns (address clearer, bytes32 key, uint256 weiPerOrder) {
        Window storage record = _windows[window];
        return (record.clearer, record.key, record.weiPerOrder);
    }

    /// @inheritdoc ICallAuction
    function pricesOf(
        uint256 window
    ) external view returns (uint128[] memory prices, uint128[] memory bonuses) {
        Window storage record = _windows[window];
        prices = new uint128[](_TOKEN_COUNT);
        bonuses = new uint128[](_TOKEN_COUNT);
        for (uint256 t = 0; t < _TOKEN_COUNT; ++t) {
            uint256 outcome_ = record.outcomes[t];
            (prices[t], bonuses[t]) = (uint128(outcome_ >> 128), uint128(outcome_));
        }
    }

    /// @inheritdoc ICallAuction
    function outcome(uint256 window, uint256 id) external view returns (uint256 executed, uint256 bought) {
        require(_windows[window].clearer != address(0), NotCleared(window));
        uint256 terms = _windows[window].terms[id];
        require(terms != 0, NoOrder(window, id));
        return _outcomeOf(_windows[window], id, terms);
    }

    /* PHASES */

    function _checkTime(uint256 window) private view returns (uint256 count) {
        uint256 lock = lockOf(window);
        require(block.timestamp >= lock, NotLocked(window, lock));
        require(_windows[window].clearer == address(0), AlreadyCleared(window));
        uint256 deadline = lock + TIMEOUT;
        require(block.timestamp <= deadline, Void(window, deadline));
        count = _windows[window].orderCount;
        require(count != 0, NoOrders(window));
    }

    /// @dev In memory, where each is read many times.
    function _checkPrices(uint128[] calldata prices) private view returns (uint256[] memory priceOf) {
        uint256 length = prices.length;
        require(length == _TOKEN_COUNT, PricesLengthMismatch(_TOKEN_COUNT, length));
        priceOf = new uint256[](length);
        for (uint256 t = 0; t < length; ++t) {
            uint256 price = prices[t];
            require(AuctionMath.isNormalised(price), PriceNotNormalised(t));
            priceOf[t] = price;
        }
    }

    function _resume(bytes32 key, Progress calldata progress) private view returns (Progress memory next) {
        bytes32 hash = progressOf[key];
        if (hash != 0) {
            require(keccak256(abi.encode(progress)) == hash, WrongProgress(key));
            return progress;
        }
        bool isEmpty = progress.sold.length == 0 && progress.bought.length == 0;
        require(isEmpty && progress.next == 0 && !progress.hasShort, WrongProgress(key));
        next.sold = new uint256[](_TOKEN_COUNT);
        next.bought = new uint256[](_TOKEN_COUNT);
    }

    /// @dev Looks at the orders from `next.next` to `end`. Sums stay below 2^32 * 2^161.
    function _verifyOrders(
        uint256 window,
        bytes32 key,
        uint256[] memory priceOf,
        uint256[] calldata marginal,
        Progress memory next,
        uint256 end
    ) private {
        uint256[4_294_967_296] storage termsOf = _windows[window].terms;
        (uint256[] memory sold, uint256[] memory bought) = (next.sold, next.bought);
        uint256 named = 0;
        uint256 namedId = _idAt(marginal, 0);

        unchecked {
            for (uint256 id = next.next; id < end; ++id) {
                uint256 terms = termsOf[id];
                if (terms == 0) continue;
                (uint256 amount, uint256 asked) = (terms.amount(), terms.asked());
                (uint256 sellToken, uint256 buyToken) = (terms.sellToken(), terms.buyToken());
                (uint256 sellPrice, uint256 buyPrice) = (priceOf[sellToken], priceOf[buyToken]);

                uint256 standing = AuctionMath.standing(amount, asked, sellPrice, buyPrice);
                uint256 executed = amount;
                if (id == namedId) {
                    executed = marginal[named] & MAX_UINT112;
                    bool isShort = _checkMarginal(id, standing, executed, amount, sellToken);
                    if (isShort) next.hasShort = true;
                    _marginals[key][id] = executed;
                    namedId = _idAt(marginal, ++named);
                } else if (standing != AuctionMath.IN) {
                    continue;
                }

                uint256 bought_ = AuctionMath.bought(executed, amount, asked, sellPrice, buyPrice);
                if (bought_ == AuctionMath.TOO_MUCH) revert BoughtOverflow(id);
                sold[sellToken] += executed;
                bought[buyToken] += bought_;
            }
        }
        require(named == marginal.length, UnusedMarginal(named));
    }

    /// @return isShort Whether the order is in the money.
    function _checkMarginal(
        uint256 id,
        uint256 standing,
        uint256 executed,
        uint256 amount,
        uint256 sellToken
    ) private view returns (bool isShort) {
        isShort = standing == AuctionMath.IN;
        bool isAllowed =
            isShort
                ? executed < amount && executed >= AuctionMath.leastExecuted(amount, _minimumOf(sellToken))
                : standing == AuctionMath.BAND && executed != 0 && executed <= amount;
        require(isAllowed, InvalidMarginal(id, executed));
    }

    /// @dev That no order has, if there is none.
    function _idAt(uint256[] calldata marginal, uint256 index) private pure returns (uint256) {
        return index < marginal.length ? marginal[index] >> ID_SHIFT : type(uint256).max;
    }

    function _close(
        uint256 window,
        bytes32 key,
        uint256[] memory priceOf,
        Progress memory sums,
        uint256 count
    ) private {
        Window storage record = _windows[window];
        uint256[] memory outcomes = new uint256[](_TOKEN_COUNT);
        uint256 traded = 0;
        for (uint256 t = 0; t < _TOKEN_COUNT; ++t) {
            (uint256 sold, uint256 bought) = (sums.sold[t], sums.bought[t]);
            require(sold >= bought, SoldTooLittle(t, sold, bought));
            if (bought == 0) {
                require(sold == 0, SoldToNobody(t, sold));
                continue;
            }
            outcomes[t] = (priceOf[t] << 128) | AuctionMath.bonus(sold, bought);
            record.outcomes[t] = outcomes[t];
            ++traded;
        }
        record.clearer = msg.sender;
        record.hasShort = sums.hasShort;
        record.key = key;
        uint256 weiPerOrder = _takeCost(_clearing(traded), count);
        record.weiPerOrder = weiPerOrder;
        emit Clear(window, msg.sender, key, weiPerOrder, outcomes);
    }

    /* OUTCOMES */

    /// @dev What an order of a cleared window has sold, and what it gets for that, bonus included. A token without an outcome
    /// was neither sold nor bought, so no order in it was executed.
    function _outcomeOf(
        Window storage record,
        uint256 id,
        uint256 terms
    ) internal view returns (uint256 executed, uint256 paid) {
        uint256 sellPrice = record.outcomes[terms.sellToken()] >> 128;
        uint256 buyOutcome = record.outcomes[terms.buyToken()];
        if (sellPrice == 0 || buyOutcome == 0) return (0, 0);
        (uint256 amount, uint256 asked) = (terms.amount(), terms.asked());

        uint256 standing = AuctionMath.standing(amount, asked, sellPrice, buyOutcome >> 128);
        if (standing == AuctionMath.OUT) return (0, 0);
        bool isIn = standing == AuctionMath.IN;
        if (!isIn || record.hasShort) executed = _marginals[record.key][id];
        if (isIn && executed == 0) executed = amount;
        uint256 bought = AuctionMath.bought(executed, amount, asked, sellPrice, buyOutcome >> 128);
        return (executed, AuctionMath.withBonus(bought, uint128(buyOutcome)));
    }
}
