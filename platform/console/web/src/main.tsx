// The console: one page, with a view for each thing that the program has to show.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Graph } from "./graph";
import { language, type Language, speak, t } from "./language";
import { page } from "./page";
import { Plan } from "./plan";
import { Query } from "./query";
import { useRuns } from "./runs";
import { useChanges, useSchema } from "./schema";
import { firstTabs, keepTabs, settle, type Shown, type Stored, type Tab } from "./state";
import { Status } from "./status";
import { recall, remember } from "./storage";
import "./style.css";
import { Trace } from "./trace";

const VIEWS = [
  ["Query", page.operations],
  ["Plan", page.plans],
  ["Trace", page.plans],
  ["Graph", page.graph !== undefined],
  ["Status", page.status !== undefined],
] as const;
type View = (typeof VIEWS)[number][0];
const views = VIEWS.filter(([, there]) => there).map(([name]) => name);

const viewOfAddress = (): View => views.find((name) => `#${name.toLowerCase()}` === location.hash) ?? (page.operations ? "Query" : "Status");

const applyTheme = (theme: string) => {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
};

function App() {
  const [view, setView] = useState<View>(viewOfAddress);
  const [stored, setStoredState] = useState<Stored>(firstTabs);
  const [selected, setSelected] = useState<number>();
  const [shown, setShown] = useState<Shown>();
  const [coordinate, setCoordinate] = useState<string>();
  const [theme, setTheme] = useState(() => recall("theme", "system"));
  const [spoken, setSpoken] = useState(language);
  const setStored = (next: Stored) => (setStoredState(next), keepTabs(next));
  const tab = stored.tabs[stored.active] as Tab;
  const changes = useChanges();
  const { schema, problem } = useSchema(tab.headers, changes);
  const runs = useRuns(stored.tabs);
  useEffect(() => {
    const follow = () => setView(viewOfAddress());
    addEventListener("hashchange", follow);
    settle(stored);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => applyTheme(theme), [theme]);
  // What was pointed out is of another run.
  useEffect(() => (setSelected(undefined), setShown(undefined)), [tab.id]);
  return (
    <>
      <header>
        <h1><img src={(document.querySelector('link[rel="icon"]') as HTMLLinkElement).href} alt="" width="24" height="24" /> {page.title}</h1>
        {views.length > 1 && (
          <nav aria-label={t("Views")}>
            {views.map((name) => <a key={name} href={`#${name.toLowerCase()}`} aria-current={name === view ? "page" : undefined}>{t(name)}</a>)}
          </nav>
        )}
        <span class="settings">
          <select aria-label={t("Theme")} value={theme} onChange={(event) => { setTheme(event.currentTarget.value); remember("theme", event.currentTarget.value); }}>
            <option value="system">{t("System")}</option><option value="light">{t("Light")}</option><option value="dark">{t("Dark")}</option>
          </select>
          <select aria-label={t("Language")} value={spoken} onChange={(event) => { speak(event.currentTarget.value as Language); setSpoken(language); }}>
            <option value="en">English</option><option value="fr">Français</option>
          </select>
        </span>
      </header>
      <main data-view={view}>
        {page.operations && <div class="view" hidden={view !== "Query" && view !== "Plan"}>
          <div class={view === "Plan" ? "beside" : "alone"}>
            <Query stored={stored} setStored={setStored} schema={schema} problem={problem} runs={{ ...runs, start: (asked) => (setShown(undefined), runs.start(asked)) }} shown={shown} openTrace={(id) => { setSelected(id); location.hash = "#trace"; }} />
            {view === "Plan" && <Plan key={tab.id} tab={tab} schema={schema} selected={selected} select={setSelected} />}
          </div>
        </div>}
        {view === "Trace" && <Trace run={runs.of(tab)} selected={selected} openField={(fetch, path) => { setSelected(fetch); setShown({ fetch, path }); location.hash = "#query"; }} openFetch={(id) => { setSelected(id); location.hash = "#plan"; }} />}
        {view === "Graph" && <Graph changes={changes} selected={coordinate} select={setCoordinate} />}
        {view === "Status" && <Status openType={page.graph === undefined ? undefined : (changed) => { setCoordinate(changed); location.hash = "#graph"; }} />}
      </main>
    </>
  );
}

page.root.textContent = "";
render(<App />, page.root);
