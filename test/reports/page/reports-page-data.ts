/** Reports of any number of domains for the reports page: realistic, and the same each time. */
import type {
  DomainPage,
  DomainRow,
  FailureRow,
  FailureSeries,
  Health,
  HeldPolicy,
  Overview,
  PolicyInstance,
  Rate,
  ReporterRow,
  Series,
  TrendVerdict,
} from "../../../src/reports/analysis/page-data.ts";

/** 2026-11-24T06:00:00Z */
const madeAt = 1_795_500_000;
const windowDays = 90;

/** The days of the window, the last one yesterday. */
export const days: readonly string[] = Array.from({ length: windowDays }, (_, at) =>
  new Date((madeAt - (windowDays - at) * 86_400) * 1000).toISOString().slice(0, 10),
);

/** Numbers between 0 and 1 that look random and are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Kind {
  readonly cause: string;
  readonly fix: string;
  readonly reasons: readonly string[];
}

const kinds: Readonly<Record<string, Kind>> = {
  "certificate-expired": {
    cause: "the renewal was forgotten, or the mail server still has the old certificate loaded",
    fix: "renew the certificate, and automate both the renewal and the reload after it",
    reasons: ["certificate has expired", "X509_V_ERR_CERT_HAS_EXPIRED"],
  },
  "certificate-host-mismatch": {
    cause: "the certificate does not name the MX host, or the server sent its default certificate",
    fix: "reissue it with the MX host's name as a SAN, and check which certificate is sent by SNI and without",
    reasons: ["subjectAltName does not match mx2.example.com", "cert names: mail.hosting.example"],
  },
  "starttls-not-supported": {
    cause: "STARTTLS is off on this MX host, or something on the way strips it",
    fix: "enable STARTTLS on every MX host, and switch SMTP inspection off on the firewall",
    reasons: [],
  },
  "validation-failure": {
    cause: "the sender has no better category for it; see its reasons",
    fix: "read the reasons, and run `stspress audit` on the domain",
    reasons: ["MX host mx3.example.com is not in the policy", "https://support.example/mx"],
  },
  "sts-policy-fetch-error": {
    cause:
      "the policy could not be fetched: DNS, a refused connection, a timeout, a 404, or a redirect",
    fix: "make the policy's address answer 200 without a redirect",
    reasons: ["HTTP 404"],
  },
};

const organizations = [
  "Google Inc.",
  "Microsoft Corporation",
  "Mail.ru",
  "Yahoo Inc.",
  "Comcast",
  "Fastmail Pty Ltd",
  "GMX / 1&1 Mail & Media GmbH",
  "posteo.de",
  "mailbox.org",
  "Zoho Corporation",
];

/** What a domain went through. */
interface Story {
  readonly health: Health;
  readonly trend: TrendVerdict;
  readonly mode: string | null;
  readonly headline: string;
  /** Failure rates per day by kind; `at` counts from the window's begin. */
  readonly rates: Readonly<Record<string, (at: number) => number>>;
}

const after = (from: number, rate: number) => (at: number) => (at >= from ? rate : 0);
const noise = (rate: number) => () => rate;

const stories: readonly Story[] = [
  {
    health: "emergency",
    trend: "new",
    mode: "enforce",
    headline: "certificate-expired: new since 2026-11-18, RECENT",
    rates: { "certificate-expired": after(84, 0.12), "validation-failure": noise(0.0004) },
  },
  {
    health: "trouble",
    trend: "rising",
    mode: "testing",
    headline: "certificate-host-mismatch: rising, RECENT",
    rates: {
      "certificate-host-mismatch": (at) => (at < 62 ? 0 : (at - 61) * 0.0011),
      "starttls-not-supported": noise(0.0015),
    },
  },
  {
    health: "trouble",
    trend: "steady",
    mode: "enforce",
    headline: "starttls-not-supported: steady since 2026-08-26, RECENT",
    rates: { "starttls-not-supported": noise(0.018) },
  },
  {
    health: "watch",
    trend: "falling",
    mode: "testing",
    headline: "sts-policy-fetch-error: falling, RECENT",
    rates: { "sts-policy-fetch-error": (at) => (at < 76 ? 0.03 : 0.004) },
  },
  {
    health: "unknown",
    trend: "none",
    mode: "enforce",
    headline: "no reports in this period",
    rates: {},
  },
  {
    health: "good",
    trend: "normal",
    mode: "enforce",
    headline: "COUNTS sessions failed, which is normal",
    rates: { "validation-failure": noise(0.000004) },
  },
  {
    health: "good",
    trend: "none",
    mode: "testing",
    headline: "no failures",
    rates: {},
  },
  {
    health: "good",
    trend: "gone",
    mode: null,
    headline: "the failures have stopped",
    rates: { "certificate-expired": (at) => (at > 10 && at < 18 ? 0.4 : 0) },
  },
];

