/** What every store must do, whatever stands behind it: each behaviour that src/reports/store/port.ts promises. */
import { describe } from "vitest";
import { addingContract } from "./contract/adding.ts";
import { answersContract } from "./contract/answers.ts";
import { boundsContract } from "./contract/bounds.ts";
import { hostileContract } from "./contract/hostile.ts";
import type { OpenFresh } from "./contract/support.ts";
import { trustContract } from "./contract/trust.ts";

/** Runs the contract against a store; `openFresh` opens an empty one. */
export function storeContract(name: string, openFresh: OpenFresh): void {
  describe(name, () => {
    describe("adding", () => {
      addingContract(openFresh);
    });
    describe("trust", () => {
      trustContract(openFresh);
    });
    describe("answers", () => {
      answersContract(openFresh);
    });
    describe("bounds and order of lists", () => {
      boundsContract(openFresh);
    });
    describe("hostile reports", () => {
      hostileContract(openFresh);
    });
  });
}
