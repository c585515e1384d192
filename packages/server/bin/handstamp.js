#!/usr/bin/env node
// Stands in the repository, built or not: npm links a command only to a file that is there when it
// installs, and a fresh clone is installed before it is built.
import "../dist/cli/main.js";
