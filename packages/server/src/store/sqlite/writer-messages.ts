/** What passes between the service's thread and the writer's. */

/** Where the writer finds its database. */
export interface WriterData {
  readonly path: string;
  readonly chain: string;
  readonly busyTimeout: number;
}

/** `entries` is JSON: one flat string, whatever the entries hold. */
export type WriterRequest =
  | { readonly n: number; readonly kind: "commit"; readonly entries: string }
  | { readonly n: number; readonly kind: "probe" | "close" }
  | { readonly n: number; readonly kind: "prune"; readonly now: number };

export type WriterReply =
  | { readonly n: number; readonly result: string }
  | {
      readonly n: number;
      readonly error: {
        readonly message: string;
        readonly errcode?: number;
        readonly code?: string;
      };
    };
