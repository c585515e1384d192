/** The writer's thread: waits for the disk so that the service's thread need not. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Entry } from "../store.ts";
import { type LocalWriter, localWriter } from "./local-writer.ts";
import type { WriterData, WriterReply, WriterRequest } from "./writer-messages.ts";

const port = parentPort as MessagePort;
const writer = localWriter(workerData as WriterData);

port.on("message", (request: WriterRequest) => {
  port.postMessage(answer(request));
  if (request.kind === "close") port.close();
});

function answer(request: WriterRequest): WriterReply {
  const { n } = request;
  try {
    return { n, result: JSON.stringify(perform(writer, request) ?? null) };
  } catch (error) {
    const { message, errcode, code } = error as Error & { errcode?: number; code?: string };
    return { n, error: { message, ...(errcode && { errcode }), ...(code && { code }) } };
  }
}

function perform(to: LocalWriter, request: WriterRequest): unknown {
  if (request.kind === "commit") return to.commit(JSON.parse(request.entries) as Entry[]);
  if (request.kind === "prune") return to.prune(request.now);
  return to[request.kind]();
}
