import { randomInt } from "node:crypto";

const MANNERS =
  "Brave Bright Calm Clever Eager Fair Gentle Happy Jolly Keen Kind Lively Merry Noble Proud Quick Quiet Swift Warm Wise".split(
    " ",
  );
const ANIMALS =
  "Badger Crane Dolphin Falcon Finch Fox Hare Heron Koala Lark Lynx Marten Otter Owl Panda Raven Robin Seal Swan Wren".split(
    " ",
  );

/**
 * A name for someone who gave none, as the starters make one: letters and digits only, so that every
 * product accepts it. The number keeps two of them apart.
 */
export function friendlyName(): string {
  const pick = (from: readonly string[]) => from[randomInt(from.length)];
  return `${pick(MANNERS)}${pick(ANIMALS)}${randomInt(1_000_000)}`;
}
