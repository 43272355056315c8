// The JSON objects that the reader writes beside an operation: variables, and headers.
import { t } from "./language";

/** The object that a text holds; `undefined` for none, and a text for what is wrong. */
export const object = (text: string): Record<string, unknown> | undefined | string => {
  if (!text.trim()) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : text.slice(0, 80);
  } catch (error) {
    return (error as Error).message;
  }
};

/** The headers that a text holds, or what is wrong with them. */
export const headersIn = (text: string): Record<string, string> | string => {
  const given = object(text);
  if (typeof given === "string") return t("Headers are not a JSON object: ") + given;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === null || typeof value === "object" || !isHeader(name, String(value))) return `${t("invalid header")} "${name}"`;
    headers[name] = String(value);
  }
  return headers;
};

/** Browsers take fewer names and values than JSON has. */
const isHeader = (name: string, value: string) => {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
};

/** All of them: a later one takes the place of an earlier one of the same name, however it is spelled. */
export const together = (...all: Record<string, string>[]): Headers => {
  const headers = new Headers();
  for (const each of all) for (const [name, value] of Object.entries(each)) headers.set(name, value);
  return headers;
};
