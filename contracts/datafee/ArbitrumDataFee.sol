// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IDataFee} from "../interfaces/IDataFee.sol";

/// @dev The precompile of Arbitrum chains that knows their prices.
interface IArbGasInfo {
    /// @return perL2Tx For a transaction of 140 bytes.
    /// @return perL1CalldataByte For each byte.
    function getPricesInWei()
        external
        view
        returns (
            uint256 perL2Tx,
            uint256 perL1CalldataByte,
            uint256 perStorageSlot,
            uint256 perArbGasBase,
            uint256 perArbGasCongestion,
            uint256 perArbGasTotal
        );
}

/// @title Data fee of Arbitrum chains
/// @author The Walras developers
/// @notice Every byte at the precompile's price, as if none could be compressed.
contract ArbitrumDataFee is IDataFee {
    IArbGasInfo private constant GAS_INFO = IArbGasInfo(0x000000000000000000000000000000000000006C);

    /// @inheritdoc IDataFee
    function quote(uint256 size) external view returns (uint256 dataFee, uint256 weiPerGas) {
        (, uint256 perL1CalldataByte, , , , ) = GAS_INFO.getPricesInWei();
        return (size * perL1CalldataByte, 0);
    }
}
