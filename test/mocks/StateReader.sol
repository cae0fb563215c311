// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";

/// @title Everything that a settlement may change, read by one call
contract StateReader {
    /// @return words Token by token: each holder's balance and allowance, then the settlement's own balance; then for each
    /// (owner, nonce, intentHash): the bitmap word, whether the nonce is spent, whether the hash is approved, and what is
    /// filled of the nonce and of the one that shares its storage word.
    function read(
        ISettlement settlement,
        IERC20[] calldata tokens,
        address[] calldata holders,
        address[] calldata owners,
        uint256[] calldata nonces,
        bytes32[] calldata intentHashes
    ) external view returns (uint256[] memory words) {
        words = new uint256[](tokens.length * (2 * holders.length + 1) + 5 * owners.length);
        uint256 count = 0;
        for (uint256 i = 0; i < tokens.length; ++i) {
            for (uint256 j = 0; j < holders.length; ++j) {
                words[count++] = tokens[i].balanceOf(holders[j]);
                words[count++] = tokens[i].allowance(holders[j], address(settlement));
            }
            words[count++] = tokens[i].balanceOf(address(settlement));
        }
        for (uint256 i = 0; i < owners.length; ++i) {
            words[count++] = settlement.nonceBitmap(owners[i], nonces[i] >> 8);
            words[count++] = settlement.isNonceSpent(owners[i], nonces[i]) ? 1 : 0;
            words[count++] = settlement.isApproved(owners[i], intentHashes[i]) ? 1 : 0;
            words[count++] = settlement.filledAmount(owners[i], nonces[i]);
            words[count++] = settlement.filledAmount(owners[i], nonces[i] ^ 1);
        }
    }
}
