import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/**
 * The contracts around the settlement that are deployed once per chain. Each is immutable and without an owner, so that
 * one of each serves everybody; a keeper deploys its `Executor` by itself.
 *
 * Parameters: `settlement`, and `wrappedNative`, the chain's WETH.
 */
export default buildModule("Periphery", (m) => {
  const settlement = m.getParameter<string>("settlement");
  const wrappedNative = m.getParameter<string>("wrappedNative");
  return {
    lens: m.contract("SettlementLens", [settlement]),
    nativeIntents: m.contract("NativeIntents", [settlement, wrappedNative]),
    priceFeedCondition: m.contract("PriceFeedCondition"),
    minimumBalanceCondition: m.contract("MinimumBalanceCondition"),
    nonceFilledCondition: m.contract("NonceFilledCondition", [settlement]),
    timeSlicedCondition: m.contract("TimeSlicedCondition", [settlement]),
    allOfCondition: m.contract("AllOfCondition"),
    anyOfCondition: m.contract("AnyOfCondition"),
  };
});
