// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {IntentHash, IntentPreimage} from "../../contracts/libraries/IntentHash.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {FillTerms, LibraryHarness} from "../mocks/LibraryHarness.sol";
import {FillEncoder, FillSpec} from "../support/FillEncoder.sol";
import {IntentDigest} from "../support/IntentDigest.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev What test/vectors says holds here too; the SDK's tests read the same files.
contract VectorsTest is SettlementTest {
    string private _intents;
    string private _fills;
    LibraryHarness private _library;

    function setUp() public override {
        super.setUp();
        _intents = vm.readFile("test/vectors/intents.json");
        _fills = vm.readFile("test/vectors/fills.json");
        _library = LibraryHarness(deploy("LibraryHarness.sol:LibraryHarness"));
    }

    function test_every_intent_has_the_digest_and_the_signer_of_its_vector() public {
        string memory json = _intents;
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _element(".intents", count)); ++count) {
            string memory path = _element(".intents", count);
            Intent memory intent = _intent(json, string.concat(path, ".intent"));
            bytes32 digest = _digestInDomain(json, path, intent);

            assertEq(
                IntentHash.INTENT_TYPEHASH,
                vm.parseJsonBytes32(json, string.concat(path, ".typeHash")),
                "type"
            );
            assertEq(digest, vm.parseJsonBytes32(json, string.concat(path, ".digest")), path);
            _isSignedAsItSays(json, path, digest);
        }
        assertGe(count, 1, "vectors");
    }

    function test_every_packed_batch_is_what_its_vector_spells_out() public view {
        string memory json = _fills;
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _element(".batches", count)); ++count) {
            string memory path = _element(".batches", count);
            bytes memory packed = vm.parseJsonBytes(json, string.concat(path, ".fills"));
            address[] memory tokens = _addresses(json, string.concat(path, ".tokens"));
            FillSpec[] memory fills = _expectedFills(json, string.concat(path, ".expectedFills"));

            assertEq(packed, FillEncoder.encode(fills, tokens), path);
            (IntentPreimage memory last, FillTerms memory terms, uint256 end) = _library.decodeLast(
                packed,
                tokens
            );
            assertEq(end, packed.length, "end");
            if (fills.length == 0) continue;
            FillSpec memory fill = fills[fills.length - 1];
            last.typeHash = IntentHash.INTENT_TYPEHASH;
            assertEq(
                _library.structHash(last),
                IntentDigest.structHash(fill.intent),
                "the last fill's intent"
            );
            assertEq(terms.executed, fill.executed, "the last fill's executed amount");
            assertEq(terms.fee, fill.fee, "the last fill's fee");
        }
        assertGe(count, 1, "vectors");
    }

    function test_every_list_of_transfers_is_what_its_vector_spells_out() public view {
        string memory json = _fills;
        for (uint256 i = 0; vm.keyExistsJson(json, _element(".batches", i)); ++i) {
            string memory path = _element(".batches", i);
            bytes memory packed = vm.parseJsonBytes(json, string.concat(path, ".transfers"));
            string memory list = string.concat(path, ".expectedTransfers");
            uint16[2][] memory pairs = new uint16[2][](_length(json, list));
            for (uint256 j = 0; j < pairs.length; ++j) {
                pairs[j][0] = uint16(_uint(json, _element(list, j), ".from"));
                pairs[j][1] = uint16(_uint(json, _element(list, j), ".to"));
            }
            assertEq(packed, FillEncoder.encodeTransfers(pairs), path);
        }
    }

    function test_every_amount_rounds_as_its_vector_says() public view {
        string memory json = _fills;
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _element(".rounding", count)); ++count) {
            string memory path = _element(".rounding", count);
            uint256 sellPrice = _uint(json, path, ".sellPrice");
            uint256 buyPrice = _uint(json, path, ".buyPrice");
            uint256 executed = _uint(json, path, ".executed");
            uint256 fee = _uint(json, path, ".fee");
            bool isBuy = keccak256(bytes(_string(json, path, ".kind"))) == keccak256("buy");

            uint256 sold = isBuy ? _library.soldFor(executed, sellPrice, buyPrice) + fee : executed;
            uint256 bought = isBuy ? executed : _library.boughtFor(executed - fee, sellPrice, buyPrice);
            assertEq(sold, _uint(json, path, ".sold"), _string(json, path, ".name"));
            assertEq(bought, _uint(json, path, ".bought"), _string(json, path, ".name"));
        }
        assertGe(count, 1, "vectors");
    }

    function test_every_limit_is_what_its_vector_says() public {
        string memory json = _intents;
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _element(".limits", count)); ++count) {
            string memory path = _element(".limits", count);
            Draft memory draft = single(whole(alice, sellIntent(tokenA, 1, tokenB, 0)));
            Intent memory intent = draft.fills[0].intent;
            intent.startBuyAmount = uint128(_uint(json, path, ".startBuyAmount"));
            intent.buyAmount = uint128(_uint(json, path, ".buyAmount"));
            intent.validFrom = uint32(_uint(json, path, ".validFrom"));
            intent.decayEnd = uint32(_uint(json, path, ".decayEnd"));
            intent.validTo = type(uint32).max;
            // An atom of A buys nothing at this price, and the refusal names the limit.
            draft.prices[1] = type(uint128).max;

            uint256 limit = _uint(json, path, ".limit");
            vm.warp(_uint(json, path, ".at"));
            refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1, 0, limit));
        }
        assertGe(count, 1, "vectors");
    }

    /* INTENTS */

    /// @dev The digest by a settlement that stands where the vector's domain says.
    function _digestInDomain(
        string memory json,
        string memory path,
        Intent memory intent
    ) private returns (bytes32 digest) {
        uint256 chainId = block.chainid;
        address there = vm.parseJsonAddress(json, string.concat(path, ".domain.verifyingContract"));
        vm.etch(there, address(settlement).code);
        vm.chainId(_uint(json, path, ".domain.chainId"));
        bytes32 separator = ISettlement(there).domainSeparator();
        digest = ISettlement(there).hashIntent(intent);
        vm.chainId(chainId);

        assertEq(
            separator,
            vm.parseJsonBytes32(json, string.concat(path, ".domainSeparator")),
            "domain separator"
        );
        bytes32 structHash = vm.parseJsonBytes32(json, string.concat(path, ".structHash"));
        assertEq(keccak256(bytes.concat(hex"1901", separator, structHash)), digest, "struct hash");
    }

    function _isSignedAsItSays(string memory json, string memory path, bytes32 digest) private pure {
        uint256 key = uint256(vm.parseJsonBytes32(json, string.concat(path, ".signer.privateKey")));
        address signer = vm.parseJsonAddress(json, string.concat(path, ".signer.address"));
        assertEq(vm.addr(key), signer, "signer");
        bytes memory expected = vm.parseJsonBytes(json, string.concat(path, ".signature65"));
        assertEq(sign(key, digest, FillEncoder.ECDSA), expected, "signature of 65 bytes");
        expected = vm.parseJsonBytes(json, string.concat(path, ".signature64"));
        assertEq(sign(key, digest, FillEncoder.COMPACT), expected, "signature of 64 bytes");
    }

    function _intent(string memory json, string memory path) private pure returns (Intent memory intent) {
        intent.sellToken = _address(json, path, ".sellToken");
        intent.buyToken = _address(json, path, ".buyToken");
        intent.receiver = _address(json, path, ".receiver");
        intent.sellAmount = uint128(_uint(json, path, ".sellAmount"));
        intent.buyAmount = uint128(_uint(json, path, ".buyAmount"));
        intent.startBuyAmount = uint128(_uint(json, path, ".startBuyAmount"));
        intent.maxFee = uint128(_uint(json, path, ".maxFee"));
        intent.feePerWei = uint128(_uint(json, path, ".feePerWei"));
        intent.validFrom = uint32(_uint(json, path, ".validFrom"));
        intent.decayEnd = uint32(_uint(json, path, ".decayEnd"));
        intent.validTo = uint32(_uint(json, path, ".validTo"));
        intent.nonce = _uint(json, path, ".nonce");
        intent.kind = _string(json, path, ".kind");
        intent.partiallyFillable = vm.parseJsonBool(json, string.concat(path, ".partiallyFillable"));
        intent.settler = _address(json, path, ".settler");
        intent.condition = _address(json, path, ".condition");
        intent.conditionData = vm.parseJsonBytes(json, string.concat(path, ".conditionData"));
    }

    /* FILLS */

    function _expectedFills(
        string memory json,
        string memory list
    ) private view returns (FillSpec[] memory fills) {
        fills = new FillSpec[](_length(json, list));
        for (uint256 i = 0; i < fills.length; ++i) {
            string memory path = _element(list, i);
            fills[i].intent = _intent(json, string.concat(path, ".intent"));
            fills[i].executed = _uint(json, path, ".executed");
            fills[i].fee = _uint(json, path, ".fee");
            _setSignature(json, string.concat(path, ".signature"), fills[i]);
        }
    }

    function _setSignature(string memory json, string memory path, FillSpec memory fill) private pure {
        bytes32 scheme = keccak256(bytes(_string(json, path, ".scheme")));
        if (scheme != keccak256("ecdsa")) fill.owner = _address(json, path, ".owner");
        if (scheme == keccak256("approval")) {
            fill.scheme = FillEncoder.APPROVED;
            return;
        }
        fill.signature = vm.parseJsonBytes(json, string.concat(path, ".signature"));
        if (scheme == keccak256("eip1271")) fill.scheme = FillEncoder.EIP1271;
        else fill.scheme = fill.signature.length == 64 ? FillEncoder.COMPACT : FillEncoder.ECDSA;
    }

    /* JSON */

    function _element(string memory list, uint256 i) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "]");
    }

    function _length(string memory json, string memory list) private view returns (uint256 length) {
        while (vm.keyExistsJson(json, _element(list, length))) ++length;
    }

    function _addresses(string memory json, string memory list) private view returns (address[] memory all) {
        all = new address[](_length(json, list));
        for (uint256 i = 0; i < all.length; ++i) all[i] = _address(json, _element(list, i), "");
    }

    function _uint(string memory json, string memory path, string memory key) private pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, key));
    }

    function _string(
        string memory json,
        string memory path,
        string memory key
    ) private pure returns (string memory) {
        return vm.parseJsonString(json, string.concat(path, key));
    }

    function _address(
        string memory json,
        string memory path,
        string memory key
    ) private pure returns (address) {
        return vm.parseJsonAddress(json, string.concat(path, key));
    }
}
