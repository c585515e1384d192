/**
 * The page with the block of this name replaced: what stands between `<!-- made: NAME -->` and
 * `<!-- end -->`.
 *
 * @throws Error where the page has no such block
 */
export function withBlock(page: string, name: string, content: string): string {
  const start = `<!-- made: ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf("<!-- end -->", from);
  if (from < 0 || to < 0) throw new Error(`there is no block "${start} ... <!-- end -->"`);
  return `${page.slice(0, from)}${start}\n${content}\n${page.slice(to)}`;
}
