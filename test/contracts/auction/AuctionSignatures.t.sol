// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Placement, Scheme} from "../../../contracts/types/Placement.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {Wallet1271} from "../../mocks/Wallet1271.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev Who vouches for an intent that is placed; for Permit2 see `AuctionPermit2Test`.
contract AuctionSignaturesTest is AuctionTest {
    function test_64_bytes_sign_as_well_as_65() public {
        Placement memory placement = signed(alice, plain());
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.key, hashOf(placement.intent));
        placement.signature = abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
        place(placement);
        assertEq(auction.orders(W, 0, 1)[0].owner, alice.account, "owner");
    }

    function test_a_signature_that_recovers_nobody_or_has_another_length_is_refused() public {
        Placement memory placement = signed(alice, plain());
        bytes memory reason = abi.encodeWithSelector(ICallAuctionErrors.InvalidSignature.selector, 0);
        bytes memory signature = placement.signature;
        signature[64] = 0x1d;
        refuse(placement, reason);
        placement.signature = "";
        refuse(placement, reason);
        placement.signature = new bytes(66);
        refuse(placement, reason);
        placement.signature = new bytes(64);
        refuse(placement, reason);
    }

    function test_a_high_s_is_refused() public {
        Placement memory placement = signed(alice, plain());
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.key, hashOf(placement.intent));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        placement.signature = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        refuse(placement, abi.encodeWithSelector(ICallAuctionErrors.InvalidSignature.selector, 0));
    }

    function test_a_named_owner_has_to_be_the_signer() public {
        Placement memory placement = signed(alice, plain());
        placement.owner = bob.account;
        refuse(placement, abi.encodeWithSelector(ICallAuctionErrors.InvalidSignature.selector, 0));
        placement.owner = alice.account;
        place(placement);
    }

    function test_a_signature_for_something_else_binds_nobody_who_has_tokens_here() public {
        Placement memory placement = signed(alice, plain());
        placement.intent.buyAmount -= 1;
        vm.prank(keeper.account);
        vm.expectRevert();
        auction.place(listOf(placement));
        assertEq(auction.orderCount(W), 0, "orders");
        assertChange(tokenA, alice, 0, "nothing given");
    }

    function test_a_wallet_signs_by_its_contract() public {
        Wallet1271 wallet = new Wallet1271(alice.account);
        TestToken(tokenA).mint(address(wallet), FUNDS);
        vm.prank(alice.account);
        wallet.execute(
            tokenA,
            0,
            abi.encodeCall(TestToken(tokenA).approve, (address(auction), type(uint256).max))
        );
        Placement memory placement = signed(alice, plain());
        (placement.scheme, placement.owner) = (Scheme.Eip1271, address(wallet));
        place(placement);
        assertEq(auction.orders(W, 0, 1)[0].owner, address(wallet), "owner");

        placement = signed(bob, plain());
        (placement.scheme, placement.owner) = (Scheme.Eip1271, address(wallet));
        refuse(placement, abi.encodeWithSelector(ICallAuctionErrors.InvalidSignature.selector, 0));
        placement.owner = alice.account;
        refuse(placement, abi.encodeWithSelector(ICallAuctionErrors.InvalidSignature.selector, 0));
    }

    function test_an_approval_on_chain_stands_for_a_signature_until_it_is_taken_back() public {
        Placement memory placement;
        placement.intent = plain();
        (placement.scheme, placement.owner) = (Scheme.Approval, alice.account);
        bytes32 hash = hashOf(placement.intent);
        bytes memory reason = abi.encodeWithSelector(
            ICallAuctionErrors.NotApproved.selector,
            0,
            alice.account,
            hash
        );
        refuse(placement, reason);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Approval(alice.account, hash, true);
        vm.prank(alice.account);
        auction.setApproval(hash, true);
        assertTrue(auction.isApproved(alice.account, hash), "approved");
        placement.owner = bob.account;
        refuse(
            placement,
            abi.encodeWithSelector(ICallAuctionErrors.NotApproved.selector, 0, bob.account, hash)
        );
        placement.owner = alice.account;
        vm.prank(alice.account);
        auction.setApproval(hash, false);
        refuse(placement, reason);
        vm.prank(alice.account);
        auction.setApproval(hash, true);
        place(placement);
        assertEq(auction.orders(W, 0, 1)[0].owner, alice.account, "owner");
    }

    function test_who_calls_needs_no_signature_for_an_intent_of_its_own() public {
        Placement memory placement;
        placement.intent = plain();
        placement.scheme = Scheme.Caller;
        placement.owner = alice.account;
        refuse(placement, abi.encodeWithSelector(ICallAuctionErrors.InvalidSignature.selector, 0));
        placement.owner = address(0);
        vm.prank(alice.account);
        auction.place(listOf(placement));
        assertEq(auction.orders(W, 0, 1)[0].owner, alice.account, "owner");
        placement.intent = plain();
        placement.owner = bob.account;
        vm.prank(bob.account);
        auction.place(listOf(placement));
        assertEq(auction.orders(W, 1, 1)[0].owner, bob.account, "named and calling");
    }
}
