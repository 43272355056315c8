// CodeMirror as a component. Styles are constructed sheets, as the page's policy wants (see `vite.config.ts`).
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { graphql, updateSchema } from "cm6-graphql";
import type { GraphQLSchema } from "graphql";
import { useEffect, useRef } from "preact/hooks";
import { t } from "./language";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.bool, tags.null, tags.atom], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.docString], color: "var(--code-string)" },
  { tag: [tags.number, tags.integer, tags.float], color: "var(--code-number)" },
  { tag: [tags.propertyName, tags.attributeName], color: "var(--code-field)" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
  { tag: [tags.variableName, tags.special(tags.name)], color: "var(--code-variable)" },
  { tag: tags.comment, color: "var(--code-comment)" },
]);

export interface Mark { from: number; to: number; title: string; class?: string }
const fromOutside = Annotation.define<boolean>();
const setMarks = StateEffect.define<Mark[]>();
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let found = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue;
      const all = effect.value.map((mark) => Decoration.mark({ class: mark.class ?? "response-error", attributes: { title: mark.title } }).range(mark.from, mark.to));
      found = Decoration.set(all, true);
    }
    return found;
  },
  provide: (field) => EditorView.decorations.from(field),
});

interface Props {
  value: string;
  label: string;
  kind: "graphql" | "json";
  schema?: GraphQLSchema | undefined;
  readOnly?: boolean;
  onChange?: (text: string) => void;
  onRun?: () => void;
  /** The reader put the cursor there. */
  onCursor?: (at: number) => void;
  marks?: Mark[];
  /** Where to go: a new object goes there again. */
  goTo?: { at: number } | undefined;
}

export function Editor(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>();
  const latest = useRef(props);
  latest.current = props;
  // What was typed and has not come back as `value` yet: who types fast is not set back to what was there before.
  const typed = useRef<string[]>([]);

  useEffect(() => {
    const { kind, label, readOnly, schema } = latest.current;
    const own: Extension[] = kind === "json" ? [json()] : [graphql(schema)];
    const state = EditorState.create({
      doc: latest.current.value,
      extensions: [
        keymap.of([{ key: "Mod-Enter", preventDefault: true, run: () => (latest.current.onRun?.(), true) }]),
        lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion(),
        highlightActiveLine(), highlightSelectionMatches(), syntaxHighlighting(colours), marks,
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, ...(readOnly ? [] : [indentWithTab])]),
        EditorView.contentAttributes.of({ "aria-label": label, ...(!readOnly && { "aria-description": t("Escape and then Tab leave the editor.") }) }),
        EditorView.lineWrapping,
        EditorState.readOnly.of(readOnly ?? false),
        EditorView.updateListener.of((update) => {
          if (update.selectionSet && update.view.hasFocus) latest.current.onCursor?.(update.state.selection.main.head);
          if (!update.docChanged || update.transactions.some((transaction) => transaction.annotation(fromOutside))) return;
          const text = update.state.doc.toString();
          typed.current.push(text);
          latest.current.onChange?.(text);
        }),
        own,
      ],
    });
    view.current = new EditorView({ state, parent: host.current as HTMLElement });
    // Long texts can be scrolled by the keyboard.
    view.current.scrollDOM.tabIndex = 0;
    return () => view.current?.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    const known = typed.current.lastIndexOf(props.value);
    if (known >= 0) typed.current.splice(0, known + 1);
    else if (editor && editor.state.doc.toString() !== props.value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value }, annotations: fromOutside.of(true) });
    }
  }, [props.value]);
  useEffect(() => {
    if (view.current && props.kind === "graphql") updateSchema(view.current, props.schema);
  }, [props.schema]);
  useEffect(() => {
    const length = view.current?.state.doc.length ?? 0;
    const inside = (props.marks ?? []).filter((mark) => mark.from < mark.to && mark.to <= length);
    view.current?.dispatch({ effects: setMarks.of(inside) });
  }, [props.marks]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || !props.goTo) return;
    const at = Math.min(props.goTo.at, editor.state.doc.length);
    editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    editor.focus();
  }, [props.goTo]);
  return <div class="editor" ref={host} data-editor={props.label} />;
}
