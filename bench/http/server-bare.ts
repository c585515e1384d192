/** The floor: node:http with one JSON answer of a token's size; a POST's body is parsed as JSON. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const answer = {
  identity: "alice",
  token: "x".repeat(600),
  expires_at: "2026-01-01T00:00:00Z",
  refresh_at: "2026-01-01T00:00:00Z",
};
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString());
    const body = JSON.stringify(answer);
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () =>
  console.log(`listening http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
