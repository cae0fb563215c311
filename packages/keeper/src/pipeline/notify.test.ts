import { expect } from "chai";
import { randomHash } from "../../test/samples.ts";
import type { StoredEvent } from "../domain.ts";
import { Notifier } from "./notify.ts";

describe("the notifier", () => {
  const hash = randomHash();
  const event: StoredEvent = {
    id: 1,
    intentHash: hash,
    status: "filled",
    reason: null,
    at: 1,
    batchId: null,
    transactionHash: null,
  };

  it("tells those who follow the intent, each as often as it subscribed, and nobody else", () => {
    const notifier = new Notifier();
    const heard: string[] = [];
    const listener = () => heard.push("one");
    const end = notifier.subscribe(hash, listener);
    notifier.subscribe(hash, listener);
    notifier.subscribe(randomHash(), () => heard.push("stranger"));
    notifier.publish([event]);
    expect(heard).to.deep.equal(["one", "one"]);
    end();
    end();
    notifier.publish([event]);
    expect(heard).to.have.length(3);
  });

  it("keeps nothing of an intent that nobody follows any more, even if they leave while being told", () => {
    const notifier = new Notifier();
    const end = notifier.subscribe(hash, () => {
      end();
    });
    notifier.publish([event]);
    expect(notifier.size).to.equal(0);
  });
});
