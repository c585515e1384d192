/** The services of a token as people write them. */
import type { ActionName, ResourceName, SERVICES, ServiceName } from "./services.ts";

/** Names of a service's privileges, each with its own life in seconds where it is an object. */
export type Privileges<S extends ServiceName> =
  | readonly (keyof (typeof SERVICES)[S]["privileges"])[]
  | { readonly [P in keyof (typeof SERVICES)[S]["privileges"]]?: number };

interface Timed<S extends ServiceName> {
  /** Seconds. The token's own ttl when it is left out; 0 is Agora's "until the token expires". */
  readonly privilegeTtl?: number;
  readonly privileges?: Privileges<S>;
}
/** An integer user id, or a text one: Agora calls the second a user account. */
export type Member =
  | { readonly uid: number; readonly account?: never }
  | { readonly account: string; readonly uid?: never };
export type Permissions = {
  readonly [R in ResourceName]?: { readonly [A in ActionName]?: readonly string[] };
};

/** What each service takes. */
export interface ServiceParams {
  /** `role` gives the privileges: a publisher all four, a subscriber only `join`. */
  readonly rtc: Timed<"rtc"> &
    Member & { readonly channel: string; readonly role: "publisher" | "subscriber" };
  readonly rtm: Timed<"rtm"> & { readonly userId: string };
  readonly rtm2: Timed<"rtm2"> & { readonly userId: string; readonly permissions: Permissions };
  /** `privileges` must be named: neither is less than the other. */
  readonly streaming: Timed<"streaming"> & Member & { readonly channel: string };
  readonly fpa: Timed<"fpa">;
  /** `admin` makes an app token, which may call Chat's REST API for everyone. */
  readonly chat: Timed<"chat"> &
    (
      | { readonly userId: string; readonly admin?: never }
      | { readonly admin: true; readonly userId?: never }
    );
  /** `privileges` must be named. */
  readonly fcdn: Timed<"fcdn"> & Member & { readonly channel: string };
  /** With `room` a room-user token, with `userId` alone a user token, with `admin` an app token. */
  readonly apaas: Timed<"apaas"> &
    (
      | {
          readonly room?: string;
          readonly userId: string;
          readonly role?: number;
          readonly admin?: never;
        }
      | { readonly admin: true; readonly room?: never; readonly userId?: never }
    );
  readonly convoai: Timed<"convoai">;
  readonly stt: Timed<"stt">;
}
/** One service at most of each kind. */
export type ServiceMap = { readonly [S in ServiceName]?: ServiceParams[S] };
/** One entry of a list, which may hold a kind twice. */
export type ServiceEntry = {
  [S in ServiceName]: { readonly service: S } & ServiceParams[S];
}[ServiceName];
export type Services = ServiceMap | readonly ServiceEntry[];
