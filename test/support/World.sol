// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {ScriptedAnswer} from "../mocks/ScriptedAnswer.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {Wallet1271} from "../mocks/Wallet1271.sol";
import {FillEncoder, FillSpec} from "./FillEncoder.sol";
import {IntentDigest} from "./IntentDigest.sol";
import {Market} from "./RandomBatch.sol";
import {Actor, Draft} from "./SettlementTest.sol";
import {Test} from "./Test.sol";

/// @title Where random batches settle
/// @notice Five tokens (of 0, 6, 8 and 18 decimals, and one that returns nothing), six owners, one of them a smart
/// wallet, and three keepers. Funds are so large that amounts of all 128 bits settle, and allowances are counted down.
abstract contract World is Test {
    uint256 internal constant START_TIME = 1_800_000_000;
    uint256 internal constant FUNDS = 1 << 140;
    uint256 internal constant ALLOWANCE = type(uint256).max - 1;
    uint256 internal constant OWNERS = 6;
    uint256 internal constant KEEPERS = 3;

    ISettlement public settlement;
    address[] internal tokens;
    Actor[] internal owners;
    address[] internal keepers;
    address internal wallet;
    address internal alwaysTrue;

    function createWorld() internal {
        settlement = deploySettlement();
        alwaysTrue = address(new ScriptedAnswer(abi.encode(true), false));
        _addToken(address(new TestToken("Decimals 0", "D0", 0)));
        _addToken(address(new TestToken("Decimals 6", "D6", 6)));
        _addToken(address(new TestToken("Decimals 8", "D8", 8)));
        _addToken(address(new TestToken("Decimals 18", "D18", 18)));
        _addToken(address(new NoReturnToken()));

        for (uint256 i = 0; i < OWNERS; ++i) {
            uint256 key = uint256(keccak256(abi.encode("owner", i)));
            owners.push(Actor(vm.addr(key), key));
        }
        // The last owner's key signs for a wallet.
        wallet = address(new Wallet1271(owners[OWNERS - 1].account));
        owners[OWNERS - 1].account = wallet;
        for (uint256 i = 0; i < KEEPERS; ++i) {
            keepers.push(vm.addr(uint256(keccak256(abi.encode("keeper", i)))));
        }

        address[] memory all = holders();
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = 0; j < tokens.length; ++j) {
                NoReturnToken(tokens[j]).mint(all[i], FUNDS);
                vm.prank(all[i]);
                NoReturnToken(tokens[j]).approve(address(settlement), ALLOWANCE);
            }
        }
    }

    /// @notice Everybody who ever has tokens: the owners first, then the keepers.
    function holders() public view returns (address[] memory all) {
        all = new address[](OWNERS + KEEPERS);
        for (uint256 i = 0; i < OWNERS; ++i) all[i] = owners[i].account;
        for (uint256 i = 0; i < KEEPERS; ++i) all[OWNERS + i] = keepers[i];
    }

    function market(address keeper, uint256 time) internal view returns (Market memory) {
        return Market(tokens, owners, wallet, keeper, time, alwaysTrue);
    }

    /// @notice Signs every fill that has no signature, by its scheme, and packs.
    function build(Draft memory draft) internal returns (Batch memory batch) {
        for (uint256 i = 0; i < draft.fills.length; ++i) _sign(draft.fills[i]);
        batch.tokens = draft.tokens;
        batch.prices = draft.prices;
        batch.fills = FillEncoder.encode(draft.fills, draft.tokens);
        batch.transfers = FillEncoder.encodeTransfers(draft.pairs);
    }

    function hashOf(FillSpec memory fill) internal view returns (bytes32) {
        return IntentDigest.digest(fill.intent, block.chainid, address(settlement));
    }

    function _sign(FillSpec memory fill) private {
        if (fill.signature.length != 0) return;
        bytes32 digest = hashOf(fill);
        if (fill.scheme == FillEncoder.APPROVED) {
            vm.prank(fill.owner);
            settlement.setApproval(digest, true);
            return;
        }
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(fill.key, digest);
        fill.signature =
            fill.scheme == FillEncoder.COMPACT
                ? abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255))
                : abi.encodePacked(r, s, v);
    }

    /// @dev Keeps the list ascending.
    function _addToken(address token) private {
        tokens.push(token);
        for (uint256 i = tokens.length - 1; i > 0 && tokens[i - 1] > tokens[i]; --i) {
            (tokens[i - 1], tokens[i]) = (tokens[i], tokens[i - 1]);
        }
    }
}
