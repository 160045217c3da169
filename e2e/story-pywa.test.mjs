// pywa 4.5.0 from Python's package index, changed in nothing but its base URL.

import { story } from "./lib/story.mjs";

story("pywa", "Pywa Echo", { picture: "story" });
