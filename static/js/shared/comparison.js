/* The page of a shared comparison: the same slider as on the page of an edit, and nothing else. */

import { startCompare } from "../compare.js";

startCompare();
