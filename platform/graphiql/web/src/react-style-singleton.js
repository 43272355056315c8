// Stands in for the package of this name, which writes a <style> element while a dialog or menu is open. The page's
// Content-Security-Policy refuses inline styles; a constructed sheet does the same without one.
import { useEffect } from "react";

export function stylesheetSingleton() {
  let users = 0;
  let sheet = null;
  return {
    add(css) {
      if (users++ === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
    },
    remove() {
      if (--users === 0) {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
        sheet = null;
      }
    },
  };
}

export function styleHookSingleton() {
  const singleton = stylesheetSingleton();
  return (styles, dynamic) => {
    useEffect(() => {
      singleton.add(styles);
      return () => singleton.remove();
    }, [styles && dynamic]);
  };
}

export function styleSingleton() {
  const useStyle = styleHookSingleton();
  return ({ styles, dynamic }) => {
    useStyle(styles, dynamic);
    return null;
  };
}
