import { storeContract } from "../contract.test-suite.ts";
import { sqliteFactory } from "./folder.test-suite.ts";

storeContract("sqlite, writing on a thread", sqliteFactory());
storeContract("sqlite, writing in place", sqliteFactory({ thread: false }));
