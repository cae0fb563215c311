// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {LibraryHarness} from "../mocks/LibraryHarness.sol";
import {Test} from "../support/Test.sol";

/// @dev The recovery in assembly against the library that it stands for.
contract SignerRecoveryTest is Test {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant MAX_S = ORDER / 2;

    LibraryHarness private _library;

    function setUp() public {
        _library = LibraryHarness(deploy("LibraryHarness.sol:LibraryHarness"));
    }

    function test_fuzz_whoever_signed_is_recovered(uint256 key, bytes32 hash) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        assertEq(_library.recover(hash, v, uint256(r), uint256(s)), vm.addr(key), "signer");
        _isAsInTheLibrary(hash, v, uint256(r), uint256(s));
        // The same signature, mirrored, with a high s.
        assertEq(_library.recover(hash, v ^ 7, uint256(r), ORDER - uint256(s)), address(0), "high s");
        _isAsInTheLibrary(hash, v ^ 7, uint256(r), ORDER - uint256(s));
        _isAsInTheLibrary(hash, v ^ 7, uint256(r), uint256(s));
    }

    function test_fuzz_anything_else_is_answered_as_the_library_answers_it(
        bytes32 hash,
        uint8 v,
        uint256 r,
        uint256 s
    ) public view {
        _isAsInTheLibrary(hash, v, r, s);
        _isAsInTheLibrary(hash, 27 + (v & 1), r, s);
        _isAsInTheLibrary(hash, 27 + (v & 1), r % ORDER, s % MAX_S);
    }

    function test_the_edges_are_answered_as_the_library_answers_them() public view {
        uint256[7] memory edges = [0, 1, MAX_S - 1, MAX_S, MAX_S + 1, ORDER, type(uint256).max];
        for (uint256 i = 0; i < edges.length; ++i) {
            for (uint256 j = 0; j < edges.length; ++j) {
                for (uint8 v = 26; v < 30; ++v) _isAsInTheLibrary(bytes32(uint256(7)), v, edges[i], edges[j]);
            }
        }
    }

    function test_fuzz_a_recovery_leaves_memory_as_it_was(uint256 key, bytes32 hash) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        (uint256 freeBefore, uint256 freeAfter, uint256 emptyLength) = _library.memoryAroundRecovery(
            hash,
            v,
            uint256(r),
            uint256(s)
        );
        assertEq(freeAfter, freeBefore, "where free memory begins");
        assertEq(emptyLength, 0, "the length of an empty array");
    }

    function _isAsInTheLibrary(bytes32 hash, uint8 v, uint256 r, uint256 s) private view {
        (address signer, , ) = ECDSA.tryRecover(hash, v, bytes32(r), bytes32(s));
        assertEq(_library.recover(hash, v, r, s), signer, "as the library");
    }
}
