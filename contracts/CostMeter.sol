// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDataFee} from "./interfaces/IDataFee.sol";
import {ICostMeter} from "./interfaces/ICostMeter.sol";

/// @dev The prices of a batch. `weiPerFill` is a fill's share of the metered cost, fresh words apart.
struct BatchCost {
    uint256 weiPerFill;
    uint256 weiPerGas;
    uint256 dataFee;
    uint256 txGas;
}

/// @title What settling costs, so that fees can be bound to it
/// @author The Walras developers
/// @notice R6. The gas of a fill is a schedule, not a measurement: what settling it costs at least, by what the contract
/// itself can see. So a fill's share depends on nothing that a keeper can inflate: not on the gas that its callback, its
/// own tokens, wallets and conditions burn, nor on bytes that it adds, nor on the order of the fills. A measurement of the
/// whole batch is the ceiling over all shares, should a chain make settling cheaper than the schedule.
/// @dev The schedule's figures come from `npm run bench:gas`: a fill with a fee, in a long batch, that meets nothing fresh.
abstract contract CostMeter is ICostMeter {
    /// @dev Taken once for a transaction, however many batches it settles.
    uint256 private constant TX_GAS = 21_000;
    uint256 private constant BATCH_GAS = 12_000;
    uint256 private constant FILL_GAS = 33_500;
    /// @dev What a storage word costs more when it is written for the first time (EIP-2929: 20,000 + 2,100 for 5,000).
    uint256 private constant FRESH_WORD_GAS = 17_100;

    /// @dev The shortest transaction that settles fills with fees: its envelope, tokens and prices; each fill.
    uint256 private constant BATCH_BYTES = 650;
    uint256 private constant FILL_BYTES = 164;

    /// @inheritdoc ICostMeter
    uint256 public immutable TIP_CAP;
    /// @inheritdoc ICostMeter
    IDataFee public immutable DATA_FEE;

    /// @dev Whether this transaction's own gas has been shared out.
    bool private transient _isTxShared;

    constructor(uint256 tipCap, IDataFee dataFee) {
        TIP_CAP = tipCap;
        DATA_FEE = dataFee;
    }

    /// @inheritdoc ICostMeter
    function fillCost(uint256 count, bool isFresh) external view returns (uint256) {
        return _fillCost(_batchCost(count), isFresh);
    }

    /// @dev All 0 where gas costs nothing, as in a transaction that the chain itself forces in.
    function _batchCost(uint256 count) internal view returns (BatchCost memory cost) {
        if (tx.gasprice == 0) return cost;
        if (address(DATA_FEE) != address(0)) {
            (cost.dataFee, cost.weiPerGas) = DATA_FEE.quote(BATCH_BYTES + FILL_BYTES * count);
        }
        cost.txGas = _isTxShared ? 0 : TX_GAS;
        cost.weiPerGas += Math.min(tx.gasprice, block.basefee + TIP_CAP);
        cost.weiPerFill =
            FILL_GAS * cost.weiPerGas +
            ((cost.txGas + BATCH_GAS) * cost.weiPerGas + cost.dataFee) / count;
    }

    function _fillCost(BatchCost memory cost, bool isFresh) internal pure returns (uint256) {
        return cost.weiPerFill + (isFresh ? FRESH_WORD_GAS * cost.weiPerGas : 0);
    }

    /// @dev The most that all fills together may claim, in wei, and the end of this batch for the meter.
    /// @param gasUsed Since the batch began, the callback apart.
    function _closeMeter(BatchCost memory cost, uint256 gasUsed) internal returns (uint256) {
        _isTxShared = true;
        return (cost.txGas + gasUsed) * cost.weiPerGas + cost.dataFee;
    }
}
