// What was run before, newest first.
import { t } from "./language";
import { MAX_HISTORY, type Past, type Tab } from "./state";
import { recall, remember } from "./storage";

export const pastRuns = () => recall<Past[]>("history", []);

/** The history with one more run. */
export const keepRun = (tab: Tab): Past[] => {
  const others = pastRuns().filter(({ query, variables }) => query !== tab.query || variables !== tab.variables);
  return keepPast([{ query: tab.query, variables: tab.variables, at: Date.now() }, ...others].slice(0, MAX_HISTORY));
};

export const keepPast = (past: Past[]): Past[] => {
  remember("history", past);
  return past;
};

export function Histories({ past, open, clear }: { past: Past[]; open: (past: Past) => void; clear: () => void }) {
  if (past.length === 0) return <p class="note">{t("No operation has been run yet.")}</p>;
  return (
    <section aria-label={t("History")}>
      <button type="button" onClick={clear}>{t("Clear history")}</button>
      <ul class="found">
        {past.map((each) => (
          <li key={each.at}><button type="button" class="link" onClick={() => open(each)}><code>{each.query.replace(/\s+/g, " ").slice(0, 80)}</code></button> <time>{new Date(each.at).toLocaleTimeString()}</time></li>
        ))}
      </ul>
    </section>
  );
}