/** Wilson’s interval with 95 %. */
export function rateOf(failures: number, sessions: number): Rate {
  if (sessions === 0) return { sessions, failures, rate: null, low: 0, high: 1 };
  const z2 = 1.96 ** 2;
  const p = failures / sessions;
  const centre = (p + z2 / (2 * sessions)) / (1 + z2 / sessions);
  const half =
    (1.96 * Math.sqrt((p * (1 - p)) / sessions + z2 / (4 * sessions ** 2))) / (1 + z2 / sessions);
  return {
    sessions,
    failures,
    rate: p,
    low: Math.max(0, centre - half),
    high: Math.min(1, centre + half),
  };
}

const sum = (values: readonly (number | null)[]): number => {
  return values.reduce<number>((total, one) => total + (one ?? 0), 0);
};

/** A domain's page. `story` picks what happened, `seed` the numbers. */
export function sampleDomainPage(domain: string, story: number, seed: number): DomainPage {
  const told = stories[story % stories.length];
  if (told === undefined) throw new Error("there are stories");
  const random = randomFrom(seed);
  const heard =
    told.health === "unknown" ? [] : organizations.slice(0, 3 + Math.floor(random() * 6));
  const counts = new Map(Object.keys(told.rates).map((type) => [type, days.map(() => 0)]));
  const byReporter = heard.map((name, who): Series => {
    const size = Math.round((9000 * random() + 6000) / (who + 1) ** 1.3) + 20;
    const since = who === 3 ? 20 : 0;
    const until = who === 2 ? 50 : windowDays;
    const successes: (number | null)[] = [];
    const failures: (number | null)[] = [];
    days.forEach((day, at) => {
      const weekend = [0, 6].includes(new Date(day).getUTCDay());
      // A night without any report, and what each reporter leaves out.
      if (at === 33 || at === 34 || at < since || at >= until || random() < 0.02) {
        successes.push(null);
        failures.push(null);
        return;
      }
      const sessions = Math.round(size * (weekend ? 0.45 : 1) * (0.8 + 0.4 * random()));
      let failed = 0;
      for (const [type, rate] of Object.entries(told.rates)) {
        const expected = sessions * rate(at);
        const some = Math.min(
          sessions - failed,
          Math.floor(expected * (0.7 + 0.6 * random()) + random()),
        );
        const count = rate(at) === 0 ? 0 : Math.max(0, some);
        failed += count;
        const column = counts.get(type);
        if (column !== undefined) column[at] = (column[at] ?? 0) + count;
      }
      successes.push(sessions - failed);
      failures.push(failed);
    });
    return { name, successes, failures };
  });
  const byResultType = [...counts].flatMap(([resultType, perDay], at): FailureSeries[] => {
    const total = sum(perDay);
    if (total === 0) return [];
    const since = days[perDay.findIndex((one) => one > 0)] ?? null;
    return [{ resultType, trend: at === 0 ? told.trend : "normal", total, since, counts: perDay }];
  });
  const reporters = byReporter.map((one, at): ReporterRow => {
    const covered = one.successes.flatMap((value, day) => (value === null ? [] : day));
    const failures = sum(one.failures);
    return {
      organization: one.name,
      firstDay: days[covered[0] ?? 0] ?? "",
      lastDay: days[covered.at(-1) ?? 0] ?? "",
      reports: covered.length,
      sessions: sum(one.successes) + failures,
      failures,
      verified: at % 3 === 2 ? 0 : covered.length,
      silent: at === 2,
    };
  });
  const failed = (from: number): number =>
    sum(byReporter.map((one) => sum(one.failures.slice(from))));
  const all = (from: number): number => {
    return failed(from) + sum(byReporter.map((one) => sum(one.successes.slice(from))));
  };
  const verifiedSessions = sum(reporters.map((one) => (one.verified > 0 ? one.sessions : 0)));
  const words = (count: number): string => count.toLocaleString("en-GB");
  const counted = `${words(failed(windowDays - 7))} of ${words(all(windowDays - 7))}`;
  const row: DomainRow = {
    domain,
    inSite: true,
    health: told.health,
    headline: told.headline
      .replace(
        "RECENT",
        `${((100 * failed(windowDays - 7)) / all(windowDays - 7)).toFixed(1)} % of sessions (${counted})`,
      )
      .replace("COUNTS", counted),
    trend: told.trend,
    recent: rateOf(failed(windowDays - 7), all(windowDays - 7)),
    whole: rateOf(failed(0), all(0)),
    reporters: heard.length,
    lastDay: heard.length === 0 ? null : (days.at(-1) ?? null),
    verifiedShare: heard.length === 0 ? null : verifiedSessions / all(0),
    sparkline: days.map((_, at) => {
      const covering = byReporter.filter((one) => one.successes[at] !== null);
      return covering.length === 0 ? null : sum(covering.map((one) => one.failures[at] ?? 0));
    }),
    mode: told.mode,
  };
  return {
    madeAt,
    row,
    days,
    byReporter,
    byResultType,
    failures: byResultType.flatMap((one) => failureRows(one, domain, heard)),
    reporters,
    instances: told.mode === null ? [] : instancesOf(told.mode),
    held: heldOf(told, row),
  };
}

