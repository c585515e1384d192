import type { Store } from "../store.ts";

/** Makes an empty store, of whatever kind. What it was made in is removed when it is closed. */
export type StoreFactory = () => Promise<{ store: Store; dispose: () => Promise<void> }>;

/** Turns a test that needs a store into one that `it` takes. */
export type WithStore = (test: (store: Store) => Promise<void>) => () => Promise<void>;

export function withStoreFrom(factory: StoreFactory): WithStore {
  return (test) => async () => {
    const { store, dispose } = await factory();
    try {
      await test(store);
    } finally {
      await store.close();
      await dispose();
    }
  };
}
