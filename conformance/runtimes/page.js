import { results } from "./library.web.js";

globalThis.results = results;