function failureRows(
  series: FailureSeries,
  domain: string,
  heard: readonly string[],
): FailureRow[] {
  const kind = kinds[series.resultType];
  if (kind === undefined) return [];
  const first = days[series.counts.findIndex((one) => one > 0)] ?? "";
  const last = days[series.counts.findLastIndex((one) => one > 0)] ?? "";
  const shares = series.total > 40 ? [0.8, 0.2] : [1];
  return shares.map((share, at): FailureRow => ({
    resultType: series.resultType,
    cause: kind.cause,
    fix: kind.fix,
    trend: series.trend,
    mxHost: `mx${String(2 - at)}.${domain}`,
    receivingIps: [`192.0.2.${String(25 + at)}`, `2001:db8:25::${String(at + 1)}`],
    sendingIps: Array.from(
      { length: at === 0 ? 10 : 2 },
      (_, n) => `209.85.128.${String(180 + n * 3)}`,
    ),
    receivingIpCount: 2,
    sendingIpCount: at === 0 ? 214 : 2,
    reporters: heard.slice(0, 3 - at),
    reasons: at === 0 ? kind.reasons : [],
    count: Math.round(series.total * share),
    firstDay: first,
    lastDay: last,
  }));
}

function instancesOf(mode: string): PolicyInstance[] {
  const moment = (day: number): number => Date.parse(days[day] ?? "") / 1000 + 34_200;
  return [
    {
      id: "20260614T081500Z",
      mode: "testing",
      liveAt: moment(0) - 90 * 86_400,
      heldUntil: moment(30),
      current: false,
    },
    {
      id: "20260914T091502Z",
      mode: "testing",
      liveAt: moment(18),
      heldUntil: moment(70),
      current: false,
    },
    { id: "20261101T101112Z", mode, liveAt: moment(68), heldUntil: null, current: true },
  ];
}

