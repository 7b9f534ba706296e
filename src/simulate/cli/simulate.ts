/** `stspress simulate`: what the build that is about to be made does to mail, sender by sender. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { count } from "../../cli/text.ts";
import { printResult } from "../../cli/output.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { loadPlanAlone, type PlannedSite } from "../../site/load/load-site.ts";
import { namedDomains } from "../../site/named-domains.ts";
import { formatSimulation, simulationJson } from "../print.ts";
import { simulate, type SimulationResult } from "../simulate.ts";
import { readScenario, type Scenario } from "./options/scenario.ts";
import { plannedWorld, type PlannedWorld } from "./world/planned-world.ts";

/** One domain's simulation. */
interface Simulated {
  readonly planned: PlannedWorld;
  readonly result: SimulationResult;
}

/** Domains that are shown one by one; of more, only those in which some sender does not deliver. */
const maxShown = 3;

/** Runs `simulate [DOMAIN…] [--mx CHANGES] [--announce +TIME] [--outage TIME]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { root, now, options, operands } = context;
  const scenario = readScenario(options);
  if (!scenario.ok) return scenario;
  const { planned, diagnostics } = await loadPlanAlone(root, now);
  if (planned === null) return failure(...diagnostics);
  const names = choose(operands, planned);
  if (!names.ok) return names;
  const all = simulateAll(planned, names.value, now, scenario.value);
  const loss = all.some(({ result }) => result.loss);
  printResult(context, {
    // What a build would refuse is told beside what it would do.
    diagnostics,
    json: { domains: all.map(toJson), loss },
    text: () => textOf(all),
  });
  return success(loss ? 1 : 0);
}

/** The domains that were named; else those whose policy is not live as declared, or may be held otherwise. */
function choose(
  operands: readonly string[],
  { plan, lock }: PlannedSite,
): Result<ReadonlySet<string>> {
  if (operands.length > 0) {
    const all = new Set(plan.domains.map(({ config }) => config.domain));
    return namedDomains(operands, all, (about) => diagnostic("site/unknown-domain", about));
  }
  const changing = plan.domains.filter(({ config, locked: { current } }) => {
    const before = lock.domains.get(config.domain);
    return current !== null && (current.announcedAt === null || before?.current?.id !== current.id);
  });
  return success(new Set(changing.map(({ config }) => config.domain)));
}

/** At worst: any lookup or fetch of a sender may fail. */
function simulateAll(
  { plan, lock }: PlannedSite,
  names: ReadonlySet<string>,
  now: number,
  scenario: Scenario,
): Simulated[] {
  return plan.domains
    .filter(({ config }) => names.has(config.domain))
    .map((one) => {
      const planned = plannedWorld(one, lock, now, scenario);
      const result = simulate(planned.world, { from: now, flaky: true });
      return { planned, result };
    });
}

function textOf(all: readonly Simulated[]): string {
  if (all.length === 0)
    return "no policy changes: there is nothing to simulate; name a domain to see it\n";
  const shown = all.length <= maxShown ? all : all.filter(({ result }) => !delivers(result));
  const parts = shown.map(({ planned, result }) => {
    const mx = planned.mxHosts.length === 0 ? "none" : planned.mxHosts.join(", ");
    return `${planned.domain}   MX hosts today, as the policy names them: ${mx}\n${formatSimulation(result)}\n`;
  });
  const lost = all.filter(({ result }) => result.loss).length;
  const end =
    lost === 0
      ? `no mail is lost${all.length > 1 ? ` (${count(all.length)} domains)` : ""}\n`
      : `mail is lost for ${count(lost)} of ${count(all.length)} domain${all.length === 1 ? "" : "s"}\n`;
  return `${parts.join("\n")}${parts.length > 0 ? "\n" : ""}${end}`;
}

function delivers({ senders }: SimulationResult): boolean {
  return senders.every(({ timeline }) => timeline.every(({ outcome }) => outcome === "delivers"));
}

function toJson({ planned, result }: Simulated): object {
  return { domain: planned.domain, mxHosts: planned.mxHosts, ...simulationJson(result) };
}
