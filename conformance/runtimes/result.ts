/** What the suite says of one case. */
export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
}

/** The results as a runtime prints them. */
export function parse(text: string): readonly Result[] {
  return JSON.parse(text) as readonly Result[];
}
