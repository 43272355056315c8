// One script and one style sheet. See `build.mjs`, which runs this and compresses what comes of it.
import { defineConfig, type Plugin } from "vite";

/** CodeMirror writes a `<style>` element, which the page's policy refuses; for a shadow root it constructs a sheet, which is as good for a document. */
const constructedSheets: Plugin = {
  name: "constructed-sheets",
  transform(code, id) {
    if (!/style-mod[\\/]src[\\/]style-mod\.js$/.test(id)) return undefined;
    const changed = code.replace("!root.head && ", "");
    if (changed === code) throw new Error("style-mod no longer decides where its styles go as it did: look at its constructor");
    return changed;
  },
};

export default defineConfig({
  plugins: [constructedSheets],
  esbuild: { jsx: "automatic", jsxImportSource: "preact", charset: "utf8", legalComments: "none" },
  build: {
    target: "es2022",
    write: false,
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      input: "src/main.tsx",
      output: { format: "es", entryFileNames: "console.js", assetFileNames: "console.[ext]", inlineDynamicImports: true },
    },
  },
  logLevel: "warn",
});
