// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {INativeIntents} from "../interfaces/INativeIntents.sol";
import {IWrappedNative} from "../interfaces/IWrappedNative.sol";
import {Intent} from "../types/Intent.sol";
import {Placement, Scheme} from "../types/Placement.sol";

/// @title NativeReceiver
/// @author The Walras developers
/// @notice Receives the wrapped coin for one user, and hands it on as the coin itself; owns what the user sells of the coin
/// in sealed windows. Obeys `NativeIntents` alone.
/// @dev The code behind the clones, one for each user, at an address that follows from the user. So a receiver never holds
/// anything of two people, and there is nothing to account for: whatever comes in, by one fill, by two in a batch, by
/// parts, or as a gift, is the user's, and one that cannot be paid out delays nobody else. `NativeIntents` sends what is
/// here to the user, or where the user says. It has no intents in the settlement. It gives an allowance to the auction that
/// its user has named, for what the user has sent, and takes it back in the same call; so an order's tokens and nothing else
/// can leave it by an auction, and all that comes back from there is the user's as well.
contract NativeReceiver {
    using SafeERC20 for IERC20;

    address private immutable _NATIVE_INTENTS;
    IWrappedNative private immutable _WRAPPED;

    /// @notice The caller is not `NativeIntents`.
    error NotNativeIntents(address caller);

    constructor(IWrappedNative wrapped) {
        _NATIVE_INTENTS = msg.sender;
        _WRAPPED = wrapped;
    }

    modifier onlyNativeIntents() {
        require(msg.sender == _NATIVE_INTENTS, NotNativeIntents(msg.sender));
        _;
    }

    /// @dev From the wrapped coin, within its 2,300 gas: this code is warm by then. A gift is the user's, too.
    receive() external payable {}

    /// @notice Sends all of a token as it is, or of the coin, wrapped or not, as the coin.
    /// @param token 0 for the coin.
    function pay(address token, address to) external onlyNativeIntents {
        if (token != address(0)) {
            IERC20(token).safeTransfer(to, IERC20(token).balanceOf(address(this)));
            return;
        }
        _WRAPPED.withdraw(_WRAPPED.balanceOf(address(this)));
        uint256 amount = address(this).balance;
        require(LowLevelCall.callNoReturn(to, amount, ""), INativeIntents.CoinRefused(to, amount));
    }

    /// @notice Wraps what is sent along and places an intent that sells as much, with the receiver as its owner.
    function place(
        ICallAuction auction,
        Intent calldata intent
    ) external payable onlyNativeIntents returns (uint256 window, uint256 id) {
        _WRAPPED.deposit{value: msg.value}();
        _WRAPPED.approve(address(auction), msg.value);
        Placement[] memory placements = new Placement[](1);
        (placements[0].intent, placements[0].scheme) = (intent, Scheme.Caller);
        (window, id) = auction.place(placements);
        _WRAPPED.approve(address(auction), 0);
    }

    /// @notice Takes orders back; what was in them comes here.
    function cancel(ICallAuction auction, uint256 window, uint256[] calldata ids) external onlyNativeIntents {
        auction.cancel(window, ids);
    }

    /// @notice Closes an order; all of what it gives comes here.
    function claim(ICallAuction auction, uint256 window, uint256 id) external onlyNativeIntents {
        auction.claimTo(window, id, address(this));
    }
}
