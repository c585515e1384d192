/**
 * What every store must do, whatever it stands on. An implementation passes this suite unchanged or
 * it is not one.
 */
import { describe } from "node:test";
import { chainSuite } from "./contract/chain.test-suite.ts";
import { commitSuite } from "./contract/commit.test-suite.ts";
import { readingSuite } from "./contract/reading.test-suite.ts";
import { type StoreFactory, withStoreFrom } from "./contract/with-store.test-suite.ts";

/**
 * @param name of the implementation
 * @param factory makes an empty store
 */
export function storeContract(name: string, factory: StoreFactory): void {
  describe(name, () => {
    const withStore = withStoreFrom(factory);
    commitSuite(withStore);
    readingSuite(withStore);
    chainSuite(withStore);
  });
}
