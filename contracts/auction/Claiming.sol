// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {AuctionOrder} from "../libraries/AuctionOrder.sol";
import {Clearing} from "./Clearing.sol";
import {Placing} from "./Placing.sol";

/// @title How orders are closed: taken back, paid out, rolled, refunded
/// @author The Walras developers
/// @notice An order's words are cleared before the first token moves for it, so whatever a token does, nothing is paid twice.
abstract contract Claiming is Placing, Clearing {
    using AuctionOrder for uint256;

    /// @dev An order on its way out.
    struct Exit {
        uint256 terms;
        uint256 holding;
        address owner;
        address receiver;
    }

    /// @dev What closing an order of a cleared window has come to. `budget` is what the fees have left.
    struct Result {
        uint256 executed;
        uint256 bought;
        uint256 rest;
        uint256 budget;
    }

    /// @dev A call that closes orders of a cleared window: what each is charged, in wei, and the fees that are still to be
    /// paid. All orders that sell one token, side by side, are paid for in one go.
    struct Visit {
        uint256 window;
        uint256 clearingCost;
        uint256 claimingCost;
        uint256 rollingCost;
        address token;
        uint256 forCaller;
        uint256 forClearer;
    }

    /* STORAGE */

    /// @inheritdoc ICallAuction
    mapping(address clearer => mapping(address token => uint256)) public feesOf;

    /* BEFORE THE LOCK, AND WITHOUT A CLEARING */

    /// @inheritdoc ICallAuction
    function cancel(uint256 window, uint256[] calldata ids) external nonReentrant {
        uint256 lock = lockOf(window);
        require(block.timestamp < lock, Locked(window, lock));
        for (uint256 i = 0; i < ids.length; ++i) {
            Exit memory exit = _takeOwn(window, ids[i]);
            emit Cancel(window, ids[i]);
            _giveBack(exit, exit.owner);
        }
    }

    /// @inheritdoc ICallAuction
    function refund(uint256 window, uint256[] calldata ids) external nonReentrant {
        require(stateOf(window) == State.Void, NotVoid(window));
        for (uint256 i = 0; i < ids.length; ++i) {
            Exit memory exit = _take(window, ids[i]);
            emit Refund(window, ids[i]);
            _giveBack(exit, exit.owner);
        }
    }

    /* AFTER THE CLEARING */

    /// @inheritdoc ICallAuction
    function claim(uint256 window, uint256[] calldata ids) external nonReentrant {
        Visit memory visit = _visit(window, ids.length);
        uint256 lock = lockOf(currentWindow());
        for (uint256 i = 0; i < ids.length; ++i) {
            Exit memory exit = _take(window, ids[i]);
            Result memory result = _resultOf(window, ids[i], exit);
            bool isOver = exit.owner == msg.sender || _termsOfRest(exit, result.rest, lock) == 0;
            require(isOver, StillValid(window, ids[i]));
            _claim(visit, ids[i], exit, result);
        }
        _flush(visit);
    }

    /// @inheritdoc ICallAuction
    function claimTo(uint256 window, uint256 id, address to) external nonReentrant {
        Exit memory exit = _takeOwn(window, id);
        if (stateOf(window) == State.Void) {
            emit Refund(window, id);
            _giveBack(exit, to);
            return;
        }
        Visit memory visit = _visit(window, 1);
        Result memory result = _resultOf(window, id, exit);
        (exit.owner, exit.receiver) = (to, to);
        _claim(visit, id, exit, result);
        _flush(visit);
    }

    /// @inheritdoc ICallAuction
    function roll(
        uint256 window,
        uint256[] calldata ids
    ) external nonReentrant returns (uint256 newWindow, uint256 firstId) {
        Visit memory visit = _visit(window, ids.length);
        Desk memory desk = _openDesk();
        (newWindow, firstId) = (desk.window, desk.nextId);
        for (uint256 i = 0; i < ids.length; ++i) {
            Exit memory exit = _take(window, ids[i]);
            Result memory result = _resultOf(window, ids[i], exit);
            uint256 terms = _termsOfRest(exit, result.rest, desk.lock);
            if (terms == 0) {
                _claim(visit, ids[i], exit, result);
            } else {
                require(desk.nextId < MAX_ORDERS, TooManyOrders(i));
                _roll(visit, desk, ids[i], exit, result, terms);
            }
        }
        _flush(visit);
        _closeDesk(desk);
    }

    /// @inheritdoc ICallAuction
    function collect(address[] calldata tokens, address to) external nonReentrant {
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 amount = feesOf[msg.sender][tokens[i]];
            feesOf[msg.sender][tokens[i]] = 0;
            emit Collect(msg.sender, tokens[i], to, amount);
            _pay(tokens[i], to, amount);
        }
    }

    /* TAKING ORDERS OUT */

    /// @dev Clears the order's words.
    function _take(uint256 window, uint256 id) private returns (Exit memory exit) {
        Window storage record = _windows[window];
        exit.terms = id < record.orderCount ? record.terms[id] : 0;
        require(exit.terms != 0, NoOrder(window, id));
        exit.holding = record.holdings[id];
        exit.owner = exit.holding.owner();
        exit.receiver = exit.owner;
        if (exit.holding.hasReceiver()) {
            exit.receiver = record.receivers[id];
            delete record.receivers[id];
        }
        record.terms[id] = 0;
        record.holdings[id] = 0;
    }

    function _takeOwn(uint256 window, uint256 id) private returns (Exit memory exit) {
        exit = _take(window, id);
        require(exit.owner == msg.sender, NotOwner(window, id, exit.owner));
    }

    function _giveBack(Exit memory exit, address to) private {
        _pay(_tokens[exit.terms.sellToken()], to, exit.terms.amount() + exit.holding.budget());
    }

    function _resultOf(
        uint256 window,
        uint256 id,
        Exit memory exit
    ) private view returns (Result memory result) {
        (result.executed, result.bought) = _outcomeOf(_windows[window], id, exit.terms);
        unchecked {
            result.rest = exit.terms.amount() - result.executed;
        }
        result.budget = exit.holding.budget();
    }

    /// @dev The rest of an order, at the same limit price, rounded up; 0 if it cannot take part in a window that locks at
    /// `lock`.
    function _termsOfRest(Exit memory exit, uint256 rest, uint256 lock) private view returns (uint256) {
        if (rest == 0 || exit.holding.validTo() < lock) return 0;
        (uint256 sellToken, uint256 buyToken) = (exit.terms.sellToken(), exit.terms.buyToken());
        uint256 asked = Math.ceilDiv(rest * exit.terms.asked(), exit.terms.amount());
        if (rest < _minimumOf(sellToken) || asked < _minimumOf(buyToken)) return 0;
        return AuctionOrder.terms(rest, asked, sellToken, buyToken);
    }

    /* PAYING */

    function _claim(Visit memory visit, uint256 id, Exit memory exit, Result memory result) private {
        uint256 fee = _charge(visit, exit, result, visit.claimingCost, false);
        uint256 returned = result.rest + result.budget;
        emit Claim(visit.window, id, result.executed, result.bought, fee, returned);
        _pay(_tokens[exit.terms.buyToken()], exit.receiver, result.bought);
        _pay(visit.token, exit.owner, returned);
    }

    /// @param terms Of the rest.
    function _roll(
        Visit memory visit,
        Desk memory desk,
        uint256 id,
        Exit memory exit,
        Result memory result,
        uint256 terms
    ) private {
        uint256 fee = _charge(visit, exit, result, visit.rollingCost, true);
        uint256 budget = AuctionOrder.budgetFloat(result.budget);
        Window storage record = _windows[desk.window];
        uint256 newId = _append(record, desk, terms, exit.holding.withBudget(budget));
        if (exit.holding.hasReceiver()) record.receivers[newId] = exit.receiver;
        emit Claim(visit.window, id, result.executed, result.bought, fee, 0);
        emit Roll(visit.window, id, desk.window, newId);
        _pay(_tokens[exit.terms.buyToken()], exit.receiver, result.bought);
    }

    /* FEES */

    function _visit(uint256 window, uint256 count) private returns (Visit memory visit) {
        require(_windows[window].clearer != address(0), NotCleared(window));
        visit.window = window;
        visit.clearingCost = _windows[window].weiPerOrder;
        visit.rollingCost = _cost(_rolling(), count);
        visit.claimingCost = _takeCost(_claiming(), count);
    }

    /// @dev Takes the fees out of `result.budget`: first the clearer's, then the caller's. A budget that stays with its order
    /// has to be one that can be kept, so its rest is rounded up, and the fees are what that leaves.
    function _charge(
        Visit memory visit,
        Exit memory exit,
        Result memory result,
        uint256 callerCost,
        bool isKept
    ) private returns (uint256 fee) {
        address token = _tokens[exit.terms.sellToken()];
        if (token != visit.token) {
            _flush(visit);
            visit.token = token;
        }
        uint256 feePerWei = exit.holding.feePerWei();
        unchecked {
            uint256 budget = result.budget;
            uint256 forClearer = _fee(visit.clearingCost, feePerWei, budget);
            fee = forClearer + _fee(callerCost, feePerWei, budget - forClearer);
            if (isKept) {
                fee = budget - AuctionOrder.keptBudget(budget - fee);
                forClearer = Math.min(forClearer, fee);
            }
            visit.forClearer += forClearer;
            visit.forCaller += fee - forClearer;
            result.budget = budget - fee;
        }
    }

    /// @dev The clearer's fees are set aside, so that one that a token blocks cannot keep anybody's order from being closed.
    function _flush(Visit memory visit) private {
        if (visit.forClearer != 0) {
            feesOf[_windows[visit.window].clearer][visit.token] += visit.forClearer;
            visit.forClearer = 0;
        }
        uint256 amount = visit.forCaller;
        visit.forCaller = 0;
        _pay(visit.token, msg.sender, amount);
    }
}
