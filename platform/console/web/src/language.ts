// English in the code, French in a table. The reader's browser chooses, and the reader can.
import { recall, remember } from "./storage";

const french: Record<string, string> = {
  Query: "Requête", Plan: "Plan", Trace: "Trace", Graph: "Graphe", Status: "État", Language: "Langue", Theme: "Thème",
  System: "Système", Light: "Clair", Dark: "Sombre", Views: "Vues", Run: "Exécuter", Stop: "Arrêter", Format: "Mettre en forme",
  "Share link": "Partager le lien", "Copy as curl": "Copier la commande curl", Documentation: "Documentation", History: "Historique",
  Variables: "Variables", Headers: "En-têtes", Response: "Réponse", "New tab": "Nouvel onglet", "Close tab": "Fermer l’onglet",
  "Copied.": "Copié.", Operation: "Opération", Transport: "Transport", Tabs: "Onglets", "Clear history": "Effacer l’historique",
  "No operation has been run yet.": "Aucune opération n’a encore été exécutée.",
  "The schema cannot be read: ": "Le schéma ne peut pas être lu : ", "Search types and fields": "Chercher un type ou un champ",
  "Back": "Retour", Deprecated: "Déprécié", Arguments: "Arguments", Fields: "Champs", "Possible types": "Types possibles", Values: "Valeurs", Value: "Valeur", directive: "directive", "reference only": "référence seulement", unless: "sauf si",
  "A dashed line: the subgraph only refers to the entity, and resolves none of its fields by that key.": "Un trait pointillé : le sous-graphe ne fait que référencer l’entité et n’en résout aucun champ par cette clé.",
  "looks at every source now": "consulte toutes les sources maintenant", "lets through the schema that the gate refused": "laisse passer le schéma que le contrôle a refusé",
  "Variables are not a JSON object: ": "Les variables ne sont pas un objet JSON : ", "Headers are not a JSON object: ": "Les en-têtes ne sont pas un objet JSON : ",
  "Run an operation to see its answer here.": "Exécutez une opération pour voir sa réponse ici.",
  Errors: "Erreurs", Clients: "Clients", Events: "Évènements", Parts: "Parties", "Go to field": "Aller au champ", error: "erreur", errors: "erreurs", Subscriptions: "Abonnements", "The WebSocket failed; events come by SSE.": "Le WebSocket a échoué ; les évènements arrivent par SSE.",
  "listening": "à l’écoute", "ended": "terminé", "Step": "Étape", "Estimated cost": "Coût estimé", "Requests": "Requêtes", "Steps": "Étapes",
  "Nothing is sent to a subgraph.": "Rien n’est envoyé à un sous-graphe.",
  "Choose a request to see what it sends.": "Choisissez une requête pour voir ce qu’elle envoie.",
  "What is sent": "Ce qui est envoyé", "Representations": "Représentations", "Why": "Pourquoi", "waits for": "attend", "needed by": "nécessaire à",
  "needed for": "nécessaire pour", "to complete": "pour compléter", "root fields": "champs racine", "at": "à", request: "requête", deferred: "différé",
  "The plan of": "Le plan de", "Critical path": "Chemin critique", "Run an operation to see its trace.": "Exécutez une opération pour voir sa trace.",
  "waiting": "attente", "subgraph working": "travail du sous-graphe", "transfer": "transfert", "entities": "entités", "shared": "partagées", "sent again": "renvoyée",
  "joined an equal request": "jointe à une requête égale", Start: "Début", Wait: "Attente", "First byte": "Premier octet", End: "Fin", Bytes: "Octets", Router: "Routeur",
  Subgraphs: "Sous-graphes", Entities: "Entités", Keys: "Clés", Type: "Type", Field: "Champ", "Resolved by": "Résolu par", "What clients see": "Ce que voient les clients",
  "How it is composed": "Comment c’est composé", Hints: "Remarques", "Choose a type to see who resolves its fields.": "Choisissez un type pour voir qui résout ses champs.",
  "every subgraph of the type": "tous les sous-graphes du type", "taken over from": "repris de", requires: "exige", provides: "fournit", State: "État", "Last error": "Dernière erreur",
  "Last change": "Dernier changement", "Last seen": "Vu pour la dernière fois", Schema: "Schéma", "served since": "servi depuis", "Composition failed": "La composition a échoué",
  "Endpoints of this port": "Points d’accès de ce port", "Most frequent operations": "Opérations les plus fréquentes", serving: "en service", degraded: "dégradé", starting: "démarrage",
  fetched: "lu", unreachable: "injoignable", invalid: "invalide", waiting_state: "en attente", Subgraph: "Sous-graphe", Name: "Nom", "Loading…": "Chargement…", "No hints.": "Aucune remarque.",
  Files: "Fichiers", "show its fields in the answer": "montrer ses champs dans la réponse",
  "Put the cursor on a field to see which request brought it.": "Placez le curseur sur un champ pour voir quelle requête l’a apporté.",
  "brought by the router itself": "apporté par le routeur lui-même", "Changes since the last schema": "Changements depuis le schéma précédent",
  "This is the first schema since the router started.": "C’est le premier schéma depuis le démarrage du routeur.",
  Class: "Classe", Where: "Où", Change: "Changement", Before: "Avant", After: "Après", breaking: "incompatible", dangerous: "risqué", safe: "sans risque", internal: "interne",
  "Escape and then Tab leave the editor.": "Échap puis Tab quittent l’éditeur.",
  "not shown": "non affichés", "invalid header": "en-tête invalide", "The answer is not GraphQL: ": "La réponse n’est pas du GraphQL : ", "The connection broke: ": "La connexion a été interrompue : ",
  "Formatting would delete the comments.": "La mise en forme supprimerait les commentaires.", "the last plan that was valid": "le dernier plan valide",
  "Events of subscriptions have no trace.": "Les évènements d’un abonnement n’ont pas de trace.", "This answer has no trace.": "Cette réponse n’a pas de trace.",
  receive: "réception", read: "lecture", parse: "analyse", prepare: "préparation", execute: "exécution",
  Object: "objet", Interface: "interface", Union: "union", Enum: "énumération", InputObject: "objet d’entrée", Scalar: "scalaire",
  "The endpoint did not answer: ": "Le point d’accès n’a pas répondu : ", "never": "jamais", "Matches": "Résultats", Zoom: "Zoom", "Request": "Requête", "from": "de", "Clear": "Effacer", "Source": "Source",
};

export type Language = "en" | "fr";
export let language: Language = recall<Language | null>("language", null) ?? (navigator.language.startsWith("fr") ? "fr" : "en");
document.documentElement.lang = language;

export const t = (text: string): string => (language === "fr" ? (french[text] ?? text) : text);

/** A number as the reader's language writes it. */
export const decimal = (value: number, digits: number): string =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });

/** What is drawn after this is in the language that was chosen. */
export const speak = (chosen: Language) => {
  language = chosen;
  document.documentElement.lang = chosen;
  remember("language", chosen);
};
