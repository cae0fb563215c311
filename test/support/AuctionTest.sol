// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../contracts/interfaces/ICallAuction.sol";
import {Progress} from "../../contracts/types/Clearing.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {Market} from "../../contracts/types/Market.sol";
import {Placement, Scheme} from "../../contracts/types/Placement.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {IntentDigest} from "./IntentDigest.sol";
import {Actor} from "./SettlementTest.sol";
import {Test} from "./Test.sol";

/// @title What the auction's tests stand on
/// @notice An auction of three tokens A < B < C, traders with funds and allowances, and a window that clears as it is, for a
/// test to bend in one place.
abstract contract AuctionTest is Test {
    uint32 internal constant LENGTH = 300;
    uint32 internal constant TIMEOUT = 900;
    /// @dev Where the window W begins.
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant W = START / LENGTH;
    uint256 internal constant LOCK = START + LENGTH;
    uint112 internal constant MINIMUM = 1 << 20;
    uint128 internal constant UNIT = 1e9;
    uint256 internal constant FUNDS = 1 << 120;

    /// @dev Exponent of a price of 1; only differences count.
    uint256 internal constant ONE_EXPONENT = 1 << 20;

    ICallAuction internal auction;
    address internal tokenA;
    address internal tokenB;
    address internal tokenC;
    Actor internal alice;
    Actor internal bob;
    Actor internal carol;
    Actor internal keeper;

    uint256 private _nonce;

    function setUp() public virtual {
        vm.warp(START);
        address[] memory tokens = makeTokens();
        (tokenA, tokenB, tokenC) = (tokens[0], tokens[1], tokens[2]);
        auction = deployAuction(tokens, TIP_CAP, address(0), address(0));
        alice = makeTrader("alice");
        bob = makeTrader("bob");
        carol = makeTrader("carol");
        keeper = makeTrader("keeper");
    }

    /* THE MARKET */

    /// @notice Three of them, ascending.
    function makeTokens() internal virtual returns (address[] memory tokens) {
        tokens = new address[](3);
        for (uint256 i = 0; i < 3; ++i) tokens[i] = address(new TestToken("Token", "T", 18));
        sort(tokens);
    }

    function sort(address[] memory list) internal pure {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && list[j - 1] > list[j]; --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
    }

    function deployAuction(
        address[] memory tokens,
        uint256 tipCap,
        address dataFee,
        address permit2
    ) internal returns (ICallAuction) {
        uint112[] memory minimums = new uint112[](tokens.length);
        for (uint256 i = 0; i < tokens.length; ++i) minimums[i] = MINIMUM;
        bytes memory arguments = abi.encode(
            Market(tokens, minimums),
            LENGTH,
            TIMEOUT,
            tipCap,
            dataFee,
            permit2
        );
        return ICallAuction(deploy("CallAuction.sol:CallAuction", arguments));
    }

    /* ACTORS */

    function makeTrader(string memory name) internal returns (Actor memory actor) {
        actor.key = uint256(keccak256(bytes(name)));
        actor.account = vm.addr(actor.key);
        vm.label(actor.account, name);
        equip(actor.account, tokenA);
        equip(actor.account, tokenB);
        equip(actor.account, tokenC);
    }

    function equip(address account, address token) internal {
        // Whatever a token's functions return.
        NoReturnToken(token).mint(account, FUNDS);
        vm.prank(account);
        NoReturnToken(token).approve(address(auction), type(uint256).max);
    }

    function balance(address token, address account) internal view returns (uint256) {
        return TestToken(token).balanceOf(account);
    }

    /// @notice Asserts what `actor` has of `token` beyond, or short of, what every trader began with.
    function assertChange(
        address token,
        Actor memory actor,
        int256 change,
        string memory name
    ) internal view {
        assertEq(int256(balance(token, actor.account)) - int256(FUNDS), change, name);
    }

    function assertHeld(address token, uint256 amount, string memory name) internal view {
        assertEq(balance(token, address(auction)), amount, name);
    }

    /* INTENTS */

    /// @notice An intent that the auction takes, valid for this window and three more.
    function sell(
        address sellToken,
        uint128 sellAmount,
        address buyToken,
        uint128 buyAmount
    ) internal returns (Intent memory intent) {
        intent.sellToken = sellToken;
        intent.buyToken = buyToken;
        intent.sellAmount = sellAmount;
        intent.buyAmount = buyAmount;
        intent.validTo = uint32(LOCK + 3 * LENGTH);
        intent.nonce = _nonce++;
        intent.kind = "sell";
        intent.partiallyFillable = true;
    }

    /// @notice 100 A for 1,000 B.
    function plain() internal returns (Intent memory) {
        return sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT);
    }

    function hashOf(Intent memory intent) internal view returns (bytes32) {
        return IntentDigest.digest(intent, block.chainid, address(auction));
    }

    /// @notice Signed by `owner` in 65 bytes.
    function signed(
        Actor memory owner,
        Intent memory intent
    ) internal view returns (Placement memory placement) {
        placement.intent = intent;
        placement.scheme = Scheme.Ecdsa;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.key, hashOf(intent));
        placement.signature = abi.encodePacked(r, s, v);
    }

    /* PLACING */

    function place(Actor memory owner, Intent memory intent) internal returns (uint256 id) {
        return place(signed(owner, intent));
    }

    function place(Placement memory placement) internal returns (uint256 id) {
        vm.prank(keeper.account);
        (, id) = auction.place(listOf(placement));
    }

    /// @notice Expects that placing it reverts with exactly `reason`.
    function refuse(Placement memory placement, bytes memory reason) internal {
        vm.prank(keeper.account);
        vm.expectRevert(reason);
        auction.place(listOf(placement));
    }

    function refuse(Intent memory intent, bytes memory reason) internal {
        refuse(signed(alice, intent), reason);
    }

    function listOf(Placement memory placement) internal pure returns (Placement[] memory list) {
        list = new Placement[](1);
        list[0] = placement;
    }

    function listOf(uint256 id) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = id;
    }

    function listOf(uint256 first, uint256 second) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (first, second);
    }

    /// @notice 0 to count - 1.
    function firstIds(uint256 count) internal pure returns (uint256[] memory list) {
        list = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) list[i] = i;
    }

    /* PRICES */

    /// @notice value * 2^shift as a price.
    function price(uint256 value, int256 shift) internal pure returns (uint128) {
        uint256 exponent = ONE_EXPONENT;
        while (value < 1 << 95) {
            value <<= 1;
            --exponent;
        }
        while (value >= 1 << 96) {
            value >>= 1;
            ++exponent;
        }
        return uint128((uint256(int256(exponent) + shift) << 96) | value);
    }

    function pricesOf(uint256 a, uint256 b, uint256 c) internal pure returns (uint128[] memory prices) {
        prices = new uint128[](3);
        (prices[0], prices[1], prices[2]) = (price(a, 0), price(b, 0), price(c, 0));
    }

    function named(uint256 id, uint256 amount) internal pure returns (uint256) {
        return (id << 112) | amount;
    }

    /* CLEARING */

    function noProgress() internal pure returns (Progress memory) {}

    function noIds() internal pure returns (uint256[] memory) {
        return new uint256[](0);
    }

    /// @notice The window W in one call, by the keeper.
    function clear(uint128[] memory prices, uint256[] memory marginal) internal {
        vm.prank(keeper.account);
        auction.clear(W, prices, marginal, noProgress(), type(uint256).max, 0);
    }

    function refuseClear(uint128[] memory prices, uint256[] memory marginal, bytes memory reason) internal {
        vm.prank(keeper.account);
        vm.expectRevert(reason);
        auction.clear(W, prices, marginal, noProgress(), type(uint256).max, 0);
    }

    function claim(uint256[] memory ids) internal {
        vm.prank(keeper.account);
        auction.claim(W, ids);
    }

    function refuseClaim(uint256[] memory ids, bytes memory reason) internal {
        vm.prank(keeper.account);
        vm.expectRevert(reason);
        auction.claim(W, ids);
    }

    /* THE SCARCE OUTCOME */

    /// @notice Alice sells 100 A for 1,000 B, Bob buys at 15 for 900 B, Carol at 13 for 650 B: orders 0, 1 and 2. At a price of
    /// 13, Bob is in the money, and Carol is in the band and gets what he leaves, for 400 B.
    function scarce() internal {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        place(bob, sell(tokenB, 900 * UNIT, tokenA, 60 * UNIT));
        place(carol, sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT));
    }

    function scarcePrices() internal pure returns (uint128[] memory) {
        return pricesOf(13, 1, 1);
    }

    function scarceMarginal() internal pure returns (uint256[] memory) {
        return listOf(named(2, 400 * UNIT));
    }

    /// @notice Places, locks and clears it.
    function scarceCleared() internal {
        scarce();
        vm.warp(LOCK);
        clear(scarcePrices(), scarceMarginal());
    }
}
