// whatsapp-business-rs 0.5.0, changed in nothing but its base URL.

import { story } from "./lib/story.mjs";

story("rust", "Rust Echo");
