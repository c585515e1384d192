/** Opens so many connections, says nothing on them, and reports how many it has. Ends with its parent. */
import { connect } from "node:net";

const [port = "0", count = "0"] = process.argv.slice(2);
let open = 0;

function one(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1").resume();
    socket.once("connect", () => {
      open += 1;
      resolve();
    });
    socket.on("error", () => resolve());
    socket.on("close", () => {
      open -= 1;
    });
  });
}

// In portions, so that the listening queue does not overflow.
for (let i = 0; i < Number(count); i += 200)
  await Promise.all(Array.from({ length: Math.min(200, Number(count) - i) }, one));
process.send?.({ open });
process.on("message", () => process.send?.({ open }));
process.on("disconnect", () => process.exit());
