// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IExecutor} from "../interfaces/IExecutor.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ISettlementCallback} from "../interfaces/ISettlementCallback.sol";
import {Batch} from "../types/Batch.sol";

/// @title Executor
/// @author The Walras developers
/// @notice A keeper's own contract: settles batches with liquidity from anywhere. See `IExecutor`.
contract Executor is IExecutor, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    ISettlement private immutable _SETTLEMENT;
    address private immutable _OWNER;

    /* STORAGE, for the length of a transaction */

    /// @dev Whether the settlement is settling a batch of this contract.
    bool private transient _isSettling;

    /// @dev Who may ask for a payment while its call is made, in which token, and how much is left of it.
    address private transient _payee;
    address private transient _payToken;
    uint256 private transient _payMost;

    modifier onlyOwner() {
        require(msg.sender == _OWNER, NotOwner(msg.sender));
        _;
    }

    constructor(ISettlement settlement, address owner_) {
        _SETTLEMENT = settlement;
        _OWNER = owner_;
    }

    /// @dev From a wrapped coin that is unwrapped, or as a gift; the owner sweeps it.
    receive() external payable {}

    /* THE OWNER'S */

    /// @inheritdoc IExecutor
    function settle(Batch calldata batch, Plan calldata plan) external payable onlyOwner nonReentrant {
        _makeCalls(plan.beforehand);
        _allowSettlement(plan.payTokens);

        _isSettling = true;
        _SETTLEMENT.settle(batch);
        _isSettling = false;

        _makeCalls(plan.afterwards);
        _sweep(plan.sweepTokens);
    }

    /// @inheritdoc IExecutor
    function execute(Call[] calldata calls) external payable onlyOwner nonReentrant {
        _makeCalls(calls);
    }

    /// @inheritdoc IExecutor
    function sweep(address[] calldata tokens) external onlyOwner nonReentrant {
        _sweep(tokens);
    }

    /* CALLBACKS */

    /// @inheritdoc ISettlementCallback
    /// @dev The settlement hands back the very bytes that the owner passed to `settle`.
    function walrasCallback(bytes calldata data) external {
        require(_isSettling && msg.sender == address(_SETTLEMENT), UnexpectedCallback(msg.sender));
        _makeCalls(abi.decode(data, (Call[])));
    }

    /// @inheritdoc IExecutor
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        require(msg.sender == _payee, UnexpectedCallback(msg.sender));
        // If neither delta is positive, the amount is beyond any `payMost` that a token could pay.
        uint256 amount = uint256(amount0Delta > 0 ? amount0Delta : amount1Delta);
        uint256 most = _payMost;
        require(amount <= most, PaymentTooHigh(amount, most));
        _payMost = most - amount;
        IERC20(_payToken).safeTransfer(msg.sender, amount);
    }

    /* VIEWS */

    /// @inheritdoc IExecutor
    function owner() external view returns (address) {
        return _OWNER;
    }

    /* CALLS */

    function _makeCalls(Call[] memory calls) private {
        for (uint256 i = 0; i < calls.length; ++i) {
            Call memory call = calls[i];
            if (call.payToken != address(0)) {
                _payee = call.target;
                _payToken = call.payToken;
                _payMost = call.payMost;
            }
            bool hasReceiver = call.data.length == 0 || call.target.code.length != 0;
            bool success = hasReceiver && LowLevelCall.callNoReturn(call.target, call.value, call.data);
            _payee = address(0);
            if (success) continue;
            // What comes back is read only if it stops the list, so that a target cannot make a skipped call dear.
            if (!call.allowFailure) {
                revert CallFailed(i, call.target, hasReceiver ? LowLevelCall.returnData() : bytes(""));
            }
            emit CallSkipped(call.target);
        }
    }

    /* TOKENS */

    /// @dev Without limit, once for each token, which is cheaper than the exact amount for each batch and gives away no
    /// more: the settlement spends an allowance only for whoever calls `settle`, which here is the owner alone, or for
    /// whoever signs an intent, and this contract accepts no signature.
    function _allowSettlement(address[] calldata tokens) private {
        for (uint256 i = 0; i < tokens.length; ++i) {
            IERC20 token = IERC20(tokens[i]);
            if (token.allowance(address(this), address(_SETTLEMENT)) < type(uint128).max) {
                token.forceApprove(address(_SETTLEMENT), type(uint256).max);
            }
        }
    }

    function _sweep(address[] calldata tokens) private {
        for (uint256 i = 0; i < tokens.length; ++i) {
            if (tokens[i] == address(0)) {
                uint256 amount = address(this).balance;
                require(LowLevelCall.callNoReturn(_OWNER, amount, ""), SweepFailed(amount));
            } else {
                IERC20 token = IERC20(tokens[i]);
                token.safeTransfer(_OWNER, token.balanceOf(address(this)));
            }
        }
    }
}
