/** The service in production, every answer of which is held against its own `/openapi.json`. */
import {
  type Api,
  type ApiOptions,
  startApi,
} from "../../packages/server/src/routes/service.test-suite.ts";
import { type Description, readDescription } from "../drop-in/description.ts";

export interface DescribedApi extends Api {
  readonly description: Description;
}

export async function startDescribed(options: ApiOptions = {}): Promise<DescribedApi> {
  let description: Description | undefined;
  const api = await startApi({
    ...options,
    judge: (method, path, got) => description?.check(method, path, got),
  });
  description = readDescription((await api.ask({ path: "/openapi.json" })).json);
  return { ...api, description };
}
