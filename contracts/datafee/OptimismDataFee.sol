// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IDataFee} from "../interfaces/IDataFee.sol";

/// @dev The predeploy of OP stack chains (Optimism, Base, ...) that knows their prices.
interface IGasPriceOracle {
    /// @notice Data fee of a transaction of `unsignedTxSize` bytes that hardly compress, in wei (since Fjord).
    function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256);

    /// @notice Operator fee of a transaction that uses `gasUsed`, in wei (since Isthmus).
    function getOperatorFee(uint256 gasUsed) external view returns (uint256);
}

/// @title Data fee of chains of the OP stack
/// @author The Walras developers
/// @notice The fee for data by the oracle's bound for its size, and the operator fee, which is a constant and a price for
/// each gas.
contract OptimismDataFee is IDataFee {
    IGasPriceOracle private constant ORACLE = IGasPriceOracle(0x420000000000000000000000000000000000000F);

    /// @dev What the oracle adds to an unsigned transaction for its signature.
    uint256 private constant SIGNATURE_SIZE = 68;

    /// @dev The operator's price for one gas is the difference over so many.
    uint256 private constant GAS_PROBE = 1e9;

    /// @inheritdoc IDataFee
    function quote(uint256 size) external view returns (uint256 dataFee, uint256 weiPerGas) {
        dataFee = ORACLE.getL1FeeUpperBound(size > SIGNATURE_SIZE ? size - SIGNATURE_SIZE : 0);
        try ORACLE.getOperatorFee(0) returns (uint256 constantFee) {
            dataFee += constantFee;
            weiPerGas = (ORACLE.getOperatorFee(GAS_PROBE) - constantFee) / GAS_PROBE;
        } catch {
            // A chain from before Isthmus has no operator fee.
        }
    }
}
