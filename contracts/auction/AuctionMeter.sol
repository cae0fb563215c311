// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {IDataFee} from "../interfaces/IDataFee.sol";

/// @title What placing, clearing and claiming cost
/// @author The Walras developers
/// @notice R6. As with `CostMeter`, gas is a schedule and not a measurement, so nobody can inflate it; it is paid at no more
/// than the base fee and a capped tip, with the chain's data fee.
/// @dev The schedule's figures come from `npm run bench:gas`: an owner's only order in a call, that meets no fresh
/// word but those of the order and of the outcome.
abstract contract AuctionMeter is ICallAuction {
    /// @dev What a call does once, and what it does for each order; gas, and bytes of its transaction.
    struct Schedule {
        uint256 callGas;
        uint256 orderGas;
        uint256 callBytes;
        uint256 orderBytes;
    }

    /// @dev Taken once for a transaction, however many calls it makes.
    uint256 private constant TX_GAS = 21_000;
    /// @dev Of `Intent.feePerWei`.
    uint256 private constant FEE_RATE_SCALE = 1e18;
    /// @dev What any cost is cut to, in wei, so that the product with a rate never overflows.
    uint256 private constant MAX_COST = type(uint88).max;

    /// @inheritdoc ICallAuction
    uint256 public immutable TIP_CAP;
    /// @inheritdoc ICallAuction
    IDataFee public immutable DATA_FEE;

    /// @dev Whether this transaction's own gas has been paid for.
    bool private transient _isTxPaid;

    constructor(uint256 tipCap, IDataFee dataFee) {
        TIP_CAP = tipCap;
        DATA_FEE = dataFee;
    }

    /// @inheritdoc ICallAuction
    function costs(
        uint256 count,
        uint256 tokens
    ) external view returns (uint256 placing, uint256 clearing, uint256 claiming, uint256 rolling) {
        placing = _cost(_placing(), count);
        clearing = _cost(_clearing(tokens), count);
        claiming = _cost(_claiming(), count);
        rolling = _cost(_rolling(), count);
    }

    function _placing() internal pure returns (Schedule memory) {
        return Schedule({callGas: 30_000, orderGas: 75_000, callBytes: 250, orderBytes: 180});
    }

    /// @param tokens How many have been traded.
    function _clearing(uint256 tokens) internal pure returns (Schedule memory) {
        return
            Schedule({
                callGas: 60_000 + 22_000 * tokens,
                orderGas: 3_400,
                callBytes: 300 + 20 * tokens,
                orderBytes: 0
            });
    }

    function _claiming() internal pure returns (Schedule memory) {
        return Schedule({callGas: 25_000, orderGas: 28_000, callBytes: 200, orderBytes: 4});
    }

    function _rolling() internal pure returns (Schedule memory) {
        return Schedule({callGas: 25_000, orderGas: 66_000, callBytes: 200, orderBytes: 4});
    }

    /// @dev One order's share of a call for `count` of them, in wei. 0 where gas costs nothing, as in a transaction that the
    /// chain itself forces in.
    function _cost(Schedule memory schedule, uint256 count) internal view returns (uint256) {
        if (tx.gasprice == 0 || count == 0) return 0;
        (uint256 dataFee, uint256 weiPerGas) = _quote(schedule.callBytes + schedule.orderBytes * count);
        weiPerGas += Math.min(tx.gasprice, block.basefee + TIP_CAP);
        uint256 callGas = schedule.callGas + (_isTxPaid ? 0 : TX_GAS);
        uint256 cost = schedule.orderGas * weiPerGas + (callGas * weiPerGas + dataFee) / count;
        return Math.min(cost, MAX_COST);
    }

    /// @dev The same, once in a transaction with its own gas.
    function _takeCost(Schedule memory schedule, uint256 count) internal returns (uint256 cost) {
        cost = _cost(schedule, count);
        _isTxPaid = true;
    }

    /// @dev In sell-token atoms, rounded down.
    function _fee(uint256 cost, uint256 feePerWei, uint256 most) internal pure returns (uint256) {
        unchecked {
            return Math.min((cost * feePerWei) / FEE_RATE_SCALE, most);
        }
    }

    /// @dev An adapter that fails must not keep anybody from what is theirs: then the data costs nothing.
    function _quote(uint256 size) private view returns (uint256 dataFee, uint256 weiPerGas) {
        if (address(DATA_FEE) == address(0)) return (0, 0);
        try DATA_FEE.quote(size) returns (uint256 dataFee_, uint256 weiPerGas_) {
            return (Math.min(dataFee_, MAX_COST), Math.min(weiPerGas_, type(uint64).max));
        } catch {
            return (0, 0);
        }
    }
}