function heldOf(story: Story, { whole, lastDay }: DomainRow): HeldPolicy[] {
  if (lastDay === null || story.mode === null) return [];
  const part = (share: number, failed: number): Rate => {
    return rateOf(Math.round(whole.failures * failed), Math.round(whole.sessions * share));
  };
  const base = { type: "sts", lastDay, remark: "" };
  return [
    { ...base, id: "20261101T101112Z", mode: story.mode, current: true, rate: part(0.7, 0.6) },
    {
      ...base,
      id: "20260914T091502Z",
      mode: "testing",
      current: false,
      rate: part(0.2, 0.35),
      remark: "still used 22 days after it was replaced",
    },
    {
      ...base,
      id: null,
      type: "no-policy-found",
      mode: null,
      current: false,
      rate: part(0.1, 0.05),
    },
  ];
}

const letters = [
  "nord",
  "alpen",
  "hafen",
  "linden",
  "kupfer",
  "velo",
  "brot",
  "licht",
  "wald",
  "salz",
];
const endings = ["example", "de.example", "example.org", "shop.example", "verein.example"];

function nameOf(at: number): string {
  if (at === 0) return "example.com";
  if (at === 7) return "xn--bcher-kva.example";
  const name = `${letters[at % 10] ?? ""}${letters[Math.floor(at / 10) % 10] ?? ""}`;
  return `${name}-${String(at)}.${endings[at % endings.length] ?? ""}`;
}

/** Which story the n-th of many domains has: few are in trouble. */
function storyOf(at: number, count: number): number {
  if (count <= 8) return at % 8;
  if (at < Math.max(1, count / 150)) return 0;
  if (at < count / 20) return 1 + (at % 2);
  if (at < count / 12) return 3;
  if (at < count / 8) return 4;
  return 5 + (at % 3);
}

/** Pages of so many domains, most troubled first. */
export function samplePages(count: number): DomainPage[] {
  return Array.from({ length: count }, (_, at) =>
    sampleDomainPage(nameOf(at), storyOf(at, count), at + 1),
  );
}

/** The overview of pages. */
export function overviewOf(pages: readonly DomainPage[], quarantined = 0): Overview {
  const byName = new Map<string, ReporterRow>();
  for (const one of pages.flatMap(({ reporters }) => reporters)) {
    const known = byName.get(one.organization);
    byName.set(
      one.organization,
      known === undefined
        ? one
        : {
            ...known,
            firstDay: known.firstDay < one.firstDay ? known.firstDay : one.firstDay,
            lastDay: known.lastDay > one.lastDay ? known.lastDay : one.lastDay,
            reports: known.reports + one.reports,
            sessions: known.sessions + one.sessions,
            failures: known.failures + one.failures,
            verified: known.verified + one.verified,
          },
    );
  }
  return {
    madeAt,
    from: days[0] ?? "",
    to: days.at(-1) ?? "",
    domains: pages.map(({ row }) => row),
    undeclared: [],
    undeclaredCount: 0,
    reporters: [...byName.values()],
    totals: rateOf(
      sum(pages.map(({ row }) => row.whole.failures)),
      sum(pages.map(({ row }) => row.whole.sessions)),
    ),
    quarantined,
  };
}

/** A page in which every text that a report or a lock can hold is this one. */
export function hostilePage(evil: string): DomainPage {
  const page = sampleDomainPage(evil, 0, 1);
  return {
    ...page,
    row: { ...page.row, headline: evil, mode: evil },
    byReporter: page.byReporter.map((one) => ({ ...one, name: evil })),
    byResultType: page.byResultType.map((one) => ({ ...one, resultType: evil })),
    failures: page.failures.map((one) => ({
      ...one,
      resultType: evil,
      cause: evil,
      fix: evil,
      mxHost: evil,
      receivingIps: [evil],
      sendingIps: [evil, evil, evil, evil, evil],
      reporters: [evil],
      reasons: [evil],
    })),
    reporters: page.reporters.map((one) => ({ ...one, organization: evil })),
    instances: page.instances.map((one) => ({ ...one, id: evil, mode: evil })),
    held: [
      ...page.held.map((one) => ({ ...one, id: evil, mode: evil, remark: evil })),
      ...page.held.map((one) => ({ ...one, id: null, type: evil })),
    ],
  };
}
