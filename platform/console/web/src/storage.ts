// What the page remembers. Several APIs may live under one origin: what one's page remembers is not shown by another's.
import { page } from "./page";

const own = (key: string) => `${page.endpoint.pathname}:console:${key}`;
const memory = new Map<string, string>();

/** Returns whether a page that is loaded again knows it too. */
export const remember = (key: string, value: unknown): boolean => {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    localStorage.setItem(own(key), text);
    return true;
  } catch {
    // Storage is full, or refused by the reader's settings: it is remembered for as long as the page lives.
    return false;
  }
};

export const recall = <T>(key: string, otherwise: T): T => {
  let text = memory.get(key) ?? null;
  try {
    text = localStorage.getItem(own(key)) ?? text;
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
};
