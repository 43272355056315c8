// Builds what the console's page loads and the crate embeds:
//
//   dist/console.js.gz, dist/console.css.gz   one script and one style sheet, gzipped
//   THIRD-PARTY.md                            the licence of every package that gave a byte to them
//
// `node build.mjs` writes them; `node build.mjs --check` writes nothing, and exits with 1 when the committed files differ from
// what the locked packages give. Both read node_modules: run `npm ci` first.
//
// The same packages give the same bytes on every machine: Vite, and fflate (a gzip written in JavaScript, unlike the zlib of
// the Node.js at hand), are pinned by package-lock.json, and no time or path gets into the files.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, gunzipSync } from "fflate";
import { build } from "vite";

const HERE = path.dirname(fileURLToPath(import.meta.url));

const BANNER = "/* Licences: see THIRD-PARTY.md beside this file. */\n";
/** What a browser loads in all, compressed, in bytes. */
const MAX_SIZE = 1024 * 1024;

/** The licences that what Abaque ships may be under. */
const ALLOWED = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Python-2.0"]);

const bundle = async () => {
  const [built] = [await build({ root: HERE, configFile: path.join(HERE, "vite.config.ts") })].flat();
  const contributors = new Set();
  const outputFiles = [];
  for (const output of built.output) {
    const contents = output.type === "chunk" ? output.code : output.source;
    outputFiles.push({ name: output.fileName, contents: new TextEncoder().encode(`${BANNER}${contents}`) });
    for (const [file, { renderedLength }] of Object.entries(output.modules ?? {})) {
      const owner = /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      if (owner && renderedLength > 0) contributors.add(path.relative(HERE, owner));
    }
  }
  return { outputFiles, contributors: [...contributors].sort() };
};

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify,
merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished
to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const licenceOf = async (folder) => {
  const manifest = JSON.parse(await readFile(path.join(HERE, folder, "package.json"), "utf8"));
  const { name, version, license } = manifest;
  if (!ALLOWED.has(license)) throw new Error(`${name}@${version} is under ${license}, which Abaque does not ship`);
  const files = (await readdir(path.join(HERE, folder))).filter((file) => /^(licen[sc]e|notice)/i.test(file)).sort();
  let texts = await Promise.all(files.map((file) => readFile(path.join(HERE, folder, file), "utf8")));
  if (texts.length === 0) {
    if (license !== "MIT") throw new Error(`${name}@${version} (${license}) ships no licence text`);
    const { author = `the authors of ${name}` } = manifest;
    const holder = typeof author === "string" ? author : [author.name, author.email && `<${author.email}>`].filter(Boolean).join(" ");
    texts = [`MIT License\n\nCopyright (c) ${holder}\n\n${MIT}`];
  }
  const text = texts.map((each) => each.replace(/\r\n/g, "\n").replace(/[ \t]+$/gm, "").trim()).join("\n\n");
  return { name, version, license, text };
};

const thirdParty = async (contributors) => {
  const licences = await Promise.all(contributors.map(licenceOf));
  const byText = new Map();
  for (const licence of licences) byText.set(licence.text, [...(byText.get(licence.text) ?? []), licence]);
  const sections = [...byText].map(([text, members]) => {
    const heading = members.map(({ name, version, license }) => `${name} ${version} (${license})`).join(", ");
    return `## ${heading}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
  });
  const opening = `# Software of others in the console

\`console.js\` and \`console.css\` contain code of the packages below, each under its own licence. Written by \`build.mjs\`.
`;
  return [opening, ...sections].join("\n");
};

/** Every text that the page shows has its French. */
const untranslated = async () => {
  const folder = path.join(HERE, "src");
  const table = await readFile(path.join(folder, "language.ts"), "utf8");
  const missing = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".tsx"))) {
    const source = await readFile(path.join(folder, file), "utf8");
    for (const [, inside] of source.matchAll(/\bt\(([^()]*)\)/g)) {
      for (const [, text] of inside.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
        // What is compared with is not shown.
        if (/(===|!==)\s*$/.test(inside.slice(0, inside.indexOf(`"${text}"`)))) continue;
        if (!table.includes(`"${text}":`) && !new RegExp(`[ {]${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}:`).test(table)) missing.push(`${file}: "${text}"`);
      }
    }
  }
  return missing;
};

const missing = await untranslated();
if (missing.length > 0) throw new Error(`without French in language.ts: ${missing.join(", ")}`);

const { outputFiles, contributors } = await bundle();
const products = outputFiles.map(({ name, contents }) => ({
  file: `dist/${name}.gz`,
  bytes: gzipSync(contents, { level: 9, mtime: 0 }),
}));
products.push({ file: "THIRD-PARTY.md", bytes: new TextEncoder().encode(await thirdParty(contributors)) });

const loaded = products.filter(({ file }) => file.endsWith(".gz")).reduce((sum, { bytes }) => sum + bytes.length, 0);
if (loaded > MAX_SIZE) throw new Error(`the page loads ${loaded} bytes, more than ${MAX_SIZE}`);

const check = process.argv.includes("--check");
for (const { file, bytes } of products) {
  const target = path.join(HERE, file);
  if (!check) {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, bytes);
    const size = file.endsWith(".gz") ? `${bytes.length} bytes, ${gunzipSync(bytes).length} inflated` : `${bytes.length} bytes`;
    console.log(`${file}: ${size}`);
  } else if (Buffer.compare(Buffer.from(bytes), await readFile(target).catch(() => Buffer.alloc(0))) === 0) {
    console.log(`${file}: as built`);
  } else {
    console.error(`${file}: not what the locked packages give; run \`npm ci && npm run build\` here and commit the result`);
    process.exitCode = 1;
  }
}
