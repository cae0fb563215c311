// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {IntentPreimage} from "../../contracts/libraries/IntentHash.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {LibraryHarness} from "../mocks/LibraryHarness.sol";
import {IntentDigest} from "../support/IntentDigest.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev The intent's EIP-712 digest: its one id, and what its owner signs.
contract HashingTest is SettlementTest {
    function test_fuzz_the_digest_is_the_one_that_the_EIP_spells_out(
        Intent memory intent,
        bool isBuy
    ) public view {
        intent.kind = isBuy ? "buy" : "sell";
        assertEq(settlement.hashIntent(intent), hashOf(intent), "digest");
    }

    function test_a_kind_that_is_neither_sell_nor_buy_has_no_digest() public {
        string[5] memory kinds = ["", "Sell", "BUY", "sell ", "swap"];
        for (uint256 i = 0; i < kinds.length; ++i) {
            Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);
            intent.kind = kinds[i];
            vm.expectRevert(abi.encodeWithSelector(Errors.UnknownKind.selector, kinds[i]));
            settlement.hashIntent(intent);
        }
    }

    function test_fuzz_the_struct_hash_is_that_of_the_encoded_struct(IntentPreimage memory preimage) public {
        LibraryHarness harness = LibraryHarness(deploy("LibraryHarness.sol:LibraryHarness"));
        assertEq(harness.structHash(preimage), keccak256(abi.encode(preimage)), "struct hash");
    }

    /// @dev Everything that an intent can say and still settle. That it settles shows that the settlement has verified a
    /// signature over the spelled-out digest; the event shows that it calls the intent by the same name.
    function test_fuzz_what_settles_is_what_was_hashed(
        Intent memory intent,
        bool isBuy,
        bool isExclusive
    ) public {
        intent.sellToken = tokenA;
        intent.buyToken = tokenB;
        intent.sellAmount = 1000;
        intent.buyAmount = 500;
        intent.startBuyAmount = 500;
        intent.validFrom = uint32(bound(intent.validFrom, 0, START_TIME));
        intent.validTo = uint32(bound(intent.validTo, START_TIME, type(uint32).max));
        intent.kind = isBuy ? "buy" : "sell";
        intent.settler = isExclusive ? keeper.account : address(0);
        intent.condition = address(0);
        vm.assume(intent.conditionData.length <= type(uint16).max);

        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Fill(settlement.hashIntent(intent), alice.account, (1000 << 128) | 500);
        settle(single(whole(alice, intent)));

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertTrue(settlement.isNonceSpent(alice.account, intent.nonce), "the nonce");
    }

    function test_the_domain_names_the_protocol_the_chain_and_the_contract() public view {
        (
            ,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            ,

        ) = IERC5267(address(settlement)).eip712Domain();
        assertEq(bytes(name), "Walras", "name");
        assertEq(bytes(version), "1", "version");
        assertEq(chainId, block.chainid, "chain id");
        assertEq(verifyingContract, address(settlement), "verifying contract");
        assertEq(
            settlement.domainSeparator(),
            IntentDigest.domainSeparator(block.chainid, address(settlement)),
            "separator"
        );
    }

    function test_the_domain_follows_the_chain_through_a_fork() public {
        Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);
        bytes32 before = settlement.hashIntent(intent);

        vm.chainId(31338);

        assertEq(
            settlement.domainSeparator(),
            IntentDigest.domainSeparator(31338, address(settlement)),
            "separator"
        );
        assertTrue(settlement.hashIntent(intent) != before, "another digest");
    }

    function test_what_is_signed_for_the_chain_after_a_fork_settles_there() public {
        vm.chainId(31338);
        settle(crossing());
        assertChange(tokenA, alice, -1000, "Alice gave");
    }

    function test_an_intent_has_another_digest_in_another_settlement() public {
        Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);
        assertTrue(deploySettlement().hashIntent(intent) != settlement.hashIntent(intent), "another digest");
    }

    function test_the_batch_ends_with_the_keepers_name() public {
        Draft memory draft = crossing();
        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Fill(hashOf(draft.fills[0].intent), alice.account, (1000 << 128) | 500);
        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Fill(hashOf(draft.fills[1].intent), bob.account, (500 << 128) | 1000);
        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Settle(keeper.account);
        settle(draft);
    }
}
