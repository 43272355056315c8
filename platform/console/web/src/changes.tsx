// What changed when the schema in service replaced the one before.
import { t } from "./language";

interface Change { kind: string; coordinate: string; before?: string; after?: string; class: string; reason: string }
export interface LastChanges { total: number; counts: Record<string, number>; listed: Change[] }

export function Changes({ changes, since, select }: { changes: LastChanges | null | undefined; since: string | undefined; select: ((coordinate: string) => void) | undefined }) {
  if (!changes) return <details class="changes"><summary>{t("Changes since the last schema")}</summary><p>{t("This is the first schema since the router started.")}</p></details>;
  const { total, counts, listed } = changes;
  return (
    <details class="changes" open={total > 0 && (counts.breaking ?? 0) > 0}>
      <summary>{t("Changes since the last schema")} ({total}){since && <> <time>{new Date(since).toLocaleString()}</time></>}</summary>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("Changes since the last schema")}>
        <table>
          <thead><tr><th scope="col">{t("Class")}</th><th scope="col">{t("Where")}</th><th scope="col">{t("Change")}</th><th scope="col">{t("Before")}</th><th scope="col">{t("After")}</th><th scope="col">{t("Why")}</th></tr></thead>
          <tbody>
            {listed.map(({ kind, coordinate, before, after, class: class_, reason }, index) => (
              <tr key={index} data-class={class_}>
                <td class={class_ === "breaking" ? "bad" : ""}>{t(class_)}</td>
                <th scope="row">{select ? <button type="button" class="link" onClick={() => select(coordinate)}><code>{coordinate}</code></button> : <code>{coordinate}</code>}</th>
                <td>{kind.toLowerCase().replaceAll("_", " ")}</td>
                <td><code>{before}</code></td>
                <td><code>{after}</code></td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > listed.length && <p>{t("not shown")}: {total - listed.length}</p>}
    </details>
  );
}
