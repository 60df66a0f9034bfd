// Builds what browsers load: one stylesheet, the modules of js/, fonts, icons; hashed names, compressed, with a manifest.
// Run by build.py, which finds Node, installs the packages and skips all this when nothing has changed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(here, "../src/tuition/web/static/dist"));
const modules = join(here, "node_modules");
const COMPRESSIBLE = new Set([".css", ".js", ".json", ".svg", ".txt"]);
const run = promisify(execFile);

async function stylesheet(work) {
  const compiled = join(here, "css", ".compiled.css");
  const tailwind = join(modules, "@tailwindcss/cli/dist/index.mjs");
  await run(process.execPath, [tailwind, "-i", join(here, "css/app.css"), "-o", compiled], { cwd: here, maxBuffer: 1 << 24 });
  return compiled;
}

// Every module is a page's own, wherever it lies; what several share lies in lib. What lies in frames is put into the pages of
// other programs, before everything else there: it is a script of its own, since modules wait.
async function entries() {
  const files = await readdir(join(here, "js"), { recursive: true, withFileTypes: true });
  const own = files.filter((file) => file.isFile() && file.name.endsWith(".js")).map((file) => join(file.parentPath, file.name));
  const isIn = (folder) => (path) => path.includes(join("js", folder));
  return { pages: own.filter((path) => !isIn("lib")(path) && !isIn("frames")(path)), frames: own.filter(isIn("frames")) };
}

// Every browser that this product supports reads WOFF2; the older format would only double the files.
const modernFontsOnly = {
  name: "modern-fonts-only",
  setup({ onLoad }) {
    onLoad({ filter: /@fontsource.*\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/, url\([^)]*\.woff\) format\('woff'\)/g, ""),
      loader: "css",
    }));
  },
};

async function bundle(work) {
  const options = {
    absWorkingDir: here,
    assetNames: "[name]-[hash]",
    bundle: true,
    chunkNames: "[name]-[hash]",
    entryNames: "[name]-[hash]",
    legalComments: "linked",
    loader: { ".woff2": "file" },
    logLevel: "warning",
    metafile: true,
    minify: true,
    outdir: work,
    plugins: [modernFontsOnly],
  };
  const compiled = await stylesheet(work);
  const styles = await build({ ...options, entryPoints: { app: join(here, "css/bundle.css") }, logOverride: { "css-syntax-error": "silent" } });
  const { pages, frames } = await entries();
  const scripts = await build({ ...options, entryPoints: pages, format: "esm", splitting: true, target: "es2022" });
  const framed = await build({ ...options, entryPoints: frames, format: "iife", target: "es2022" });
  await rm(compiled, { force: true });
  const manifest = {};
  for (const { metafile } of [styles, scripts, framed]) {
    for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
      const name = basename(path);
      if (entryPoint && /\.(css|js)$/.test(name)) manifest[logical(entryPoint, name)] = name;
      else if (name.endsWith(".woff2")) manifest[name.replace(/-[A-Z0-9]{8}(?=\.)/, "")] = name;
    }
  }
  return manifest;
}

const logical = (entry, name) => (name.endsWith(".css") ? "app.css" : basename(entry));

async function icons() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
  const shapes = {};
  for (const name of names) {
    const svg = await readFile(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
    const [, inner] = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/);
    shapes[name] = inner.replace(/\s+/g, " ").replace(/> </g, "><").replace(/ \/>/g, "/>").trim();
  }
  return shapes;
}

async function licences() {
  const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const parts = [];
  for (const name of Object.keys(dependencies)) {
    const { version, license } = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
    const file = (await readdir(join(modules, name))).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file ? await readFile(join(modules, name, file), "utf8") : `Licence: ${license}\n`;
    parts.push(`${name} ${version} (${license})\n${"=".repeat(72)}\n${text.trim()}\n`);
  }
  return parts.join("\n\n");
}

async function compress(folder) {
  for (const name of await readdir(folder)) {
    if (!COMPRESSIBLE.has(extname(name))) continue;
    const body = await readFile(join(folder, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    await writeFile(join(folder, `${name}.br`), brotliCompressSync(body, { params }));
    await writeFile(join(folder, `${name}.gz`), gzipSync(body, { level: 9 }));
  }
}

async function publish(work, manifest) {
  // New names first, then the manifest that points to them, then the old names away: a server may be reading.
  await mkdir(output, { recursive: true });
  const fresh = await readdir(work);
  for (const name of fresh) await rename(join(work, name), join(output, name));
  const temporary = join(output, ".manifest.json.new");
  await writeFile(temporary, JSON.stringify(manifest, null, 1));
  await rename(temporary, join(output, "manifest.json"));
  const kept = new Set([...fresh, "manifest.json"]);
  for (const name of await readdir(output)) if (!kept.has(name)) await rm(join(output, name), { force: true });
}

async function report(manifest) {
  for (const [logicalName, name] of Object.entries(manifest)) {
    if (!/\.(css|js)$/.test(name)) continue;
    const size = await stat(join(output, `${name}.br`));
    console.log(`${logicalName.padEnd(14)} ${(size.size / 1024).toFixed(1).padStart(7)} kB compressed`);
  }
}

await mkdir(dirname(output), { recursive: true });
const work = await mkdtemp(join(dirname(output), ".dist-"));
try {
  const manifest = await bundle(work);
  const shapes = JSON.stringify(await icons());
  const hash = createHash("sha256").update(shapes).digest("hex").slice(0, 8);
  manifest["icons.json"] = `icons-${hash}.json`;
  await writeFile(join(work, manifest["icons.json"]), shapes);
  await writeFile(join(work, "licences.txt"), await licences());
  await compress(work);
  await publish(work, manifest);
  await report(manifest);
} finally {
  await rm(work, { recursive: true, force: true });
}
