// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {ReentrantReceiver} from "../../mocks/ReentrantReceiver.sol";
import {NativeTest} from "./NativeTest.sol";

/// @dev Intents in the chain's own coin, at their edges: one wei, nothing, and a call in the midst of another.
contract NativeEdgesTest is NativeTest {
    function test_a_deposit_of_one_wei_is_one_and_comes_back() public {
        Intent memory intent = saleOf(alice.account, 1);
        deposit(alice, intent);
        assertEq(held(), 1, "held");
        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        assertEq(alice.account.balance, 1_000_000, "Alice's ether");
    }

    function test_a_depositor_of_whose_deposit_nothing_is_left_is_not_called() public {
        ReentrantReceiver account = new ReentrantReceiver();
        Intent memory intent = saleOf(address(account), 10);
        account.execute{value: 10}(address(native), 10, abi.encodeCall(native.deposit, (intent)));
        sell(intent, 10);
        account.refuse(true);
        vm.warp(uint256(intent.validTo) + 1);
        native.refund(intent);
        assertEq(native.depositOf(intent.nonce), bytes32(0), "no record");
    }

    function test_bytes_that_are_no_nonce_vouch_for_no_hash() public view {
        // Whatever the record of a nonce that is not looked up is taken for.
        for (uint256 record = 0; record < 2; ++record) {
            bytes32 hash = keccak256(bytes.concat(hex"1901", settlement.domainSeparator(), bytes32(record)));
            assertEq(bytes32(native.isValidSignature(hash, "")), bytes32(bytes4(0xffffffff)), "signed");
        }
    }

    function test_no_function_can_be_called_in_the_midst_of_another() public {
        ReentrantReceiver account = new ReentrantReceiver();
        ICallAuction auction = ICallAuction(address(account));
        Intent memory intent = saleOf(address(account), 10);
        bytes[8] memory calls = [
            abi.encodeCall(native.deposit, (intent)),
            abi.encodeCall(native.withdraw, (intent, address(account))),
            abi.encodeCall(native.refund, (intent)),
            abi.encodeCall(native.unwrap, (address(account))),
            abi.encodeCall(native.claim, (address(0), address(account))),
            abi.encodeCall(native.placeSealed, (auction, intent)),
            abi.encodeCall(native.cancelSealed, (auction, 0, new uint256[](0), address(account))),
            abi.encodeCall(native.claimSealed, (auction, 0, 0, address(0), address(account)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            intent = saleOf(address(account), 10);
            account.execute{value: 10}(address(native), 10, abi.encodeCall(native.deposit, (intent)));
            account.arm(address(native), calls[i]);
            account.execute(address(native), 0, abi.encodeCall(native.withdraw, (intent, address(account))));
            assertEq(
                account.answer(),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                vm.toString(i)
            );
        }
    }
}
