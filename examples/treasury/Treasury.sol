// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {TimeSlicedCondition} from "../../contracts/conditions/TimeSlicedCondition.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Intent} from "../../contracts/types/Intent.sol";

/// @title A treasury that owns intents
/// @notice Sells one token for another, at a floor price or better: small amounts at once, large ones in slices over time.
/// Its manager chooses when and how much, within rules that the contract checks whoever settles.
/// @dev An example: not audited, and its manager is for good.
contract Treasury is IERC1271, EIP712 {
    using SafeERC20 for IERC20;

    /// @notice What the manager may do. Amounts in atoms.
    struct Rules {
        address sellToken;
        address buyToken;
        /// Buy-token atoms for 1e18 sell-token atoms, at least.
        uint256 floorPrice;
        /// The most to sell by an intent that is not sliced, and the most of a slice.
        uint256 mostAtOnce;
        /// The least seconds between slices.
        uint256 leastInterval;
        /// The most seconds until an intent expires.
        uint256 longestValidity;
    }

    /// @notice The caller is not the manager.
    error NotManager(address caller);
    /// @notice The rules do not allow this intent.
    error AgainstTheRules();

    /// @notice The treasury sells by `intent` from now on, without a signature. Keepers find all they need here.
    event Selling(bytes32 indexed intentHash, Intent intent);

    bytes32 private constant _SALE_TYPEHASH = keccak256("Sale(bytes32 intentHash)");

    ISettlement private immutable _SETTLEMENT;
    address private immutable _TIME_SLICED;
    address private immutable _MANAGER;

    Rules private _rules;

    modifier onlyManager() {
        require(msg.sender == _MANAGER, NotManager(msg.sender));
        _;
    }

    constructor(
        ISettlement settlement,
        address timeSliced,
        address manager,
        Rules memory rules
    ) EIP712("Treasury", "1") {
        _SETTLEMENT = settlement;
        _TIME_SLICED = timeSliced;
        _MANAGER = manager;
        _rules = rules;
    }

    /* THE MANAGER'S */

    // #region allow
    /// @notice How much the settlement may take, by all intents together: what a wrong signature can cost at most.
    function allow(uint256 amount) external onlyManager {
        IERC20(_rules.sellToken).forceApprove(address(_SETTLEMENT), amount);
    }

    // #endregion allow

    // #region approve
    /// @notice Sells by an intent that is approved on chain.
    function sell(Intent calldata intent) external onlyManager returns (bytes32 intentHash) {
        require(_isAllowed(intent), AgainstTheRules());
        intentHash = _SETTLEMENT.hashIntent(intent);
        _SETTLEMENT.setApproval(intentHash, true);
        emit Selling(intentHash, intent);
    }

    // #endregion approve

    // #region stop
    /// @notice Ends an intent, approved or signed, and every other one with its nonce. For good.
    function stop(uint256 nonce) external onlyManager {
        _SETTLEMENT.cancel(nonce);
    }

    // #endregion stop

    /// @notice Sends tokens out: what was bought, or what is not to be sold.
    function withdraw(IERC20 token, address to, uint256 amount) external onlyManager {
        token.safeTransfer(to, amount);
    }

    /* SIGNATURES */

    // #region erc1271
    /// @notice Accepts an intent within the rules for which the manager has signed a `Sale`, and nothing else.
    /// @param signature `abi.encode(intent, managersSignature)`
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (Intent memory intent, bytes memory managersSignature) = abi.decode(signature, (Intent, bytes));
        // The rules are checked on the intent, so the digest has to be the intent's: computed here, for this chain and
        // this settlement. Else anything the manager signs would pass on the strength of some other intent.
        bool isIntent = _SETTLEMENT.hashIntent(intent) == hash;
        // The digest does not name its owner. Signed as it is, it would also be an intent of the manager's own account,
        // and an intent of the manager's own would also be one of the treasury: so the signature names this contract.
        bytes32 sale = _hashTypedDataV4(keccak256(abi.encode(_SALE_TYPEHASH, hash)));
        (address signer, , ) = ECDSA.tryRecover(sale, managersSignature);
        return
            isIntent && signer == _MANAGER && _isAllowed(intent) ? this.isValidSignature.selector : bytes4(0);
    }

    // #endregion erc1271

    /* RULES */

    // #region rules
    function _isAllowed(Intent memory intent) private view returns (bool) {
        Rules memory rules = _rules;
        if (intent.sellToken != rules.sellToken || intent.buyToken != rules.buyToken) return false;
        // What is bought comes back here.
        if (intent.receiver != address(0) && intent.receiver != address(this)) return false;
        if (intent.validTo > block.timestamp + rules.longestValidity) return false;
        // The settlement holds buyAmount/sellAmount for every fill, after fees; it only remains to judge that price.
        if (uint256(intent.buyAmount) * 1e18 < uint256(intent.sellAmount) * rules.floorPrice) return false;
        return intent.sellAmount <= rules.mostAtOnce || _isSliced(intent, rules);
    }

    /// @dev The schedule has to speak of this very intent: its nonce and its amount.
    function _isSliced(Intent memory intent, Rules memory rules) private view returns (bool) {
        if (intent.condition != _TIME_SLICED || keccak256(bytes(intent.kind)) != keccak256("sell"))
            return false;
        TimeSlicedCondition.Schedule memory schedule = abi.decode(
            intent.conditionData,
            (TimeSlicedCondition.Schedule)
        );
        return
            schedule.nonce == intent.nonce &&
            schedule.total == intent.sellAmount &&
            schedule.interval >= rules.leastInterval &&
            uint256(schedule.parts) * rules.mostAtOnce >= intent.sellAmount;
    }
    // #endregion rules
}
