// Draws the diagrams of a page, where it has any, with the library that `.ci/run docs` puts beside it: no other host is asked.
const written = [...document.querySelectorAll("code.language-mermaid")];
if (written.length > 0) {
  for (const code of written) {
    const diagram = document.createElement("pre");
    diagram.className = "mermaid";
    diagram.textContent = code.textContent;
    code.closest("pre").replaceWith(diagram);
  }
  const library = document.createElement("script");
  library.src = `${path_to_root}site/mermaid.min.js`;
  library.onload = () => {
    const dark = ["coal", "navy", "ayu"].some((theme) => document.documentElement.classList.contains(theme));
    mermaid.initialize({ startOnLoad: false, theme: dark ? "dark" : "neutral" });
    mermaid.run();
  };
  document.head.append(library);
}
