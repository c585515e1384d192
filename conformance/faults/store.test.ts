/**
 * The store cannot be written, or cannot be read: 503 within the deadline and never a token without a
 * record, `ready` is false meanwhile, and the service goes on by itself when it can.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { checkRecord, type Received } from "./record.ts";
import {
  ask,
  type Folder,
  isReady,
  makeFolder,
  run,
  type Serving,
  serve,
  signIn,
  until,
} from "./service.ts";

/** The journal's deadline, and what a busy machine may add. */
const DEADLINE_MS = 2_000 + 1_500;
const jwt = signIn("alice");

/** Serves, asks for one token, does the harm, checks the outage, undoes it, checks the recovery. */
async function outage(
  folder: Folder,
  harm: (serving: Serving) => Promise<void> | void,
  mend: () => void,
): Promise<{ received: Received[]; refused: string }> {
  const serving = await serve(folder);
  const received: Received[] = [];
  try {
    await issue(serving, received);
    await harm(serving);
    const refused = await refusals(serving, received);
    mend();
    await until("it is ready again by itself", 10, () => isReady(serving.url));
    await issue(serving, received);
    return { received, refused };
  } finally {
    await serving.stop();
  }
}

async function issue(serving: Serving, received: Received[]): Promise<void> {
  const { status, token, text } = await ask(serving.url, jwt);
  assert.equal(status, 201, text);
  if (token) received.push(token);
}

/** Asks until it is refused, then five times more: each is 503, in time, without a token. */
async function refusals(serving: Serving, received: Received[]): Promise<string> {
  let last = "";
  await until("the first 503", 30, async () => {
    const { status, token } = await ask(serving.url, jwt);
    if (token) received.push(token);
    return status === 503;
  });
  for (let i = 0; i < 5; i++) {
    const answer = await ask(serving.url, jwt);
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.token, undefined);
    assert.ok(answer.ms < DEADLINE_MS, `503 after ${answer.ms} ms`);
    assert.doesNotMatch(answer.text, /eyJ/);
    last = answer.text;
  }
  assert.equal(await isReady(serving.url), false);
  const live = await fetch(`${serving.url}/health/live`);
  assert.equal(live.status, 200, "a full disk is no reason to kill the process");
  return last;
}

describe("while it serves", () => {
  // Only root may mount; CI does. The file-size limit below is the same fault for everybody else.
  if (process.getuid?.() === 0)
    test("a full disk, a tmpfs of 4 MB: 503 until there is room", async (t) => {
      const folder = makeFolder();
      const unmount = smallDisk(folder.data);
      try {
        const filler = join(folder.data, "filler");
        const { received, refused } = await outage(
          folder,
          () => fill(filler, folder.data),
          () => rmSync(filler),
        );
        assert.match(refused, /disk is full/);
        const entries = await checkRecord(folder.database, received);
        t.diagnostic(`${received.length} tokens received, ${entries} entries verified`);
      } finally {
        unmount();
        folder.remove();
      }
    });

  test("its files may not grow any more: 503 until they may", async () => {
    const folder = makeFolder();
    try {
      let pid = 0;
      const { received } = await outage(
        folder,
        ({ child }) => limitFiles((pid = child.pid ?? 0), "1024"),
        () => limitFiles(pid, "unlimited"),
      );
      await checkRecord(folder.database, received);
    } finally {
      folder.remove();
    }
  });

  test("another process locks the database: 503 until it lets go", async () => {
    const folder = makeFolder();
    try {
      let other: DatabaseSync | undefined;
      const lock = () => {
        other = new DatabaseSync(folder.database);
        other.exec("BEGIN IMMEDIATE");
      };
      const { received, refused } = await outage(folder, lock, () => other?.exec("ROLLBACK"));
      other?.close();
      assert.match(refused, /lock/);
      await checkRecord(folder.database, received);
    } finally {
      folder.remove();
    }
  });

  test("the file is moved away: 503 until it is back", async () => {
    const folder = makeFolder();
    try {
      const away = `${folder.database}.away`;
      const { received, refused } = await outage(
        folder,
        () => renameSync(folder.database, away),
        () => renameSync(away, folder.database),
      );
      assert.match(refused, /deleted or replaced/);
      await checkRecord(folder.database, received);
    } finally {
      folder.remove();
    }
  });

  test("the file is deleted: 503, and a restart begins a new one", async () => {
    const folder = makeFolder();
    try {
      const serving = await serve(folder);
      await issue(serving, []);
      for (const suffix of ["", "-wal", "-shm"]) rmSync(folder.database + suffix, { force: true });
      const refused = await refusals(serving, []);
      assert.match(refused, /deleted or replaced while in use; restart/);
      await serving.stop();
      const again = await serve(folder);
      await issue(again, []);
      assert.equal(await again.stop(), 0);
    } finally {
      folder.remove();
    }
  });
});

describe("at the start", () => {
  const grown = makeFolder();
  before(() => grow(grown));
  after(() => grown.remove());

  const HARMS: Readonly<Record<string, (database: string) => void>> = {
    "its first page is overwritten": (database) => overwrite(database, 0, 4096),
    "pages in its middle are overwritten": (database) =>
      overwrite(database, 3 * 4096, statSync(database).size - 4 * 4096),
    "it is cut off": (database) => truncateSync(database, statSync(database).size - 3 * 4096 - 100),
    "it is no database": (database) => writeFileSync(database, "hello\n".repeat(2000)),
  };
  for (const [what, harm] of Object.entries(HARMS))
    test(`${what}: it refuses to start and says what to do`, async () => {
      const folder = makeFolder();
      try {
        cpSync(grown.data, folder.data, { recursive: true });
        harm(folder.database);
        const refused = run(folder);
        assert.equal(await refused.ended, 1, refused.said.stdout);
        assert.match(refused.said.stdout + refused.said.stderr, /handstamp restore/);
      } finally {
        folder.remove();
      }
    });

  test("its folder cannot be made: it names the folder", async () => {
    const folder = makeFolder();
    try {
      writeFileSync(folder.data, "a file where the folder should be");
      const refused = run(folder);
      assert.equal(await refused.ended, 1);
      assert.match(
        refused.said.stdout + refused.said.stderr,
        /data.handstamp\.db cannot be made or written \(E[A-Z]+\)/,
      );
    } finally {
      folder.remove();
    }
  });
});

/** A database with some pages, and nothing left in its log. */
async function grow(folder: Folder): Promise<void> {
  const serving = await serve(folder);
  for (let i = 0; i < 50; i++) await issue(serving, []);
  await serving.stop();
}

function overwrite(path: string, at: number, bytes: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, at);
  closeSync(file);
}

/** The largest size that the process may give a file, in bytes; it gets EFBIG beyond. */
function limitFiles(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", `${pid}`, `--fsize=${bytes}:`]);
  assert.equal(status, 0, String(stderr));
}

/** A disk of 4 MB at this folder. @returns how to take it away */
function smallDisk(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const args = ["-t", "tmpfs", "-o", "size=4m", "handstamp", folder];
  const { status, stderr } = spawnSync("mount", args);
  assert.equal(status, 0, String(stderr));
  return () => {
    spawnSync("umount", [folder]);
  };
}

/** Leaves no block free. */
function fill(path: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize)));
}
