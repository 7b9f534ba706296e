/** The verb table → a command line parser, its help, and the help as documentation. */
import { Command, CommanderError, Option } from "commander";
import { version } from "./version.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { makeContext, type Arguments } from "./context.ts";
import { formatOf, formatOfWords } from "./format.ts";
import type { ExitCode, Io } from "./io.ts";
import { printDiagnostics } from "./output.ts";
import { usageDiagnostic } from "./usage.ts";
import { site, type OptionSpec, type VerbSpec } from "./verb-spec.ts";

/** All that the program can do. */
export interface Registry {
  readonly verbs: readonly VerbSpec[];
  /** What a group of verbs is for, by its name. */
  readonly groups: Readonly<Record<string, string>>;
}

const exitCodes = [
  "0  clean, or warnings only",
  "1  findings, or an invalid text given to lint",
  "2  usage, configuration, or unreadable input",
  "3  could not measure",
] as const;

/** Parses a command line and runs the verb. `argv` is without the program's own name. */
export async function runProgram(
  argv: readonly string[],
  io: Io,
  registry: Registry,
): Promise<ExitCode> {
  if (argv[0] === "help" && argv[1] === "--markdown") {
    io.out(helpMarkdown(registry));
    return 0;
  }
  let exit: ExitCode = 0;
  let called: string | null = null;
  let help = "";
  const program = makeProgram(registry, async (verb, args) => {
    exit = await runVerb(verb, args, io);
  });
  for (const command of allCommands(program)) {
    command.exitOverride().configureHelp({ helpWidth: 92 });
    // Errors are printed below, in the format that was asked for.
    command.configureOutput({
      writeOut: io.out,
      writeErr: (text) => void (help += text),
      outputError: () => undefined,
    });
    command.hook("preSubcommand", (_, sub) => void (called = verbNameOf(sub)));
  }
  try {
    await program.parseAsync(argv.length === 0 ? ["--help"] : [...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const format = formatOfWords(argv);
    if (error.code !== "commander.help") {
      printDiagnostics([usageDiagnostic(error, called)], format, io);
    } else if (argv[0] !== "help" && format === "text") {
      io.err(help);
    } else {
      // `help` of what there is not, or a group without one of its commands.
      const command = argv.find((word) => word !== "help" && !word.startsWith("-")) ?? "";
      printDiagnostics(
        [diagnostic("usage/unknown-command", { command, suggestion: null })],
        format,
        io,
      );
    }
    return 2;
  }
  return exit;
}

/** Runs a verb; prints why it could not do its work. */
async function runVerb(verb: VerbSpec, args: Arguments, io: Io): Promise<ExitCode> {
  const { run } = await verb.load();
  const takesSite = verb.options.includes(site);
  const context = makeContext({ name: verb.name, takesSite }, args, io);
  const done = context.ok ? await run(context.value) : context;
  if (done.ok) return done.value;
  printDiagnostics(done.problems, formatOf(args.options), io);
  return 2;
}

function allCommands(program: Command): Command[] {
  return [program, ...program.commands.flatMap(allCommands)];
}

/** The name of a command in the tables of verbs. */
function verbNameOf(command: Command): string {
  const parent = command.parent?.parent === null ? "" : `${command.parent?.name() ?? ""} `;
  return `${parent}${command.name()}`;
}

function makeProgram(
  { verbs, groups }: Registry,
  act: (verb: VerbSpec, args: Arguments) => Promise<void>,
): Command {
  const program = new Command("stspress")
    .description(
      "Publishes MTA-STS policies and TLS-RPT records for your mail domains, and checks that they are safe to enforce.",
    )
    .version(version, "-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError()
    .addHelpText("after", `\nExit codes:\n${exitCodes.map((line) => `  ${line}`).join("\n")}`);
  for (const verb of verbs) {
    const command = commandFor(program, verb, groups);
    command.summary(verb.summary).description(`${capital(verb.summary)}.\n\n${verb.about}`);
    for (const option of verb.options) command.addOption(makeOption(option));
    command.addHelpText(
      "after",
      `\nExamples:\n${verb.examples.map((one) => `  ${one}`).join("\n")}`,
    );
    command.action((...given: unknown[]) => {
      const operands = given
        .slice(0, -2)
        .flat()
        .filter((one) => typeof one === "string");
      return act(verb, { operands, options: command.opts() });
    });
  }
  return program;
}

/** Adds a verb's command: to the program, or where its name has two words to the group that the first names. */
function commandFor(program: Command, verb: VerbSpec, groups: Registry["groups"]): Command {
  const words = verb.name.split(" ");
  const last = words.pop() ?? "";
  const [group] = words;
  const parent =
    group === undefined
      ? program
      : (program.commands.find((one) => one.name() === group) ??
        program
          .command(group)
          .summary(groups[group] ?? "")
          .description(`${capital(groups[group] ?? "")}.`));
  return parent.command(`${last} ${verb.operands}`.trim());
}

function makeOption({ flags, about, choices, required }: OptionSpec): Option {
  const option = new Option(flags, about);
  if (choices !== undefined) option.choices(choices);
  return option.makeOptionMandatory(required === true);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The help of every verb as Markdown, for the README. */
function helpMarkdown(registry: Registry): string {
  const program = makeProgram(registry, () => Promise.resolve());
  const sections = registry.verbs.map((verb) => {
    const command = verb.name
      .split(" ")
      .reduce((at, word) => at.commands.find((one) => one.name() === word) ?? at, program);
    command.configureHelp({ helpWidth: 92 });
    const examples = verb.examples.map((one) => `$ ${one}`).join("\n");
    return `### \`stspress ${verb.name}\`\n\n\`\`\`text\n${command.helpInformation().trimEnd()}\n\`\`\`\n\n\`\`\`console\n${examples}\n\`\`\`\n`;
  });
  return `${sections.join("\n")}\nExit codes:\n\n\`\`\`text\n${exitCodes.join("\n")}\n\`\`\`\n`;
}
