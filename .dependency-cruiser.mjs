/**
 * Who may import whom: cli → commands → {render, edge, core}. Values and types alike, except where a
 * rule says otherwise. Every rule has a seeded violation in scripts/house/direction.mjs.
 */
const core = "^src/(diagnostics|names|config|mta-sts|tls-rpt|site|audit|reports)/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "core-is-closed",
      comment: "The core imports nothing of the project but the core.",
      severity: "error",
      from: { path: core },
      to: { path: "^src/", pathNot: core },
    },
    {
      name: "core-is-pure",
      comment: "No files, no network, no clock: the core imports nothing of Node's.",
      severity: "error",
      from: { path: core },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core-has-no-packages",
      comment: "Only src/config reads YAML and knows the schema library.",
      severity: "error",
      from: { path: core },
      to: {
        path: "node_modules/",
        pathNot: ["node_modules/yaml/", "node_modules/zod/"],
      },
    },
    {
      name: "only-config-reads-yaml",
      comment: "YAML is one room's business, and so are schemas, but for that of saved evidence.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/config/", "^src/audit/read-evidence\\.ts$"] },
      to: { path: "node_modules/(yaml|zod)/" },
    },
    {
      name: "only-render-uses-templates",
      comment: "What is generated goes through one place that escapes it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/render/" },
      to: { path: "node_modules/handlebars/" },
    },
    {
      name: "edge-knows-core-types-only",
      comment:
        "The edge does the I/O and knows nothing of policy: types, no values; but what it could not read it says as a diagnostic.",
      severity: "error",
      from: { path: "^src/edge/" },
      to: { path: "^src/", pathNot: "^src/(edge|diagnostics)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "edge-stands-below",
      comment: "The edge imports neither printers nor verbs, not even their types.",
      severity: "error",
      from: { path: "^src/edge/" },
      to: { path: "^src/", pathNot: ["^src/edge/", core] },
    },
    {
      name: "render-stands-below",
      comment: "Printers and templates know the core, not the verbs and not the edge.",
      severity: "error",
      from: { path: "^src/render/" },
      to: { path: "^src/(commands|edge)/" },
    },
    {
      name: "nobody-imports-the-entry-points",
      comment: "What is started is not imported.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/(cli|index)\\.ts$" },
    },
    {
      name: "library-is-core",
      comment:
        "What is imported from `stspress` has no side effects: the library exports the core.",
      severity: "error",
      from: { path: "^src/index\\.ts$" },
      to: { path: "^src/", pathNot: core },
    },
    {
      name: "cli-knows-commands",
      comment: "cli.ts turns argv into a command and an exit code, and knows no more.",
      severity: "error",
      from: { path: "^src/cli\\.ts$" },
      to: { path: "^src/", pathNot: "^src/(commands|render)/" },
    },
    {
      name: "program-does-not-import-its-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts|bench)/" },
    },
    {
      name: "no-cycles",
      comment:
        "Two modules that need each other are one module, or miss a third. Types may point both ways.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      comment: "A module that nobody imports and that is not started is dead.",
      severity: "error",
      from: {
        orphan: true,
        path: "^src/",
        pathNot: ["^src/(cli|index)\\.ts$", "-worker\\.ts$", "\\.d\\.ts$"],
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
