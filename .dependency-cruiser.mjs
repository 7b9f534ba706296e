/**
 * Who may import whom. One folder is one capability; whether a file is pure is told by its path. Every
 * rule has a seeded violation in scripts/lib/direction.mjs.
 */

/** Values in, values out: no Node modules, no clock, no environment. ESLint holds the rest of the rule for the same paths. */
export const pure = [
  "^src/(diagnostics|names|mta-sts|tls-rpt|config)/",
  "^src/(site|audit|live|mail|reports|simulate)/[^/]+\\.ts$",
  "^src/site/(lock|evidence|targets|record-formats)/",
  "^src/audit/rules/",
  "^src/reports/analysis/",
  "^src/simulate/senders/",
];

/** The file that a verb is: it stands right below `cli/`. What several verbs print or share stands deeper. */
const verb = "^src/[^/]+/cli/(?!verbs\\.ts$)[^/]+\\.ts$";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "pure-stays-pure",
      comment: "A decision imports decisions: no I/O of this program's.",
      severity: "error",
      from: { path: pure },
      to: { path: "^src/", pathNot: pure, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pure-without-node",
      comment: "No files, no network, no clock: nothing of Node's, not even its types.",
      severity: "error",
      from: { path: pure },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-without-packages",
      comment: "Decisions are our own; what parses YAML, checks schemas or fills templates is not.",
      severity: "error",
      from: { path: pure },
      to: {
        path: "node_modules/",
        pathNot: "node_modules/(yaml|zod|handlebars|postal-mime)/",
      },
    },
    {
      name: "yaml-in-config",
      comment: "YAML is read in one folder, and so are schemas, but for those of evidence.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: ["^src/config/", "^src/audit/read-evidence\\.ts$", "^src/site/evidence/"],
      },
      to: { path: "node_modules/(yaml|zod)/" },
    },
    {
      name: "templates-in-one-file",
      comment: "What is generated goes through one place that escapes it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/site/templates\\.ts$" },
      to: { path: "node_modules/handlebars/" },
    },
    {
      name: "mime-in-mail",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/mail/" },
      to: { path: "node_modules/(postal-mime|mailauth|imapflow)/" },
    },
    {
      name: "dkim-in-one-folder",
      comment: "mailauth can be replaced by changing one folder.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/mail/dkim/" },
      to: { path: "node_modules/mailauth/" },
    },
    {
      name: "imap-in-one-folder",
      comment: "imapflow can be replaced by changing one folder.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/mail/imap/" },
      to: { path: "node_modules/imapflow/" },
    },
    {
      name: "duckdb-in-one-folder",
      comment: "Another store is another folder beside it, behind the same port.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/reports/store/duckdb/" },
      to: { path: "node_modules/@duckdb/" },
    },
    {
      name: "mail-knows-no-reports",
      comment: "A mail is a mail, whatever report it brings.",
      severity: "error",
      from: { path: "^src/mail/" },
      to: { path: "^src/(tls-rpt|dmarc|reports)/" },
    },
    {
      name: "net-knows-no-policy",
      comment: "What is asked and answered is evidence; what it means is decided elsewhere.",
      severity: "error",
      from: { path: "^src/net/" },
      to: { path: "^src/", pathNot: "^src/(net|names|runtime)/" },
    },
    {
      name: "simulation-judges-alone",
      comment: "It judges what the lock says about holds, and so must not have it from there.",
      severity: "error",
      from: { path: "^src/simulate/", pathNot: "^src/simulate/cli/" },
      to: { path: "^src/", pathNot: "^src/(simulate|mta-sts|names|diagnostics)/" },
    },
    {
      name: "looking-stands-above-the-site",
      comment: "What to publish is decided without looking; who looks knows what there should be.",
      severity: "error",
      from: { path: "^src/(site|config|net)/" },
      to: { path: "^src/(live|audit)/" },
    },
    {
      name: "live-looks-without-the-audit",
      comment: "An audit looks at more than what is live, and uses this for its part.",
      severity: "error",
      from: { path: "^src/live/" },
      to: {
        path: "^src/",
        pathNot: "^src/(live|net|names|mta-sts|diagnostics|runtime|cli|config|site)/",
      },
    },
    {
      name: "runtime-stands-below",
      severity: "error",
      from: { path: "^src/runtime/" },
      to: { path: "^src/", pathNot: "^src/runtime/" },
    },
    {
      name: "no-verb-imports-a-verb",
      comment: "What two verbs need is in neither.",
      severity: "error",
      from: { path: verb },
      to: { path: verb },
    },
    {
      name: "verbs-are-loaded-by-name",
      comment: "Only the tables of verbs load a verb, when it is called.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/[^/]+/cli/verbs\\.ts$" },
      to: { path: verb },
    },
    {
      name: "nobody-imports-another-cli",
      comment: "What a capability offers to others is not in its cli/; src/cli is everybody's.",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/cli/", pathNot: "^src/$1/" },
    },
    {
      name: "nobody-imports-the-entry-points",
      comment: "What is started is not imported.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/(main|index)\\.ts$" },
    },
    {
      name: "library-is-pure",
      comment: "What is imported from `stspress` has no side effects.",
      severity: "error",
      from: { path: "^src/index\\.ts$" },
      to: { path: "^src/", pathNot: pure },
    },
    {
      name: "program-does-not-import-its-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts|bench)/" },
    },
    {
      name: "no-circles",
      comment: "Two files that need each other are one file, or miss a third. Types too.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "no-folders-both-ways",
      comment: "Of two capabilities, one stands above the other.",
      severity: "error",
      scope: "folder",
      from: { path: "^src/[^/]+$" },
      to: { path: "^src/[^/]+$", circular: true },
    },
    {
      name: "no-orphans",
      comment: "A module that nobody imports and that is not started is dead.",
      severity: "error",
      from: {
        orphan: true,
        path: "^src/",
        pathNot: ["^src/(main|index)\\.ts$", "-worker\\.ts$", "\\.d\\.ts$"],
      },
      to: {},
    },
    {
      name: "not-to-unresolvable",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: "specify",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
