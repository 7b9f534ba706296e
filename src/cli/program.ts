/** The verb table → a command line parser, its help, and the help as documentation. */
import { Command, CommanderError, Option } from "commander";
import { version } from "./version.ts";
import { printable } from "./text.ts";
import type { Arguments, ExitCode, Io } from "./io.ts";
import type { OptionSpec, VerbSpec } from "./verb-spec.ts";

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
  const program = makeProgram(registry, (verb, args) => {
    return verb.load().then(async ({ run }) => {
      exit = await run(args, io);
    });
  });
  configure(program, io);
  try {
    await program.parseAsync(argv.length === 0 ? ["--help"] : [...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return exit;
}

function makeProgram(
  { verbs, groups }: Registry,
  act: (verb: VerbSpec, args: Arguments) => Promise<void>,
): Command {
  const program = new Command("stspress")
    .description("A static site generator whose pages are mail-transport policies.")
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

function configure(program: Command, io: Io): void {
  const all = [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)];
  for (const command of all) {
    command.exitOverride().configureOutput({
      writeOut: io.out,
      writeErr: (text) => {
        // What it quotes was typed, and may be anything.
        io.err(text.split("\n").map(printable).join("\n"));
      },
    });
    command.configureHelp({ helpWidth: 92 });
  }
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
