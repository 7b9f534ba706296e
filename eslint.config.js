import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig([
  globalIgnores(["build/", "dist/", "coverage/", "templates/", "test/golden/", "test/fixtures/"]),
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
  },
  {
    files: ["src/**/*.ts", "test/**/*.ts", "bench/**/*.ts", "vitest.config.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `== null` is the one way to say "null or undefined" in one breath.
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-control-regex": "error",
      // Code points are what a caret under a line is counted in.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
      // An unused argument is part of a shape that somebody else calls.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      // dependency-cruiser tells a cycle of values from one of types by the statement.
      "no-duplicate-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // `while (true)` reads better than a condition that only says so.
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/main.ts", "src/runtime/this-process.ts"],
    rules: {
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        {
          name: "process",
          message: "Only src/main.ts talks to the process; take what is needed as an argument.",
        },
      ],
      "no-restricted-imports": ["error", "process", "node:process"],
    },
  },
  {
    // A decision is handed the time; it never asks for it. The paths are those of `pure` in .dependency-cruiser.mjs.
    files: [
      "src/{diagnostics,names,config,mta-sts,tls-rpt}/**/*.ts",
      "src/{site,live,audit,mail,reports}/*.ts",
      "src/site/{lock,targets,record-formats}/**/*.ts",
      "src/audit/rules/**/*.ts",
      "src/reports/analysis/**/*.ts",
    ],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "A decision has no clock.",
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "A decision has no clock.",
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "A decision is deterministic.",
        },
      ],
      "no-restricted-globals": [
        "error",
        "process",
        "fetch",
        "setTimeout",
        "setInterval",
        "performance",
        "console",
      ],
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    extends: [tseslint.configs.strict],
  },
]);
