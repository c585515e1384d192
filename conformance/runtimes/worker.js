import { results } from "./library.web.js";

// workerd finds a worker by its default export.
// oxlint-disable-next-line import/no-default-export
export default { fetch: () => Response.json(results()) };
